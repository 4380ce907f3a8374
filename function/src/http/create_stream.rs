//! `POST /streams/{streamType}`

use axum::extract::State;
use axum::response::Response;
use event_store_types::wire::CreateStream;
use event_store_types::{EventId, Revision, StreamId, StreamType};

use super::appended;
use super::body::JsonBody;
use super::fields::FieldProblems;
use super::observation::Observation;
use super::path::PathTexts;
use super::problem::ApiError;
use super::store::Store;
use crate::store::StreamKey;

/// Creates a stream with its first event.
///
/// If the caller names no stream id, the store derives it from the event's id, whether the caller chose that
/// id or the store generated it. So the event id in the response to a failed create is enough to retry it
/// safely. A create that names neither id is not idempotent: sent again, it creates another stream.
#[cfg_attr(
    test,
    utoipa::path(
        post,
        path = "/streams/{streamType}",
        operation_id = "createStream",
        tag = "Append",
        params(super::openapi::StreamTypePath),
        request_body = event_store_types::wire::CreateStream,
        responses(super::openapi::Created, super::openapi::CreateProblems),
    )
)]
pub(super) async fn handle(
    State(store): State<Store>,
    observation: Observation,
    path: PathTexts,
    body: JsonBody,
) -> Result<Response, ApiError> {
    let (
        stream_type,
        CreateStream {
            stream_id,
            mut initial_event,
        },
    ) = request(&path, &body)?;
    let event_id = *initial_event.event_id.get_or_insert_with(EventId::random);
    let stream_id = stream_id.unwrap_or_else(|| StreamId::derive(&stream_type, event_id));
    let stream = StreamKey {
        stream_type,
        stream_id,
    };
    appended::append(&store, &observation, stream, Revision::FIRST, vec![initial_event]).await
}

fn request(path: &PathTexts, body: &JsonBody) -> Result<(StreamType, CreateStream), FieldProblems> {
    let mut problems = FieldProblems::default();
    let stream_type = path.parse("streamType", &mut problems);
    let create = body.create_stream(&mut problems);
    problems.finish(stream_type.zip(create))
}
