//! The boundary of the created roles: whether there is one, and whether it exists.

use super::{Boundary, Examination, unknown};
use crate::cloud::Cloud;
use crate::finding::{Code, Finding, Severity};

pub(super) async fn boundary<C: Cloud>(cloud: &C, examination: &Examination) -> Option<Finding> {
    let code = Code::Boundary;
    let named = match examination.boundary.as_ref()? {
        Boundary::Named(arn) => arn,
        Boundary::Lacking(arn) => {
            return Some(Finding::new(
                code,
                Severity::Warning,
                "nothing bounds the roles of the stack: whoever deploys it can give one of them any permission",
                format!(
                    "deploy what `deployer policy --for operator --format template` prints, and name `permissionsBoundary: {arn}` in the environment"
                ),
            ));
        }
    };
    Some(match cloud.policy_exists(named).await {
        Ok(true) => Finding::fine(code, format!("the boundary `{named}` exists")),
        Ok(false) => Finding::new(
            code,
            Severity::Error,
            format!("the boundary `{named}` does not exist: no role can be made with it"),
            "deploy what `deployer policy --for operator --format template` prints, or take `permissionsBoundary` out of the environment",
        ),
        Err(error) => unknown(code, &error),
    })
}
