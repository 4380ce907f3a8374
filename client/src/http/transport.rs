//! Sending a request until it is answered, and reading the answer.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use event_store_types::Problem;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::error::{Error, Kind};
use super::retry::{RetryPolicy, retry_after};
use super::sign::Signer;

/// A request: written once, signed anew for every attempt.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    method: Method,
    url: Url,
    body: Bytes,
}

impl Request {
    pub(crate) fn get(url: Url) -> Self {
        Self {
            method: Method::GET,
            url,
            body: Bytes::new(),
        }
    }

    pub(crate) fn with_body(method: Method, url: Url, body: &impl Serialize) -> Result<Self, Error> {
        match serde_json::to_vec(body) {
            Ok(body) => Ok(Self {
                method,
                url,
                body: body.into(),
            }),
            Err(source) => Err(Error::new(describe(&method, &url), Kind::Body(source))),
        }
    }

    pub(crate) fn error(&self, kind: Kind) -> Error {
        Error::new(describe(&self.method, &self.url), kind)
    }
}

fn describe(method: &Method, url: &Url) -> String {
    format!("{method} {}", url.path())
}

/// An answer of the store to a request that it carried out.
#[derive(Debug)]
pub(crate) struct Answer<T> {
    pub(crate) body: T,
    /// Whether the store had carried out the same request before.
    pub(crate) replayed: bool,
}

/// Connections, signature and patience.
#[derive(Debug)]
pub(crate) struct Transport {
    http: reqwest::Client,
    signer: Option<Signer>,
    retry: RetryPolicy,
}

impl Transport {
    pub(crate) fn new(http: reqwest::Client, signer: Option<Signer>, retry: RetryPolicy) -> Self {
        Self { http, signer, retry }
    }

    /// Sends `request` as often as the policy allows.
    pub(crate) async fn send<T: DeserializeOwned>(&self, request: &Request) -> Result<Answer<T>, Error> {
        let mut pauses = self.retry.pauses();
        let mut attempts = 0;
        let mut outcome_unknown = false;
        loop {
            attempts += 1;
            let error = match self.attempt(request).await {
                Ok(answer) => return Ok(answer),
                Err(kind) => request.error(kind).after(attempts, outcome_unknown),
            };
            outcome_unknown |= error.outcome_unknown();
            let pause = if error.is_retryable() {
                pauses.next(error.retry_after())
            } else {
                None
            };
            let Some(pause) = pause else { return Err(error) };
            tracing::debug!(attempt = attempts, pause_ms = pause.as_millis(), %error, "trying again");
            tokio::time::sleep(pause).await;
        }
    }

    async fn attempt<T: DeserializeOwned>(&self, request: &Request) -> Result<Answer<T>, Kind> {
        let mut headers = HeaderMap::new();
        if !request.body.is_empty() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(signer) = &self.signer {
            signer
                .sign(
                    SystemTime::now(),
                    &request.method,
                    &request.url,
                    &mut headers,
                    &request.body,
                )
                .await?;
        }
        let sent = self
            .http
            .request(request.method.clone(), request.url.clone())
            .headers(headers);
        let sent = if request.body.is_empty() {
            sent
        } else {
            sent.body(request.body.clone())
        };
        let response = sent.send().await.map_err(no_answer)?;
        let head = Head::of(&response);
        let body = response.bytes().await.map_err(no_answer)?;
        head.read(&body)
    }
}

/// The URL is told by the error around it.
fn no_answer(source: reqwest::Error) -> Kind {
    Kind::NoAnswer(source.without_url())
}

/// What of a response's status and headers matters.
#[derive(Debug)]
struct Head {
    status: StatusCode,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    replayed: bool,
}

impl Head {
    fn of(response: &reqwest::Response) -> Self {
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        Self {
            status: response.status(),
            request_id: header("x-request-id")
                .or_else(|| header("x-amzn-requestid"))
                .map(Into::into),
            retry_after: header(RETRY_AFTER.as_str()).and_then(retry_after),
            replayed: header("idempotency-replayed") == Some("true"),
        }
    }

    fn read<T: DeserializeOwned>(self, body: &[u8]) -> Result<Answer<T>, Kind> {
        let Self {
            status,
            request_id,
            retry_after,
            replayed,
        } = self;
        if status.is_success() {
            return match serde_json::from_slice(body) {
                Ok(body) => Ok(Answer { body, replayed }),
                Err(source) => Err(Kind::Unreadable {
                    status,
                    request_id,
                    source,
                }),
            };
        }
        Err(match serde_json::from_slice::<Box<Problem>>(body) {
            Ok(problem) => Kind::Problem {
                status,
                problem,
                retry_after,
            },
            Err(_) => Kind::Foreign {
                status,
                request_id,
                retry_after,
                excerpt: excerpt(body),
            },
        })
    }
}

/// The beginning of a body that is not ours, on one line.
fn excerpt(body: &[u8]) -> String {
    const LONGEST: usize = 200;
    let text = String::from_utf8_lossy(body);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
