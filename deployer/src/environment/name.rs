//! PURE: the names in an environment. Each type holds only valid names.

use std::fmt;
use std::str::FromStr;

use super::Hint;

/// A text that is not a valid name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Not an environment name.
    #[error(
        "the environment name `{0}` is not a letter followed by at most 31 letters, digits or hyphens, in lower case"
    )]
    Environment(String),
    /// Not an instance name.
    #[error(
        "the instance `{0}` is not a letter followed by at most 19 letters, digits or hyphens, in lower case"
    )]
    Instance(String),
    /// The instance that restore drills are made in.
    #[error("the instance `{0}` is the one that `deployer drill` makes and removes")]
    InstanceReserved(String),
    /// Not an account id.
    #[error("the account `{0}` must have 12 digits")]
    Account(String),
    /// Not a stack name.
    #[error("the stack name `{0}` is not a letter followed by letters, digits or hyphens")]
    Stack(String),
    /// The reserved name of the artifact bucket's stack, which all environments of an account share.
    #[error(
        "the stack name `{0}` is kept for the artifact bucket, which all environments of an account share"
    )]
    StackReserved(String),
    /// A stack name that would make the names of resources too long.
    #[error(
        "the stack name `{stack}` has {length} characters where {} are allowed",
        StackName::MAXIMUM_LENGTH
    )]
    StackTooLong {
        /// The name.
        stack: String,
        length: usize,
    },
    /// Not the ARN of a role.
    #[error("`{0}` is not the ARN of a role")]
    Role(String),
    /// Not the ARN of a managed policy.
    #[error("`{0}` is not the ARN of a managed policy")]
    Policy(String),
}

impl Hint for NameError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Role(_) => Some("a role is written `arn:aws:iam::123456789012:role/name`".to_owned()),
            Self::Policy(_) => Some("a policy is written `arn:aws:iam::123456789012:policy/name`".to_owned()),
            _ => None,
        }
    }
}

/// The name of an environment, which is its file's name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EnvironmentName(String);

/// The name of a separate copy of an environment, such as `pr-42`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Instance(String);

/// An AWS account id of twelve digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AccountId(String);

/// The name of a stack.
///
/// It is shorter than CloudFormation allows, because the names of the stack's resources begin with it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StackName(String);

/// The ARN of an IAM role.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RoleArn(String);

/// The ARN of a managed IAM policy.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PolicyArn(String);

impl StackName {
    /// The maximum length of a stack's name, in characters.
    pub const MAXIMUM_LENGTH: usize = 32;
    const OF_ARTIFACTS: &'static str = "event-store-artifacts";

    /// The stack of the artifacts, one per account and region.
    pub(super) fn of_artifacts() -> Self {
        Self(Self::OF_ARTIFACTS.to_owned())
    }
}

impl Instance {
    const OF_DRILL: &'static str = "drill";

    /// The copy in which the restoring of an environment's log is drilled.
    pub(super) fn of_drill() -> Self {
        Self(Self::OF_DRILL.to_owned())
    }
}

impl FromStr for EnvironmentName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if is_lower_case_name(text, 32) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError::Environment(text.to_owned()))
        }
    }
}

impl FromStr for Instance {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text == Self::OF_DRILL {
            Err(NameError::InstanceReserved(text.to_owned()))
        } else if is_lower_case_name(text, 20) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError::Instance(text.to_owned()))
        }
    }
}

impl FromStr for AccountId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if is_account(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError::Account(text.to_owned()))
        }
    }
}

impl FromStr for StackName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let letters = |character: char| character.is_ascii_alphanumeric() || character == '-';
        if !text.starts_with(|first: char| first.is_ascii_alphabetic()) || !text.chars().all(letters) {
            return Err(NameError::Stack(text.to_owned()));
        }
        if text.eq_ignore_ascii_case(Self::OF_ARTIFACTS) {
            return Err(NameError::StackReserved(text.to_owned()));
        }
        if text.len() > Self::MAXIMUM_LENGTH {
            return Err(NameError::StackTooLong {
                stack: text.to_owned(),
                length: text.len(),
            });
        }
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for RoleArn {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if is_iam_arn(text, "role/", is_account) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError::Role(text.to_owned()))
        }
    }
}

impl FromStr for PolicyArn {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        // AWS's managed policies have `aws` in place of the account.
        let is_owner = |account: &str| is_account(account) || account == "aws";
        if is_iam_arn(text, "policy/", is_owner) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError::Policy(text.to_owned()))
        }
    }
}

fn is_lower_case_name(text: &str, maximum: usize) -> bool {
    text.len() <= maximum
        && !text.ends_with('-')
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-')
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.chars().all(|digit| digit.is_ascii_digit())
}

fn is_iam_arn(text: &str, kind: &str, is_owner: impl Fn(&str) -> bool) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    matches!(parts.as_slice(), ["arn", _, "iam", "", account, resource]
        if is_owner(account)
            && resource.strip_prefix(kind).is_some_and(|name| !name.is_empty()))
}

macro_rules! read_as_text {
    ($($name:ty),+) => {
        $(
            impl $name {
                /// The value as a string.
                pub fn as_str(&self) -> &str {
                    &self.0
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                    formatter.write_str(&self.0)
                }
            }
        )+
    };
}

read_as_text!(
    EnvironmentName,
    Instance,
    AccountId,
    StackName,
    RoleArn,
    PolicyArn
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_name_leaves_room_for_the_names_of_its_resources() {
        assert_eq!(
            "a".repeat(32).parse::<StackName>().unwrap().as_str(),
            "a".repeat(32)
        );
        let error = "a".repeat(33).parse::<StackName>().unwrap_err();
        assert!(matches!(error, NameError::StackTooLong { length: 33, .. }));
    }

    #[test]
    fn a_stack_name_has_cloudformations_letters() {
        for bad in ["", "1store", "-store", "event_store", "store.one"] {
            assert_eq!(
                bad.parse::<StackName>().unwrap_err(),
                NameError::Stack(bad.to_owned())
            );
        }
    }

    #[test]
    fn an_account_keeps_its_leading_zeros() {
        assert_eq!(
            "000000000042".parse::<AccountId>().unwrap().to_string(),
            "000000000042"
        );
        for bad in ["12345678901", "1234567890123", "12345678901a"] {
            assert_eq!(
                bad.parse::<AccountId>().unwrap_err(),
                NameError::Account(bad.to_owned())
            );
        }
    }

    #[test]
    fn the_instance_of_drills_is_nobody_elses() {
        let error = "drill".parse::<Instance>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "the instance `drill` is the one that `deployer drill` makes and removes"
        );
        assert!("drill-2".parse::<Instance>().is_ok());
    }

    #[test]
    fn an_instance_is_a_short_name_in_lower_case() {
        assert!("pr-42".parse::<Instance>().is_ok());
        for bad in ["", "42", "PR-42", "pr_42", "a-name-of-21-letters-"] {
            assert_eq!(
                bad.parse::<Instance>().unwrap_err(),
                NameError::Instance(bad.to_owned())
            );
        }
    }

    #[test]
    fn the_stack_of_the_artifact_bucket_is_no_environments() {
        for text in ["event-store-artifacts", "Event-Store-Artifacts"] {
            let error = text.parse::<StackName>().unwrap_err();
            assert_eq!(error, NameError::StackReserved(text.into()));
        }
        assert!("event-store-artifacts-2".parse::<StackName>().is_ok());
    }

    #[test]
    fn a_role_is_no_policy() {
        assert!(
            "arn:aws:iam::123456789012:role/path/name"
                .parse::<RoleArn>()
                .is_ok()
        );
        assert!(
            "arn:aws:iam::aws:policy/PowerUserAccess"
                .parse::<PolicyArn>()
                .is_ok()
        );
        let role = "arn:aws:iam::123456789012:role/name";
        assert_eq!(role.parse::<PolicyArn>(), Err(NameError::Policy(role.to_owned())));
        for text in [
            "arn:aws:iam::aws:role/name",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:sts::123456789012:role/name",
        ] {
            assert_eq!(text.parse::<RoleArn>(), Err(NameError::Role(text.to_owned())));
        }
    }
}
