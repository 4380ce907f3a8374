//! PURE: the token that makes a request to CloudFormation idempotent and names its sender.

use std::fmt::{self, Display, Formatter};

use uuid::Uuid;

/// A token of an operation on a stack: `deployer-<who>-<uuid>`.
///
/// However often a request is sent with the same token, AWS performs it once. AWS adds the token to every event of
/// the operation; events contain nothing else about their author, so the token names the caller. It has at most 128
/// characters: letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestToken(String);

const PREFIX: &str = "deployer-";
const LONGEST_NAME: usize = 64;

impl RequestToken {
    /// Makes the token of one request by the given caller.
    pub fn new(caller_arn: &str, unique: Uuid) -> Self {
        let name = caller_arn.rsplit(['/', ':']).next().unwrap_or_default();
        let name: String = name
            .chars()
            .map(|character| {
                if character.is_ascii_alphanumeric() {
                    character
                } else {
                    '-'
                }
            })
            .take(LONGEST_NAME)
            .collect();
        Self(format!("{PREFIX}{name}-{unique}"))
    }

    /// The unique part of the token: the sender and the UUID.
    pub(super) fn distinction(&self) -> &str {
        self.0.strip_prefix(PREFIX).unwrap_or(&self.0)
    }

    /// The token as a string.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the author of an operation from an event's token, if it contains one.
    pub fn author_of(token: &str) -> Option<String> {
        if let Some(own) = token.strip_prefix(PREFIX) {
            // The UUID has 36 characters, plus one for the hyphen before it.
            let name = own.get(..own.len().checked_sub(37)?)?;
            return (!name.is_empty()).then(|| name.to_owned());
        }
        token
            .starts_with("Console-")
            .then(|| "the AWS console".to_owned())
    }
}

impl Display for RequestToken {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_tells_its_author() {
        let token = RequestToken::new(
            "arn:aws:sts::123456789012:assumed-role/admin/jo.doe@example.com",
            Uuid::nil(),
        );
        assert_eq!(
            token.as_str(),
            "deployer-jo-doe-example-com-00000000-0000-0000-0000-000000000000"
        );
        assert_eq!(
            RequestToken::author_of(token.as_str()).as_deref(),
            Some("jo-doe-example-com")
        );
    }

    #[test]
    fn the_longest_name_fits() {
        let token = RequestToken::new(&"x".repeat(300), Uuid::nil());
        assert!(token.as_str().len() <= 128);
    }

    #[test]
    fn tokens_of_others_are_read_as_far_as_they_say() {
        assert_eq!(
            RequestToken::author_of("Console-ExecuteChangeSet-8d1c").as_deref(),
            Some("the AWS console")
        );
        assert_eq!(RequestToken::author_of("8d1c"), None);
        assert_eq!(RequestToken::author_of("deployer-"), None);
    }
}
