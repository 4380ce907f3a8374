//! How a client is made.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "sigv4")]
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use http::header::HeaderValue;

use super::address::Address;
use super::connection::{Connection, OnRetry};
use super::retry::{Retry, RetryPolicy};
use super::sign::Signer;
use super::transport::{Network, Transport};
use super::{Client, ClientError};

/// Makes a [`Client`]. Begun with [`Client::builder`].
///
/// A client goes through the proxy that the environment names, as most programs do (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, less `NO_PROXY`),
/// follows no redirect, and reads no answer beyond the 6 MiB that a function URL gives. [`Self::transport`] changes all of that.
///
/// ```
/// use std::time::Duration;
///
/// use event_store_client::{Client, RetryPolicy};
///
/// let client = Client::builder("https://abc123.lambda-url.eu-central-1.on.aws/")
///     .user_agent("orders/1.4")
///     .operation_timeout(Duration::from_secs(20))
///     .retry(RetryPolicy::default().attempts(8))
///     .on_retry(|retry| eprintln!("again in {:?}: {}", retry.pause, retry.error))
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    base_url: String,
    user_agent: Option<String>,
    attempt_timeout: Duration,
    connect_timeout: Duration,
    operation_timeout: Option<Duration>,
    retry: RetryPolicy,
    on_retry: Option<Arc<dyn OnRetry>>,
    signer: Option<Signer>,
    transport: Option<Arc<dyn Transport>>,
}

impl ClientBuilder {
    /// Longer than the store's own limit of 10 s for a request, so that its answer is not cut off.
    const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);
    const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
    /// Two attempts at a store that hangs, or all of them at one that answers.
    const OPERATION_TIMEOUT: Duration = Duration::from_secs(30);
    const NAME: &str = concat!("event-store-client/", env!("CARGO_PKG_VERSION"));

    pub(super) fn new(base_url: String) -> Self {
        Self {
            base_url,
            user_agent: None,
            attempt_timeout: Self::ATTEMPT_TIMEOUT,
            connect_timeout: Self::CONNECT_TIMEOUT,
            operation_timeout: Some(Self::OPERATION_TIMEOUT),
            retry: RetryPolicy::default(),
            on_retry: None,
            signer: None,
            transport: None,
        }
    }

    /// Names the application, such as `orders/1.4`, in the header `user-agent`, before this library.
    pub fn user_agent(mut self, application: impl Into<String>) -> Self {
        self.user_agent = Some(application.into());
        self
    }

    /// Sets how long one attempt may take, from its signature to the last byte of the answer. 15 s when not set.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// Sets how long connecting may take. 3 s when not set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets how long a request may take with all its attempts and the pauses between them; a page is a request. 30 s when not
    /// set; with [`Duration::MAX`] only their number bounds them.
    pub fn operation_timeout(mut self, timeout: Duration) -> Self {
        self.operation_timeout = Some(timeout);
        self
    }

    /// Sets what is tried again, and when.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Calls `observe` before each pause after which a request is sent again. It must not block.
    ///
    /// Each is told to `tracing` as well, at the level of debugging.
    pub fn on_retry(mut self, observe: impl Fn(&Retry<'_>) + Send + Sync + 'static) -> Self {
        self.on_retry = Some(Arc::new(observe));
        self
    }

    /// Signs every request with `credentials` for a function URL in `region` (Signature Version 4, service
    /// `lambda`), as a store with IAM access demands. Credentials are kept until shortly before they expire.
    #[cfg(feature = "sigv4")]
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

    /// Sends requests by `transport`, instead of over HTTP.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Makes the client. Nothing is sent yet.
    ///
    /// # Errors
    /// When the base URL or the name of the application cannot be one, or TLS cannot be set up on this machine.
    pub fn build(self) -> Result<Client, ClientError> {
        let address = Address::parse(&self.base_url)?;
        let name = Self::NAME;
        let user_agent = match self.user_agent {
            Some(application) => HeaderValue::try_from(format!("{application} {name}"))
                .map_err(|source| ClientError::UserAgent { application, source })?,
            None => HeaderValue::from_static(name),
        };
        let transport: Arc<dyn Transport> = match self.transport {
            Some(transport) => transport,
            None => Arc::new(Network::new(self.connect_timeout)?),
        };
        let connection = Connection {
            transport,
            user_agent,
            signer: self.signer,
            retry: self.retry,
            attempt_timeout: self.attempt_timeout,
            operation_timeout: self.operation_timeout,
            on_retry: self.on_retry,
        };
        Ok(Client::new(address, connection))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ClientBuilder")
            .field("base_url", &self.base_url)
            .field("is_signed", &self.signer.is_some())
            .finish_non_exhaustive()
    }
}
