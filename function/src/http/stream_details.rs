//! `GET /streams/{streamType}/{streamId}/details`

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use event_store_types::wire::StreamBody;

use super::caching;
use super::fields::FieldProblems;
use super::observation::Observation;
use super::path::PathTexts;
use super::problem::ApiError;
use super::store::Store;
use crate::store::operations;

/// Reads the current state of a stream, without its events.
#[cfg_attr(
    test,
    utoipa::path(
        get,
        path = "/streams/{streamType}/{streamId}/details",
        operation_id = "streamDetails",
        tag = "Read",
        params(super::openapi::StreamPath),
        responses(super::openapi::Details, super::openapi::ReadProblems),
    )
)]
pub(super) async fn handle(
    State(store): State<Store>,
    observation: Observation,
    path: PathTexts,
) -> Result<Response, ApiError> {
    let mut problems = FieldProblems::default();
    let stream = path.stream(&mut problems);
    let stream = problems.finish(stream)?;
    observation.stream(&stream);

    let found = operations::details(&store.events(&observation), store.tails(), &stream).await?;
    let stream = found.ok_or(ApiError::StreamNotFound(stream))?;
    observation.revision(stream.revision);
    Ok(caching::revalidated(Json(StreamBody { stream })))
}
