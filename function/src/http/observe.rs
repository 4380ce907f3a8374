//! Wraps every request: gives it an id, logs it, and turns errors into responses.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{ALLOW, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use event_store_types::Timestamp;
use futures::FutureExt;

use super::fields::FieldProblems;
use super::observation::Observation;
use super::problem::ApiError;
use super::request_id;
use super::request_line::{self, RequestLine};
use crate::telemetry::{Gathering, milliseconds};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Answers a request, even if its handler panics, and logs it in one line. With a deployment to measure, it
/// also records the request's metrics.
pub(super) async fn observe(
    State(measurements): State<Option<Arc<Gathering>>>,
    mut request: Request,
    next: Next,
) -> Response {
    let start = Instant::now();
    let request_id = request_id::of(&request);
    let observation = Observation::default();
    request.extensions_mut().insert(observation.clone());
    let route = request.extensions().get::<MatchedPath>();
    let operation = request_line::operation(request.method().as_str(), route.map(MatchedPath::as_str));

    // The event was not a request, so there is no handler to call.
    let refused = request.extensions_mut().remove::<FieldProblems>();
    let answering = async {
        match refused {
            Some(problems) => ApiError::from(problems).into_response(),
            None => next.run(request).await,
        }
    };
    let response = AssertUnwindSafe(answering).catch_unwind().await;
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
        // Keeps the `Allow` header that the router adds.
        if let Some(allow) = response.headers_mut().remove(ALLOW) {
            told.headers_mut().insert(ALLOW, allow);
        }
        response = told;
    }
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        headers.insert(REQUEST_ID, value);
    }

    let line = RequestLine {
        request_id: &request_id,
        operation,
        status: response.status().as_u16(),
        duration_ms: milliseconds(start.elapsed()),
        consumed: observation.meter.consumed(),
        facts: &facts,
        cause: error.and_then(|error| error.cause()),
    };
    line.log();
    if let Some(measurements) = measurements {
        measurements.add(Timestamp::now(), line.measured());
    }
    response
}

/// The message of a panic.
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
    use axum::middleware::from_fn_with_state;
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
        let router = Router::new()
            .route("/", get(fail))
            .layer(from_fn_with_state(None, observe));
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
