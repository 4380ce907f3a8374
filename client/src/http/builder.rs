//! How a client is made.

use std::time::Duration;

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};

use super::Client;
use super::address::{Address, InvalidBaseUrl};
use super::retry::RetryPolicy;
use super::sign::Signer;
use super::transport::Transport;

/// Makes a [`Client`]. Begun with [`Client::builder`].
#[derive(Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    base_url: String,
    attempt_timeout: Duration,
    connect_timeout: Duration,
    retry: RetryPolicy,
    signer: Option<Signer>,
}

impl ClientBuilder {
    /// Longer than the store's own limit of 10 s for a request, so that its answer is not cut off.
    const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);
    const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

    pub(super) fn new(base_url: String) -> Self {
        Self {
            base_url,
            attempt_timeout: Self::ATTEMPT_TIMEOUT,
            connect_timeout: Self::CONNECT_TIMEOUT,
            retry: RetryPolicy::default(),
            signer: None,
        }
    }

    /// Sets how long one attempt may take, from connecting to the last byte of the answer. 15 s when not set.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// Sets how long connecting may take. 3 s when not set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets what is tried again, and when.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Signs every request with `credentials` for a function URL in `region` (Signature Version 4, service
    /// `lambda`), as a store with IAM access demands. Credentials are kept until shortly before they expire.
    pub fn aws_iam(
        mut self,
        credentials: impl ProvideCredentials + 'static,
        region: impl Into<String>,
    ) -> Self {
        self.signer = Some(Signer::new(
            SharedCredentialsProvider::new(credentials),
            region.into(),
        ));
        self
    }

    /// Makes the client. Nothing is sent yet.
    ///
    /// # Errors
    /// When the base URL cannot be one, or TLS cannot be set up on this machine.
    pub fn build(self) -> Result<Client, InvalidClient> {
        let address = Address::parse(&self.base_url)?;
        let http = reqwest::Client::builder()
            .user_agent(concat!("event-store-client/", env!("CARGO_PKG_VERSION")))
            .timeout(self.attempt_timeout)
            .connect_timeout(self.connect_timeout)
            // The store never redirects, and a signature is good for one address only.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(InvalidClient::Transport)?;
        Ok(Client::new(
            address,
            Transport::new(http, self.signer, self.retry),
        ))
    }
}

/// Why a client could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidClient {
    /// The base URL cannot be one.
    #[error(transparent)]
    BaseUrl(#[from] InvalidBaseUrl),
    /// The transport cannot be set up, such as for want of TLS roots.
    #[error("the HTTP transport cannot be set up")]
    Transport(#[source] reqwest::Error),
}
