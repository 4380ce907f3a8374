//! The existence of the roles that may call the store.

use futures::future::join_all;

use super::{Examination, unknown};
use crate::cloud::Cloud;
use crate::finding::{Code, Finding, Severity};

pub(super) async fn callers<C: Cloud>(cloud: &C, examination: &Examination) -> Vec<Finding> {
    let own = format!(":iam::{}:role/", examination.account);
    // Roles of another account cannot be looked up.
    let roles: Vec<&String> = examination
        .callers
        .iter()
        .filter(|caller| caller.contains(&own))
        .collect();
    let found = join_all(roles.iter().map(async |role| {
        let name = role.rsplit('/').next().unwrap_or(role);
        cloud.role_arn(name).await
    }));
    let code = Code::CallerRole;
    let found = found.await.into_iter().zip(roles);
    found
        .map(|(found, role)| match found {
            Ok(Some(_)) => Finding::fine(code, format!("the caller `{role}` exists")),
            Ok(None) => Finding::new(
                code,
                Severity::Error,
                format!("the caller `{role}` does not exist"),
                "create the role first, or take it out of `Callers`: Lambda refuses principals that do not exist",
            ),
            Err(error) => unknown(code, &error),
        })
        .collect()
}
