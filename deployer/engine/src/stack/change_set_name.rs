//! PURE: the names of change sets.

use super::RequestToken;

/// The purpose of a change set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeSetUse {
    /// To be executed after approval.
    Deployment,
    /// Only to be read.
    Diff,
}

impl ChangeSetUse {
    const ALL: [Self; 2] = [Self::Deployment, Self::Diff];

    fn prefix(self) -> &'static str {
        match self {
            Self::Deployment => "deployer-up-",
            Self::Diff => "deployer-diff-",
        }
    }
}

/// The name of the only change set that the request with this token creates, so that whatever exists under the name
/// comes from that request.
///
/// Names have at most 128 characters, begin with a letter, and contain letters, digits and hyphens
/// ([reference](https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html)).
pub fn change_set_name(used_for: ChangeSetUse, token: &RequestToken) -> String {
    format!("{}{}", used_for.prefix(), token.distinction())
}

/// Tells whether a run of this deployer created the change set.
pub(crate) fn is_of_a_deployer(name: &str) -> bool {
    ChangeSetUse::ALL
        .iter()
        .any(|used_for| name.starts_with(used_for.prefix()))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn each_request_names_a_change_set_of_its_own_that_is_known_as_a_deployers() {
        let name = |used_for, unique| {
            let token = RequestToken::new("arn:aws:sts::123456789012:assumed-role/ci/jo", unique);
            change_set_name(used_for, &token)
        };
        assert_eq!(
            name(ChangeSetUse::Deployment, Uuid::nil()),
            "deployer-up-jo-00000000-0000-0000-0000-000000000000"
        );
        assert_ne!(
            name(ChangeSetUse::Diff, Uuid::nil()),
            name(ChangeSetUse::Diff, Uuid::max())
        );
        for used_for in ChangeSetUse::ALL {
            assert!(is_of_a_deployer(&name(used_for, Uuid::nil())));
        }
        assert!(!is_of_a_deployer("cdk-deploy-change-set"));
    }

    #[test]
    fn the_longest_name_fits() {
        let token = RequestToken::new(&"x".repeat(300), Uuid::nil());
        assert!(change_set_name(ChangeSetUse::Diff, &token).len() <= 128);
    }
}
