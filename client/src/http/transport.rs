//! The port to the network.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::future::BoxFuture;
use http::{HeaderMap, Method, Response};
use rustls::crypto::CryptoProvider;
use url::Url;

use super::client_error::ClientError;

/// Carries a client's requests to a store: the port below all that a [`Client`](crate::Client) does.
///
/// A client has one over HTTP, unless its builder is given another: one that stays in the process, or stands before the
/// network and sees what passes. Signatures, retries and timeouts are the client's: a transport sends once.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends a request and answers what was answered, whatever its status.
    ///
    /// The future may be dropped at any time; the request may then have been carried out.
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response<Bytes>, NoAnswer>>;
}

/// A request as it is sent, signature included. Shown for debugging it tells the size of its body, and not what it holds.
#[derive(Clone)]
#[non_exhaustive]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Where it is sent.
    pub url: Url,
    /// Its headers, less those that the transport adds, such as `host`.
    pub headers: HeaderMap,
    /// Its body; empty when there is none.
    pub body: Bytes,
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url.as_str())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Why a request got no answer.
#[derive(Debug)]
pub struct NoAnswer {
    is_sent: bool,
    source: Box<dyn StdError + Send + Sync>,
}

impl NoAnswer {
    /// The request may have arrived, and been carried out.
    pub fn lost(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            is_sent: true,
            source: source.into(),
        }
    }

    /// The request was not sent: certainly nothing was carried out.
    pub fn unsent(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            is_sent: false,
            source: source.into(),
        }
    }

    /// Whether the request may have arrived.
    pub fn is_sent(&self) -> bool {
        self.is_sent
    }
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.is_sent {
            "there was no answer"
        } else {
            "the store could not be reached"
        })
    }
}

impl StdError for NoAnswer {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}

/// HTTP over the network, through a proxy where the environment names one (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, less `NO_PROXY`).
///
/// What a client has unless it is given another transport, and what one that looks on may stand before.
#[derive(Debug)]
pub struct Network(reqwest::Client);

impl Network {
    /// Makes it. Connecting takes at most as long as `connect_timeout`.
    ///
    /// # Errors
    /// When TLS cannot be set up on this machine.
    pub fn new(connect_timeout: Duration) -> Result<Self, ClientError> {
        Self::trusting(connect_timeout, &[])
    }

    /// Makes one that trusts the certificates in `pem`, PEM one after another, besides the system's.
    ///
    /// # Errors
    /// When `pem` holds something else, or TLS cannot be set up on this machine.
    pub fn trusting(connect_timeout: Duration, pem: &[u8]) -> Result<Self, ClientError> {
        // TLS by whom the program has chosen, else by ring.
        if CryptoProvider::get_default().is_none() {
            // Somebody else may have chosen since, which is as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let unusable = |error: reqwest::Error| ClientError::Transport(error.into());
        let certificates = reqwest::Certificate::from_pem_bundle(pem).map_err(unusable)?;
        reqwest::Client::builder()
            .connect_timeout(connect_timeout)
            .tls_certs_merge(certificates)
            // The store never redirects, and a signature is good for one address only.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map(Self)
            .map_err(unusable)
    }
}

impl Transport for Network {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response<Bytes>, NoAnswer>> {
        let mut sent = reqwest::Request::new(request.method, request.url);
        *sent.headers_mut() = request.headers;
        if !request.body.is_empty() {
            *sent.body_mut() = Some(request.body.into());
        }
        Box::pin(async move {
            let mut received = self.0.execute(sent).await.map_err(no_answer)?;
            let mut response = Response::builder().status(received.status());
            if let Some(headers) = response.headers_mut() {
                *headers = std::mem::take(received.headers_mut());
            }
            let body = body(received).await?;
            response.body(body).map_err(NoAnswer::lost)
        })
    }
}

/// Reads an answer's body. What is not a store may answer without end.
async fn body(mut received: reqwest::Response) -> Result<Bytes, NoAnswer> {
    let mut body = BytesMut::new();
    while let Some(chunk) = received.chunk().await.map_err(no_answer)? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            return Err(NoAnswer::lost(AnswerTooLong));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// The most that a function URL answers, in bytes; the store's pages stay below it wherever it is served.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const LONGEST_ANSWER: usize = 6 * 1024 * 1024;

#[derive(Debug, thiserror::Error)]
#[error("the answer is longer than {LONGEST_ANSWER} bytes, the most that a store answers")]
struct AnswerTooLong;

/// The URL is told by the error around it.
fn no_answer(source: reqwest::Error) -> NoAnswer {
    if source.is_connect() {
        NoAnswer::unsent(source.without_url())
    } else {
        NoAnswer::lost(source.without_url())
    }
}
