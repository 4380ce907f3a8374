//! `GET /streams/{streamType}`

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use event_store_types::wire::StreamPageBody;
use event_store_types::{InvalidTimestamp, StreamType, Timestamp};

use super::caching;
use super::fields::FieldProblems;
use super::observation::Observation;
use super::path::PathTexts;
use super::problem::ApiError;
use super::query::QueryTexts;
use super::store::Store;
use crate::store::cursor::PageKey;
use crate::store::list::{ListStreams, list_streams};
use crate::store::{limits, operations};

/// Lists the streams of a type, oldest update first.
///
/// The listing follows appends with a delay. An updated stream moves to the end. To poll for changes, ask
/// from a few minutes before the last `updatedAt` that you have, and skip what you already know.
#[cfg_attr(
    test,
    utoipa::path(
        get,
        path = "/streams/{streamType}",
        operation_id = "listStreams",
        tag = "Read",
        params(super::openapi::StreamTypePath, super::openapi::StreamsQuery),
        responses(super::openapi::Streams, super::openapi::ListProblems),
    )
)]
pub(super) async fn handle(
    State(store): State<Store>,
    observation: Observation,
    path: PathTexts,
    query: QueryTexts,
) -> Result<Response, ApiError> {
    let request = request(&path, query)?;
    observation.stream_type(&request.stream_type);

    let catalogue = store.catalogue(&observation);
    let stream_page = operations::within_deadline(list_streams(&catalogue, request)).await?;
    Ok(caching::revalidated(Json(StreamPageBody { stream_page })))
}

/// Parses a timestamp. In a query, `+` means a space; the message accounts for that, because callers see only
/// the `+` they sent.
fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|invalid: InvalidTimestamp| {
        let meant: Result<Timestamp, _> = text.replace(' ', "+").parse();
        match meant {
            Ok(_) => format!("{invalid}; a `+` is written `%2B` in a query"),
            Err(_) => invalid.to_string(),
        }
    })
}

pub(super) fn request(path: &PathTexts, mut query: QueryTexts) -> Result<ListStreams, FieldProblems> {
    let mut problems = FieldProblems::default();
    let stream_type: Option<StreamType> = path.parse("streamType", &mut problems);
    let updated_after = query.optional(&["updated-after"], &mut problems, moment);
    // The Go system's client sends the second name.
    let page_key = query.optional(&["stream-next-page-key", "nextPageKey"], &mut problems, |text| {
        stream_type
            .as_ref()
            .map(|stream_type| PageKey::decode(text, stream_type))
            .transpose()
    });
    let limit = query.optional(&["limit"], &mut problems, |text| {
        limits::page_limit(text, limits::PAGE_STREAMS)
    });
    query.finish(&mut problems);
    problems.finish(stream_type.map(|stream_type| ListStreams {
        stream_type,
        updated_after,
        page_key: page_key.flatten(),
        limit: limit.unwrap_or(limits::PAGE_STREAMS),
    }))
}
