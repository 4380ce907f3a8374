//! Sending a request until it is answered.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Response;
use http::header::{HeaderValue, USER_AGENT};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument as _;

use super::answer::Answer;
use super::error::Error;
use super::kind::Kind;
use super::retry::{Retry, RetryPolicy};
use super::sign::Signer;
use super::transport::{Request, Transport};

/// A way to the store: transport, signature, patience.
pub(crate) struct Connection {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) user_agent: HeaderValue,
    pub(crate) signer: Option<Signer>,
    pub(crate) retry: RetryPolicy,
    /// How long one attempt may take.
    pub(crate) attempt_timeout: Duration,
    /// How long all attempts at one request may take, with the pauses between them.
    pub(crate) operation_timeout: Option<Duration>,
    pub(crate) on_retry: Option<Arc<dyn OnRetry>>,
}

/// What is told of each attempt that is about to be repeated.
pub(crate) trait OnRetry: Fn(&Retry<'_>) + Send + Sync {}

impl<F: Fn(&Retry<'_>) + Send + Sync> OnRetry for F {}

/// What is known of a write before it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// It has not been sent.
    Nothing,
    /// It has been sent, and what came of it is not known.
    Unsettled,
}

impl Connection {
    /// Sends a request that changes nothing, or the first attempt of one that does.
    pub(crate) async fn send<T: DeserializeOwned>(&self, request: &Request) -> Result<Answer<T>, Error> {
        self.send_after(Before::Nothing, request).await
    }

    /// Sends `request` as often as the policy allows, each time in the same words and signed anew.
    pub(crate) async fn send_after<T: DeserializeOwned>(
        &self,
        before: Before,
        request: &Request,
    ) -> Result<Answer<T>, Error> {
        let span = tracing::debug_span!("request", method = %request.method, path = request.url.path());
        self.send_until_answered(before, request).instrument(span).await
    }

    async fn send_until_answered<T: DeserializeOwned>(
        &self,
        before: Before,
        request: &Request,
    ) -> Result<Answer<T>, Error> {
        let deadline = self
            .operation_timeout
            .and_then(|limit| Instant::now().checked_add(limit));
        let mut pauses = self.retry.pauses();
        let mut attempts = 0;
        let mut outcome_unknown = before == Before::Unsettled;
        loop {
            attempts += 1;
            let response = self.attempt(request, deadline).await;
            let error = match response.and_then(|response| Answer::read(&response)) {
                Ok(answer) => return Ok(answer),
                Err(kind) => Error::of(request, kind).after(attempts, outcome_unknown),
            };
            outcome_unknown = error.outcome_unknown();
            let pause = if error.is_retryable() {
                pauses.next(error.retry_after())
            } else {
                None
            };
            match pause {
                Some(pause) if deadline.is_none_or(|deadline| Instant::now() + pause < deadline) => {
                    self.tell(&Retry { error: &error, pause });
                    tokio::time::sleep(pause).await;
                }
                _ => return Err(error),
            }
        }
    }

    async fn attempt(&self, request: &Request, deadline: Option<Instant>) -> Result<Response<Bytes>, Kind> {
        let mut request = request.clone();
        request.headers.insert(USER_AGENT, self.user_agent.clone());
        let latest = Instant::now()
            .checked_add(self.attempt_timeout)
            .unwrap_or_else(far_off);
        let latest = deadline.map_or(latest, |deadline| deadline.min(latest));
        let mut is_sent = false;
        let exchange = async {
            if let Some(signer) = &self.signer {
                let signed = signer.sign(SystemTime::now(), &mut request).await;
                signed.map_err(|error| Kind::NotSigned(error.into()))?;
            }
            is_sent = true;
            self.transport.send(request).await.map_err(Kind::NoAnswer)
        };
        match timeout_at(latest, exchange).await {
            Ok(answer) => answer,
            Err(_) => Err(Kind::TimedOut { is_sent }),
        }
    }

    fn tell(&self, retry: &Retry<'_>) {
        let Retry { error, pause } = retry;
        let (attempt, pause_ms) = (error.attempts(), pause.as_millis());
        tracing::debug!(attempt, pause_ms, %error, "trying again");
        if let Some(on_retry) = &self.on_retry {
            on_retry(retry);
        }
    }
}

/// A moment for which nobody waits.
fn far_off() -> Instant {
    Instant::now() + Duration::from_hours(24 * 365)
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Connection")
            .field("transport", &self.transport)
            .field("is_signed", &self.signer.is_some())
            .field("retry", &self.retry)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("operation_timeout", &self.operation_timeout)
            .finish_non_exhaustive()
    }
}
