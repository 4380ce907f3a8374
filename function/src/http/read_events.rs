//! `GET /streams/{streamType}/{streamId}/events`

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use event_store_types::Revision;
use event_store_types::wire::EventPageBody;

use super::caching;
use super::direction::{self, Direction};
use super::fields::FieldProblems;
use super::observation::Observation;
use super::path::PathTexts;
use super::problem::ApiError;
use super::query::QueryTexts;
use super::store::Store;
use crate::store::operations::Reading;
use crate::store::read::{Read, Start};
use crate::store::{limits, operations};

/// Reads a page of a stream's events.
///
/// A page holds as many events as you asked for, unless it reaches the end of the stream or about 1 MB.
///
/// A page of past events (`forwards`, `hasMore: true`) never changes and may be cached for a day. Every other
/// page may grow: send its `ETag` as `If-None-Match`, and the answer is 304 if nothing is new.
#[cfg_attr(
    test,
    utoipa::path(
        get,
        path = "/streams/{streamType}/{streamId}/events",
        operation_id = "readEvents",
        tag = "Read",
        params(
            super::openapi::StreamPath,
            super::openapi::EventsQuery,
            super::openapi::Revalidation
        ),
        responses(super::openapi::Events, super::openapi::EventsProblems),
    )
)]
pub(super) async fn handle(
    State(store): State<Store>,
    observation: Observation,
    path: PathTexts,
    query: QueryTexts,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let read = request(&path, query)?;
    let stream = read.stream.clone();
    observation.stream(&stream);

    let direction = Direction::of(read.start);
    let reading = operations::read(&store.events(&observation), store.tails(), read).await?;
    let page = match reading {
        Reading::Page(page) => page,
        Reading::NotFound => return Err(ApiError::StreamNotFound(stream)),
        Reading::NotReached { after, current } => {
            observation.revision(current);
            return Err(ApiError::RevisionNotReached {
                stream,
                after,
                current,
            });
        }
    };
    observation.revision(page.last_evaluated_revision);
    Ok(caching::respond(
        store.name(),
        &headers,
        page,
        direction,
        |event_page| Json(EventPageBody { event_page }),
    ))
}

pub(super) fn request(path: &PathTexts, mut query: QueryTexts) -> Result<Read, FieldProblems> {
    let mut problems = FieldProblems::default();
    let stream = path.stream(&mut problems);
    let direction = query.optional(&["direction"], &mut problems, str::parse);
    let after = query.optional(&["after-revision"], &mut problems, position);
    let before = query.optional(&["before-revision"], &mut problems, str::parse);
    let limit = query.optional(&["limit"], &mut problems, |text| {
        limits::page_limit(text, limits::PAGE_EVENTS)
    });
    let consistency = query.optional(&["consistency"], &mut problems, direction::consistency);
    query.finish(&mut problems);

    let direction = direction.unwrap_or_default();
    match direction {
        Direction::Forwards if before.is_some() => problems.add(
            "before-revision",
            "goes with `direction=backwards`; forwards, it is `after-revision`",
        ),
        Direction::Backwards if after.is_some() => problems.add(
            "after-revision",
            "goes with `direction=forwards`; backwards, it is `before-revision`",
        ),
        _ => {}
    }
    problems.finish(stream.map(|stream| Read {
        stream,
        start: match direction {
            Direction::Forwards => Start::After(after.flatten()),
            Direction::Backwards => Start::Before(before),
        },
        limit: limit.unwrap_or(limits::PAGE_EVENTS),
        consistency: consistency.unwrap_or_default(),
    }))
}

/// Parses a position in a stream: a revision, or 0 for the beginning.
fn position(text: &str) -> Result<Option<Revision>, InvalidPosition> {
    if text == "0" {
        Ok(None)
    } else {
        text.parse().map(Some).map_err(|_| InvalidPosition)
    }
}

/// The error for a text that is not a position in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number between 0 and {}", Revision::MAX)]
struct InvalidPosition;
