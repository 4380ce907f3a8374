//! PURE: what an answer says.

use std::time::Duration;

use bytes::Bytes;
use event_store_types::Problem;
use http::header::RETRY_AFTER;
use http::{HeaderMap, Response};
use serde::de::DeserializeOwned;

use super::kind::Kind;
use super::retry::retry_after;

/// An answer of the store to a request that it carried out.
#[derive(Debug)]
pub(crate) struct Answer<T> {
    pub(crate) body: T,
    /// Whether the store had carried out the same request before.
    pub(crate) replayed: bool,
}

impl<T: DeserializeOwned> Answer<T> {
    pub(crate) fn read(response: &Response<Bytes>) -> Result<Self, Kind> {
        let status = response.status();
        let body = response.body();
        let headers = Headers(response.headers());
        if status.is_success() {
            let replayed = headers.text("idempotency-replayed") == Some("true");
            return match serde_json::from_slice(body) {
                Ok(body) => Ok(Self { body, replayed }),
                Err(source) => Err(Kind::Unreadable {
                    status,
                    request_id: headers.request_id(),
                    source,
                }),
            };
        }
        Err(match serde_json::from_slice::<Box<Problem>>(body) {
            Ok(problem) => Kind::Problem {
                status,
                problem,
                retry_after: headers.retry_after(),
            },
            Err(_) => Kind::Foreign {
                status,
                request_id: headers.request_id(),
                retry_after: headers.retry_after(),
                excerpt: excerpt(body),
            },
        })
    }
}

struct Headers<'a>(&'a HeaderMap);

impl Headers<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|value| value.to_str().ok())
    }

    /// The store's own id, or that of AWS when the request did not reach it.
    fn request_id(&self) -> Option<String> {
        let id = self
            .text("x-request-id")
            .or_else(|| self.text("x-amzn-requestid"));
        id.map(Into::into)
    }

    fn retry_after(&self) -> Option<Duration> {
        self.text(RETRY_AFTER.as_str()).and_then(retry_after)
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
