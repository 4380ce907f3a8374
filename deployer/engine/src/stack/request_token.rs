//! PURE: the token that makes a request to CloudFormation repeatable, and names who sent it.

use std::fmt::{self, Display, Formatter};

use uuid::Uuid;

/// A token of an operation on a stack: `deployer-<who>-<uuid>`.
///
/// AWS runs a request once however often it is sent with the same token, and writes the token on every event of the
/// operation. Since events say nothing else of their author, the token does.
/// At most 128 characters of letters, digits and hyphens.
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

    /// What tells the token from all others: who sent it, and the UUID.
    pub(super) fn distinction(&self) -> &str {
        self.0.strip_prefix(PREFIX).unwrap_or(&self.0)
    }

    /// The text that is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads from an event's token who started the operation, where the token has that in it.
    pub fn author_of(token: &str) -> Option<String> {
        if let Some(own) = token.strip_prefix(PREFIX) {
            // A UUID takes 36 characters, and the hyphen before it one.
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
