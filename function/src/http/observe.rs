//! What happens around every request: its id, its one log line, and the response to whatever went wrong.

use std::any::Any;
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::extract::{FromRequestParts, MatchedPath, Request};
use axum::http::header::ALLOW;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use event_store_types::{EventId, Revision, StreamId, StreamType};
use futures::FutureExt;

use super::problem::ApiError;
use super::request_id;
use crate::store::operations::Proof;
use crate::store::{Meter, StreamKey};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a handler tells about its request, for the log line and for the response to a failure.
#[derive(Clone, Debug, Default)]
pub(super) struct Observation {
    /// Counts what the request consumes.
    pub(super) meter: Meter,
    facts: Arc<Mutex<Facts>>,
}

/// Facts about a request, as far as they came to be known. Never payloads.
#[derive(Clone, Debug, Default)]
struct Facts {
    stream_type: Option<StreamType>,
    stream_id: Option<StreamId>,
    revision: Option<Revision>,
    proof: Option<Proof>,
    event_ids: Vec<EventId>,
}

impl Observation {
    /// The request is about streams of this type.
    pub(super) fn stream_type(&self, stream_type: &StreamType) {
        self.note(|facts| facts.stream_type = Some(stream_type.clone()));
    }

    /// The request is about this stream.
    pub(super) fn stream(&self, stream: &StreamKey) {
        self.note(|facts| {
            facts.stream_type = Some(stream.stream_type.clone());
            facts.stream_id = Some(stream.stream_id);
        });
    }

    /// The request reached this revision.
    pub(super) fn revision(&self, revision: Revision) {
        self.note(|facts| facts.revision = Some(revision));
    }

    /// The request's append had this proof.
    pub(super) fn proof(&self, proof: Option<Proof>) {
        self.note(|facts| facts.proof = proof);
    }

    /// The request is about to store events with these ids.
    pub(super) fn event_ids(&self, ids: impl Iterator<Item = EventId>) {
        self.note(|facts| facts.event_ids = ids.collect());
    }

    fn note(&self, change: impl FnOnce(&mut Facts)) {
        change(&mut self.facts.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn facts(&self) -> Facts {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Observation {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// Answers a request, whatever happens in its handler, and logs it in one line.
pub(super) async fn observe(mut request: Request, next: Next) -> Response {
    let start = Instant::now();
    let request_id = request_id::of(&request);
    let observation = Observation::default();
    request.extensions_mut().insert(observation.clone());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();

    let response = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let mut response = response.unwrap_or_else(|panic| {
        ApiError::Panic {
            message: said(&*panic),
        }
        .into_response()
    });
    let facts = observation.facts();
    let error = response.extensions_mut().remove::<Arc<ApiError>>();
    if let Some(error) = &error {
        let mut told = error.respond(&request_id, facts.event_ids.clone());
        // What the router says besides stays: the methods that the path takes.
        if let Some(allow) = response.headers_mut().remove(ALLOW) {
            told.headers_mut().insert(ALLOW, allow);
        }
        response = told;
    }
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }

    let line = Line {
        request_id: &request_id,
        method: method.as_str(),
        route: route.as_ref().map(MatchedPath::as_str),
        status: response.status().as_u16(),
        duration_ms: start.elapsed().as_secs_f64() * 1_000.0,
        error: error.as_deref(),
    };
    line.write(&observation, &facts);
    response
}

/// What the log is told of a request.
struct Line<'a> {
    request_id: &'a str,
    method: &'a str,
    route: Option<&'a str>,
    status: u16,
    duration_ms: f64,
    error: Option<&'a ApiError>,
}

impl Line<'_> {
    fn write(&self, observation: &Observation, facts: &Facts) {
        let consumed = observation.meter.consumed();
        let cause = self.error.and_then(ApiError::cause);
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    requestId = self.request_id,
                    method = self.method,
                    route = self.route,
                    status = self.status,
                    durationMs = self.duration_ms,
                    wru = consumed.wru,
                    rru = consumed.rru,
                    requests = consumed.requests,
                    proof = facts.proof.map(proof_name),
                    streamType = facts.stream_type.as_ref().map(tracing::field::display),
                    streamId = facts.stream_id.map(tracing::field::display),
                    revision = facts.revision.map(Revision::as_u64),
                    cause,
                    "request"
                )
            };
        }
        match self.status {
            503 => line!(warn),
            500.. => line!(error),
            _ => line!(info),
        }
    }
}

fn proof_name(proof: Proof) -> &'static str {
    match proof {
        Proof::Tail => "tail",
        Proof::Read => "read",
    }
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("nothing")
        .into()
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use event_store_types::Problem;
    use tower::ServiceExt;

    use super::*;

    const EVENT_ID: &str = "0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10";

    async fn fail(observation: Observation) {
        observation.event_ids(std::iter::once(EVENT_ID.parse().unwrap()));
        panic!("the secret cause");
    }

    #[tokio::test]
    async fn a_panic_is_a_500_that_keeps_its_cause_and_gives_the_event_ids() {
        let router = Router::new().route("/", get(fail)).layer(from_fn(observe));
        let request = Request::get("/")
            .header("x-request-id", "r-1")
            .body(Body::empty())
            .unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()[REQUEST_ID]),
            (500, &HeaderValue::from_static("r-1"))
        );
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("secret"));
        let problem: Problem = serde_json::from_slice(&body).unwrap();
        assert_eq!(problem.details.event_ids, [EVENT_ID.parse().unwrap()]);
        assert_eq!(problem.request_id, "r-1");
    }

    #[test]
    fn what_a_panic_says_is_kept() {
        assert_eq!(said(&"text"), "text");
        assert_eq!(said(&String::from("formatted")), "formatted");
        assert_eq!(said(&7), "nothing");
    }
}
