//! What keeps claims from being made at all.

use std::io;
use std::process::ExitStatus;

use aws_credential_types::provider::error::CredentialsError;
use event_store_client::ClientError;
use event_store_deployer::settings::SettingsError;

/// Why nothing can be said of the store.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("`{program}` cannot be run; name the deployer's program with `--deployer`")]
    NotRun { program: String, source: io::Error },
    /// It has said why.
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
    /// Whether what was asked for is wrong, and not what became of it.
    pub(super) fn is_usage(&self) -> bool {
        matches!(self, Self::Settings(_))
    }
}
