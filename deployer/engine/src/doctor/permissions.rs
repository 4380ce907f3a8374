//! The caller's permissions, as IAM simulates them.

use std::collections::BTreeSet;

use futures::future::join_all;

use super::Examination;
use crate::cloud::Cloud;
use crate::finding::{Code, Finding, Severity};

/// The actions that IAM says the caller may not do. IAM knows the caller's policies but not all policies of the
/// organisation, so this is a warning.
pub(super) async fn permissions<C: Cloud>(cloud: &C, examination: &Examination, caller: &str) -> Finding {
    let code = Code::Permissions;
    let not_asked = |why: String| {
        Finding::new(
            code,
            Severity::Note,
            why,
            "`deployer policy --for operator` prints what is needed; compare it with what is allowed",
        )
    };
    let principal = match principal(caller) {
        Some(Principal::User(arn)) => arn,
        // A session's ARN lacks the path of its role, which IAM needs. Roles of IAM Identity Center have one.
        Some(Principal::Role { name, without_path }) => match cloud.role_arn(&name).await {
            Ok(Some(arn)) => arn,
            Ok(None) | Err(_) => without_path,
        },
        None => return not_asked(format!("permissions of `{caller}` cannot be simulated")),
    };
    let asked = examination
        .actions
        .iter()
        .map(|(actions, resources)| cloud.denied_actions(&principal, actions, resources));
    let mut denied = BTreeSet::new();
    for answer in join_all(asked).await {
        match answer {
            Ok(actions) => denied.extend(actions),
            Err(error) => return not_asked(format!("permissions cannot be simulated: {error}")),
        }
    }
    if denied.is_empty() {
        return Finding::fine(code, format!("`{principal}` may do what the deployer does"));
    }
    let denied: Vec<String> = denied.into_iter().map(|action| format!("`{action}`")).collect();
    Finding::new(
        code,
        Severity::Warning,
        format!(
            "`{principal}` may not do all that the deployer does: {}",
            denied.join(", ")
        ),
        "attach what `deployer policy --for operator` prints",
    )
}

/// The principal to simulate.
#[derive(Debug, PartialEq, Eq)]
enum Principal {
    /// A user, by ARN.
    User(String),
    /// A role, by name, and by its ARN if it has no path.
    Role { name: String, without_path: String },
}

/// The user or role behind a caller: a session belongs to a role.
fn principal(caller: &str) -> Option<Principal> {
    if let Some((start, session)) = caller.split_once(":assumed-role/") {
        let name = session.split('/').next()?.to_owned();
        return Some(Principal::Role {
            without_path: format!("{}:role/{name}", start.replace(":sts:", ":iam:")),
            name,
        });
    }
    // The root user has no policies to simulate.
    caller
        .contains(":user/")
        .then(|| Principal::User(caller.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_examined_as_its_role() {
        let session = "arn:aws:sts::123456789012:assumed-role/ci/run-1";
        let role = Principal::Role {
            name: "ci".to_owned(),
            without_path: "arn:aws:iam::123456789012:role/ci".to_owned(),
        };
        assert_eq!(principal(session), Some(role));
        let user = "arn:aws:iam::123456789012:user/ada";
        assert_eq!(principal(user), Some(Principal::User(user.to_owned())));
        assert_eq!(principal("arn:aws:iam::123456789012:root"), None);
    }
}
