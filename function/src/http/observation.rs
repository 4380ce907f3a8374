//! Facts that handlers report about their requests.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use event_store_types::{EventId, Revision, StreamId, StreamType};

use crate::store::{Meter, StreamKey};
use crate::telemetry::Metric;

/// The facts that a handler reports about its request, for the log line and for the response to a failure.
#[derive(Clone, Debug, Default)]
pub(super) struct Observation {
    /// Counts the capacity that the request consumes.
    pub(super) meter: Meter,
    facts: Arc<Mutex<Facts>>,
}

/// The facts known so far about a request. Never payloads.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) stream_type: Option<StreamType>,
    pub(super) stream_id: Option<StreamId>,
    pub(super) revision: Option<Revision>,
    pub(super) event_ids: Vec<EventId>,
    pub(super) counted: Option<Metric>,
}

impl Facts {
    /// The stream that the request concerns, or only its type: `order/2886e475-…`, `order`.
    pub(super) fn stream(&self) -> Option<String> {
        let stream_type = self.stream_type.as_ref()?;
        Some(match self.stream_id {
            Some(stream_id) => format!("{stream_type}/{stream_id}"),
            None => stream_type.to_string(),
        })
    }
}

impl Observation {
    /// Notes that the request concerns streams of this type.
    pub(super) fn stream_type(&self, stream_type: &StreamType) {
        self.note(|facts| facts.stream_type = Some(stream_type.clone()));
    }

    /// Notes that the request concerns this stream.
    pub(super) fn stream(&self, stream: &StreamKey) {
        self.note(|facts| {
            facts.stream_type = Some(stream.stream_type.clone());
            facts.stream_id = Some(stream.stream_id);
        });
    }

    /// Notes the revision that the request reached.
    pub(super) fn revision(&self, revision: Revision) {
        self.note(|facts| facts.revision = Some(revision));
    }

    /// Notes that the request is about to store events with these ids.
    pub(super) fn event_ids(&self, ids: impl Iterator<Item = EventId>) {
        self.note(|facts| facts.event_ids = ids.collect());
    }

    /// Notes the metric under which the request counts: the outcome of its append, or a fault of the feed.
    pub(super) fn counts_as(&self, metric: Metric) {
        self.note(|facts| facts.counted = Some(metric));
    }

    fn note(&self, change: impl FnOnce(&mut Facts)) {
        change(&mut self.facts.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The facts so far.
    pub(super) fn facts(&self) -> Facts {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Observation {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}
