//! What every route that appends has in common.

use axum::Json;
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use event_store_types::{EventId, NewEvent, Revision, Stream, StreamBody, Timestamp};

use super::observation::Observation;
use super::problem::ApiError;
use super::store::Store;
use crate::store::append::{Append, Outcome};
use crate::store::commit::{CommitEvent, CommitEvents};
use crate::store::{StreamKey, operations};
use crate::telemetry::Metric;

const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Appends `events` to `stream`, the first of them at revision `first`, and answers with what came of it.
pub(super) async fn append(
    store: &Store,
    observation: &Observation,
    stream: StreamKey,
    first: Revision,
    events: Vec<NewEvent>,
) -> Result<Response, ApiError> {
    observation.stream(&stream);
    let events = CommitEvents::new(events.into_iter().map(identified).collect())?;
    observation.event_ids(events.ids());
    let append = Append::new(stream.clone(), first, events, Timestamp::now())?;

    let appending = operations::append(&store.events(observation), store.tails(), append).await?;
    observation.proof(appending.proof);
    match appending.outcome {
        Outcome::Appended { stream } => {
            observation.revision(stream.revision);
            observation.appended(Metric::Appends);
            Ok(created(stream))
        }
        Outcome::Replayed { stream } => {
            observation.revision(stream.revision);
            observation.appended(Metric::Replays);
            Ok(([(IDEMPOTENCY_REPLAYED, "true")], created(stream)).into_response())
        }
        Outcome::NotFound => Err(ApiError::StreamNotFound(stream)),
        Outcome::Conflict {
            expected,
            current,
            event,
        } => {
            observation.revision(current);
            observation.appended(Metric::Conflicts);
            Err(ApiError::RevisionConflict {
                stream,
                expected,
                current,
                event: event.map(Box::new),
            })
        }
        Outcome::EventIdReused { ids } => Err(ApiError::EventIdReused { ids }),
    }
}

/// An event always has an id, so that the SDK's own retry of a write whose answer was lost is known as ours.
fn identified(event: NewEvent) -> CommitEvent {
    CommitEvent {
        id: event.event_id.unwrap_or_else(EventId::random),
        event_type: event.event_type,
        payload: event.payload,
        metadata: event.metadata,
    }
}

fn created(stream: Stream) -> Response {
    (StatusCode::CREATED, Json(StreamBody { stream })).into_response()
}
