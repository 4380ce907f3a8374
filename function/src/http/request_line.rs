//! The log line of a request.

use event_store_types::Revision;

use super::observation::Facts;
use crate::store::Consumed;
use crate::telemetry::Metric;

/// The log line of a request. It is short, because every logged byte is billed.
pub(super) struct RequestLine<'a> {
    pub(super) request_id: &'a str,
    /// The operation's name in the API's document, or `unknown` if the API has no such operation.
    pub(super) operation: &'a str,
    pub(super) status: u16,
    pub(super) duration_ms: f64,
    pub(super) consumed: Consumed,
    pub(super) facts: &'a Facts,
    pub(super) cause: Option<String>,
}

impl RequestLine<'_> {
    /// Logs the request.
    pub(super) fn log(&self) {
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    requestId = self.request_id,
                    status = self.status,
                    durationMs = self.duration_ms,
                    // One request is the normal case and is not logged.
                    requests = Some(self.consumed.requests).filter(|requests| *requests > 1),
                    wru = Some(self.consumed.wru).filter(|units| *units > 0.0),
                    rru = Some(self.consumed.rru).filter(|units| *units > 0.0),
                    stream = self.facts.stream(),
                    revision = self.facts.revision.map(Revision::as_u64),
                    error = self.cause,
                    "{}",
                    self.operation,
                )
            };
        }
        match self.status {
            503 => line!(warn),
            500.. => line!(error),
            _ => line!(info),
        }
    }

    /// The measurements of the request.
    pub(super) fn measured(&self) -> impl Iterator<Item = (Metric, f64)> {
        let appended = self.facts.counted.map(|appended| (appended, 1.0));
        [(Metric::Latency, self.duration_ms)].into_iter().chain(appended)
    }
}

/// The name of an operation, as `operationId` in the API's document.
pub(super) fn operation(method: &str, route: Option<&str>) -> &'static str {
    match (method, route.unwrap_or_default()) {
        ("POST", "/streams/{streamType}") => "createStream",
        ("GET" | "HEAD", "/feed") => "readFeed",
        ("GET" | "HEAD", "/streams") => "listStreamTypes",
        ("GET" | "HEAD", "/streams/{streamType}") => "listStreams",
        ("GET" | "HEAD", "/streams/{streamType}/{streamId}/details") => "streamDetails",
        ("GET" | "HEAD", "/streams/{streamType}/{streamId}/events") => "readEvents",
        ("POST", "/streams/{streamType}/{streamId}/events") => "appendEvents",
        ("PUT", "/streams/{streamType}/{streamId}/events/{revision}") => "appendEvent",
        ("GET" | "HEAD", "/liveness-check") => "liveness",
        ("GET" | "HEAD", "/readiness-check") => "readiness",
        ("GET" | "HEAD", "/openapi/openapi-spec.json") => "specification",
        ("GET" | "HEAD", route) if route == "/" || route.starts_with("/openapi") => "page",
        ("GET" | "HEAD", route) if route.starts_with("/explorer") => "explorer",
        _ => "unknown",
    }
}
