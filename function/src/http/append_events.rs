//! `POST /streams/{streamType}/{streamId}/events`

use axum::extract::State;
use axum::response::Response;
use event_store_types::wire::AppendEvents;
use event_store_types::{ExpectedRevision, Revision};

use super::appended;
use super::body::JsonBody;
use super::fields::FieldProblems;
use super::observation::Observation;
use super::path::PathTexts;
use super::problem::ApiError;
use super::store::Store;
use crate::store::StreamKey;
use crate::store::append_at_end::Absent;
use crate::store::commit::BeyondLastRevision;

/// Appends consecutive events, all of them or none.
///
/// With `any` and `streamExists` the events go to the end of the stream, wherever that is. The store
/// recognises a retry of such an append only among the stream's newest ten commits. To be sure that nothing
/// is appended twice, name the revision.
#[cfg_attr(
    test,
    utoipa::path(
        post,
        path = "/streams/{streamType}/{streamId}/events",
        operation_id = "appendEvents",
        tag = "Append",
        params(super::openapi::StreamPath),
        request_body = event_store_types::wire::AppendEvents,
        responses(super::openapi::AllAppended, super::openapi::AppendProblems),
    )
)]
pub(super) async fn handle(
    State(store): State<Store>,
    observation: Observation,
    path: PathTexts,
    body: JsonBody,
) -> Result<Response, ApiError> {
    let (
        stream,
        AppendEvents {
            expected_revision,
            events,
        },
    ) = request(&path, &body)?;
    let absent = match expected_revision {
        ExpectedRevision::NoStream => {
            return appended::append(&store, &observation, stream, Revision::FIRST, events).await;
        }
        ExpectedRevision::Exact(revision) => {
            let first = revision.checked_add(1).ok_or(BeyondLastRevision)?;
            return appended::append(&store, &observation, stream, first, events).await;
        }
        ExpectedRevision::Any => Absent::Create,
        ExpectedRevision::StreamExists => Absent::Refuse,
    };
    appended::append_at_end(&store, &observation, stream, events, absent).await
}

fn request(path: &PathTexts, body: &JsonBody) -> Result<(StreamKey, AppendEvents), FieldProblems> {
    let mut problems = FieldProblems::default();
    let stream = path.stream(&mut problems);
    let append = body.append_events(&mut problems);
    problems.finish(stream.zip(append))
}
