//! `GET /streams`

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use event_store_types::wire::StreamTypesBody;

use super::caching;
use super::fields::FieldProblems;
use super::observation::Observation;
use super::problem::ApiError;
use super::query::QueryTexts;
use super::store::Store;
use crate::feed::port::FeedReader;
use crate::store::operations;

/// Lists the types of all existing streams.
///
/// A type is listed as soon as an event of one of its streams is about to enter the feed.
#[cfg_attr(
    test,
    utoipa::path(
        get,
        path = "/streams",
        operation_id = "listStreamTypes",
        tag = "Read",
        responses(super::openapi::StreamTypes, super::openapi::ListProblems),
    )
)]
pub(super) async fn handle(
    State(store): State<Store>,
    observation: Observation,
    query: QueryTexts,
) -> Result<Response, ApiError> {
    let mut problems = FieldProblems::default();
    query.finish(&mut problems);
    problems.finish(Some(()))?;
    let feed = store.feed(&observation);
    let stream_types = operations::within_deadline(async {
        match feed.current().await? {
            Some(incarnation) => feed.stream_types(incarnation).await,
            None => Ok(Vec::new()),
        }
    });
    let stream_types = stream_types.await?;
    Ok(caching::revalidated(Json(StreamTypesBody { stream_types })))
}
