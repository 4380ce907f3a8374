//! The permissions of whoever runs the deployer, as IAM simulates them.

use std::collections::BTreeSet;

use futures::future::join_all;

use super::Examination;
use crate::aws::Cloud;
use crate::engine::finding::{Code, Finding, Severity};

/// What IAM says that the caller may not do. It knows the caller's policies, and not all that the organisation adds: hence warnings.
pub(super) async fn permissions<C: Cloud>(cloud: &C, examination: &Examination, caller: &str) -> Finding {
    let code = Code::Permissions;
    let not_asked = |why: String| {
        Finding::new(
            code,
            Severity::Note,
            why,
            "`deployer policy --for ci` prints what is needed; compare it with what is allowed",
        )
    };
    let Some(principal) = principal(caller) else {
        return not_asked(format!("permissions of `{caller}` cannot be simulated"));
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
        "attach what `deployer policy --for ci` prints",
    )
}

/// The user or role behind a caller, as IAM names it: a session is of a role.
fn principal(caller: &str) -> Option<String> {
    if let Some((start, session)) = caller.split_once(":assumed-role/") {
        let role = session.split('/').next()?;
        return Some(format!("{}:role/{role}", start.replace(":sts:", ":iam:")));
    }
    // The root user has no policies that could be simulated.
    caller.contains(":user/").then(|| caller.to_owned())
}

#[cfg(test)]
mod tests {
    use super::principal;

    #[test]
    fn a_session_is_examined_as_its_role() {
        let session = "arn:aws:sts::123456789012:assumed-role/ci/run-1";
        assert_eq!(
            principal(session).as_deref(),
            Some("arn:aws:iam::123456789012:role/ci")
        );
        let user = "arn:aws:iam::123456789012:user/ada";
        assert_eq!(principal(user).as_deref(), Some(user));
        assert_eq!(principal("arn:aws:iam::123456789012:root"), None);
    }
}
