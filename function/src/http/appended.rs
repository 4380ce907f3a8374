//! What all appending routes share.

use axum::Json;
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use event_store_types::wire::StreamBody;
use event_store_types::{EventId, NewEvent, Revision, Stream, Timestamp};

use super::fields::FieldProblems;
use super::observation::Observation;
use super::problem::ApiError;
use super::store::Store;
use crate::store::StreamKey;
use crate::store::append::{self, Append};
use crate::store::append_at_end::{self, Absent, AppendAtEnd};
use crate::store::commit::{BeyondLastRevision, CommitEvent, CommitEvents, InvalidCommit};
use crate::store::operations;
use crate::telemetry::Metric;

const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Appends `events` to `stream`, the first of them at revision `first`, and answers with the outcome.
pub(super) async fn append(
    store: &Store,
    observation: &Observation,
    stream: StreamKey,
    first: Revision,
    events: Vec<NewEvent>,
) -> Result<Response, ApiError> {
    let events = begin(observation, &stream, events)?;
    let append = Append::new(stream.clone(), first, events, Timestamp::now())?;

    let appending = operations::append(&store.events(observation), store.tails(), append).await?;
    match appending.outcome {
        append::Outcome::Appended { stream } => Ok(appended(observation, stream)),
        append::Outcome::Replayed { stream } => Ok(replayed(observation, stream)),
        append::Outcome::NotFound => Err(ApiError::StreamNotFound(stream)),
        append::Outcome::Conflict {
            expected,
            current,
            event,
        } => {
            observation.revision(current);
            observation.counts_as(Metric::Conflicts);
            Err(ApiError::RevisionConflict {
                stream,
                expected,
                current,
                event: event.map(Box::new),
            })
        }
        append::Outcome::EventIdReused { ids } => Err(ApiError::EventIdReused { ids }),
    }
}

/// Appends `events` at the end of `stream`, and answers with the outcome.
pub(super) async fn append_at_end(
    store: &Store,
    observation: &Observation,
    stream: StreamKey,
    events: Vec<NewEvent>,
    absent: Absent,
) -> Result<Response, ApiError> {
    let events = begin(observation, &stream, events)?;
    let append = AppendAtEnd::new(stream.clone(), events, Timestamp::now(), absent);

    match operations::append_at_end(&store.events(observation), store.tails(), append).await? {
        append_at_end::Outcome::Appended { stream } => Ok(appended(observation, stream)),
        append_at_end::Outcome::Replayed { stream } => Ok(replayed(observation, stream)),
        append_at_end::Outcome::NotFound => Err(ApiError::StreamNotFound(stream)),
        append_at_end::Outcome::EventIdReused { ids } => Err(ApiError::EventIdReused { ids }),
        append_at_end::Outcome::Outrun { attempts } => {
            observation.counts_as(Metric::Conflicts);
            Err(ApiError::Outrun { attempts })
        }
        append_at_end::Outcome::Full => Err(FieldProblems::of("events", BeyondLastRevision).into()),
    }
}

/// Notes which events are about to be appended, and to which stream.
fn begin(
    observation: &Observation,
    stream: &StreamKey,
    events: Vec<NewEvent>,
) -> Result<CommitEvents, InvalidCommit> {
    observation.stream(stream);
    let events = CommitEvents::new(events.into_iter().map(identified).collect())?;
    observation.event_ids(events.ids());
    Ok(events)
}

fn appended(observation: &Observation, stream: Stream) -> Response {
    observation.revision(stream.revision);
    observation.counts_as(Metric::Appends);
    created(stream)
}

fn replayed(observation: &Observation, stream: Stream) -> Response {
    observation.revision(stream.revision);
    observation.counts_as(Metric::Replays);
    ([(IDEMPOTENCY_REPLAYED, "true")], created(stream)).into_response()
}

/// Gives every event an id. It lets the store recognise the SDK's own retry of a write whose response was
/// lost.
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
