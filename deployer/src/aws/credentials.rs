//! Checks credentials before a request is signed with them.

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};

/// Passes on another provider's credentials, unless they contain characters that no header can carry; the signer
/// would panic on those.
#[derive(Debug)]
pub(super) struct Checked(pub(super) SharedCredentialsProvider);

/// A credential contains a character that no issued credential contains.
#[derive(Debug, thiserror::Error)]
#[error(
    "the {0} holds a space, a control character or a non-ASCII letter; something else was copied along with it"
)]
struct NoCredential(&'static str);

impl Checked {
    async fn credentials(&self) -> provider::Result {
        let credentials = self.0.provide_credentials().await?;
        let parts = [
            ("access key id", Some(credentials.access_key_id())),
            ("secret access key", Some(credentials.secret_access_key())),
            ("session token", credentials.session_token()),
        ];
        for (name, value) in parts {
            if value.is_some_and(|value| !value.bytes().all(|byte| byte.is_ascii_graphic())) {
                return Err(CredentialsError::invalid_configuration(NoCredential(name)));
            }
        }
        Ok(credentials)
    }
}

impl ProvideCredentials for Checked {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;

    use super::*;

    #[tokio::test]
    async fn what_no_header_can_carry_is_an_error_that_says_which_and_shows_none() {
        for (id, secret, token, named) in [
            ("AKID\n", "s", None, "access key id"),
            ("AKID", "s\u{7f}", None, "secret access key"),
            ("AKID", "s", Some("to\r\nken"), "session token"),
            ("AKID", "s", Some("tök"), "session token"),
        ] {
            let credentials = Credentials::new(id, secret, token.map(str::to_owned), None, "test");
            let checked = Checked(SharedCredentialsProvider::new(credentials));
            let error = checked.provide_credentials().await.unwrap_err();
            let told = std::error::Error::source(&error).unwrap().to_string();
            assert!(told.starts_with(&format!("the {named} holds")), "{told}");
            assert!(!told.contains(secret.trim()) || secret == "s", "{told}");
        }
        let good = Credentials::new("AKID", "s/+=", Some("t==".to_owned()), None, "test");
        let checked = Checked(SharedCredentialsProvider::new(good));
        assert!(checked.provide_credentials().await.is_ok());
    }
}
