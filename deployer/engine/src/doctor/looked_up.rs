//! Parameters that CloudFormation would look up but not find.

use super::{Examination, unknown};
use crate::cloud::Cloud;
use crate::finding::{Code, Finding, Severity};
use crate::stack::{NamedKind, NamedResource};

/// Checks that the Parameter Store contains everything that the template looks up there; no finding if it looks up
/// nothing.
pub(super) async fn looked_up<C: Cloud>(cloud: &C, examination: &Examination) -> Vec<Finding> {
    let code = Code::LookedUp;
    let mut findings = Vec::new();
    for name in &examination.blueprint.looked_up {
        let parameter = NamedResource {
            kind: NamedKind::Parameter,
            logical_id: String::new(),
            name: name.clone(),
            retained: false,
        };
        match cloud.physical_id(&parameter, &examination.account).await {
            Ok(Some(_)) => {}
            Ok(None) => findings.push(Finding::new(
                code,
                Severity::Error,
                format!("CloudFormation is to look up `{name}`, which is not in the Parameter Store"),
                "deploy first what tells it, such as the store that is followed, in the same account and region",
            )),
            Err(error) => findings.push(unknown(code, &error)),
        }
    }
    let names = examination.blueprint.looked_up.len();
    if findings.is_empty() && names > 0 {
        findings.push(Finding::fine(
            code,
            format!("the {names} values that CloudFormation looks up are in the Parameter Store"),
        ));
    }
    findings
}
