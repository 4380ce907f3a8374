//! What the log is told of a request.

use event_store_types::{Revision, StreamType};

use super::observation::Facts;
use crate::store::Consumed;
use crate::store::operations::Proof;
use crate::telemetry::{Metric, Metrics};

/// What is told of a request.
pub(super) struct RequestLine<'a> {
    pub(super) request_id: &'a str,
    pub(super) method: &'a str,
    pub(super) route: Option<&'a str>,
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
                    method = self.method,
                    route = self.route,
                    status = self.status,
                    durationMs = self.duration_ms,
                    requests = self.consumed.requests,
                    wru = self.consumed.wru,
                    rru = self.consumed.rru,
                    proof = self.facts.proof.map(proof_name),
                    streamType = self.facts.stream_type.as_ref().map(StreamType::as_str),
                    streamId = self.facts.stream_id.map(tracing::field::display),
                    revision = self.facts.revision.map(Revision::as_u64),
                    error = self.cause,
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

    /// Adds what is measured of the request.
    pub(super) fn measure<'a>(&self, metrics: Metrics<'a>) -> Metrics<'a> {
        let metrics = metrics
            .with(Metric::Latency, self.duration_ms)
            .with(Metric::WriteUnits, self.consumed.wru)
            .with(Metric::ReadUnits, self.consumed.rru);
        match self.facts.appended {
            Some(appended) => metrics.with(appended, 1.0),
            None => metrics,
        }
    }
}

fn proof_name(proof: Proof) -> &'static str {
    match proof {
        Proof::Tail => "tail",
        Proof::Read => "read",
    }
}
