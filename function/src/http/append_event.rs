//! `PUT /streams/{streamType}/{streamId}/events/{revision}`

use axum::extract::State;
use axum::response::Response;
use event_store_types::Revision;
use event_store_types::wire::AppendEvent;

use super::appended;
use super::body::JsonBody;
use super::fields::FieldProblems;
use super::observation::Observation;
use super::path::PathTexts;
use super::problem::ApiError;
use super::store::Store;
use crate::store::StreamKey;

/// Appends one event at a revision.
///
/// The revision is the one that the event will have: the stream's current revision plus one. Of two writers
/// at the same revision one wins; the other gets a 409 with the winning event. Revision 1 creates the stream.
#[cfg_attr(
    test,
    utoipa::path(
        put,
        path = "/streams/{streamType}/{streamId}/events/{revision}",
        operation_id = "appendEvent",
        tag = "Append",
        params(super::openapi::EventPath),
        request_body = event_store_types::wire::AppendEvent,
        responses(super::openapi::Appended, super::openapi::AppendProblems),
    )
)]
pub(super) async fn handle(
    State(store): State<Store>,
    observation: Observation,
    path: PathTexts,
    body: JsonBody,
) -> Result<Response, ApiError> {
    let (stream, revision, AppendEvent { event }) = request(&path, &body)?;
    appended::append(&store, &observation, stream, revision, vec![event]).await
}

fn request(path: &PathTexts, body: &JsonBody) -> Result<(StreamKey, Revision, AppendEvent), FieldProblems> {
    let mut problems = FieldProblems::default();
    let stream = path.stream(&mut problems);
    let revision = path.parse("revision", &mut problems);
    let append = body.append_event(&mut problems);
    problems.finish(
        stream
            .zip(revision)
            .zip(append)
            .map(|((stream, revision), append)| (stream, revision, append)),
    )
}
