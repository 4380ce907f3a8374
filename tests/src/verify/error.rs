//! Errors that prevent any claim from being tested.

use std::io;
use std::process::ExitStatus;

use aws_credential_types::provider::error::CredentialsError;
use event_store_client::ClientError;
use event_store_deployer::settings::SettingsError;

/// Why the store cannot be verified.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("`{program}` cannot be run; name the deployer's program with `--deployer`")]
    NotRun { program: String, source: io::Error },
    /// The deployer has printed the reason.
    #[error("`deployer {verb}` failed: {status}")]
    Deployer { verb: &'static str, status: ExitStatus },
    #[error("`deployer describe` printed what is no description")]
    Description(#[source] serde_json::Error),
    #[error("the stack `{stack}` has no output `{name}`")]
    NoOutput { stack: String, name: &'static str },
    #[error("there are no credentials to sign requests with")]
    NoCredentials,
    #[error("the credentials cannot be had")]
    Credentials(#[from] CredentialsError),
    #[error("no client can be made")]
    Client(#[from] ClientError),
    #[error("the report cannot be written to `{file}`")]
    Report { file: String, source: io::Error },
}

impl Failed {
    /// Whether the arguments are wrong, and not their execution.
    pub(super) fn is_usage(&self) -> bool {
        matches!(self, Self::Settings(_))
    }
}
