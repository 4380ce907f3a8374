//! `GET /feed`

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use axum::response::{IntoResponse, Response};
use event_store_types::wire::FeedPageBody;
use event_store_types::{EventType, FeedPage, StreamType};

use super::caching;
use super::feed_stream;
use super::fields::FieldProblems;
use super::observation::Observation;
use super::problem::ApiError;
use super::query::QueryTexts;
use super::store::Store;
use crate::feed::cursor::{Cursor, InvalidCursor};
use crate::feed::filter::Filter;
use crate::feed::reader::{self, From, Outcome, ReadFeed};
use crate::store::{StoreError, limits};
use crate::telemetry::Metric;

/// Reads a page of the feed: the events of all streams, in one order.
///
/// Each event is there at least once. The first occurrences of a stream's events come in the order of their
/// revisions and without a gap. The feed follows appends with a delay, usually of less than a second. It is
/// not ordered by time across streams.
///
/// To follow the feed, keep `next` and ask for what comes after it. A page with `hasMore: true` that was
/// requested with a cursor never changes and may be cached for a day. A page holds as many events as you
/// asked for, unless it reaches the end of the feed or about 1 MB. With a filter, a page may also end after a
/// long search without a match; `next` still moves on.
#[cfg_attr(
    test,
    utoipa::path(
        get,
        path = "/feed",
        operation_id = "readFeed",
        tag = "Read",
        params(super::openapi::FeedQuery),
        responses(super::openapi::Feed, super::openapi::FeedProblems),
    )
)]
pub(super) async fn handle(
    State(store): State<Store>,
    observation: Observation,
    headers: HeaderMap,
    query: QueryTexts,
) -> Result<Response, ApiError> {
    let request = request(query)?;
    if store.streams() && asks_for_a_stream(&headers) {
        return feed_stream::respond(store, &observation, request, &headers).await;
    }
    let is_repeatable = matches!(request.from, From::Cursor(_));
    let feed_page = page(&store, &observation, request).await?;
    let is_lasting = is_repeatable && feed_page.has_more && store.name().is_none();
    let body = Json(FeedPageBody { feed_page });
    Ok(if is_lasting {
        caching::lasting(body)
    } else {
        caching::revalidated(body)
    }
    .into_response())
}

/// Reads a page, independent of the form of the response.
pub(super) async fn page(
    store: &Store,
    observation: &Observation,
    request: ReadFeed,
) -> Result<FeedPage, ApiError> {
    let (feed, events) = (store.feed(observation), store.events(observation));
    let outcome = reader::read(&feed, &events, store.tails(), store.reader(), request).await;
    if matches!(outcome, Err(StoreError::Fault(_))) {
        observation.counts_as(Metric::FeedFaults);
    }
    match outcome? {
        Outcome::Page(page) => Ok(page),
        Outcome::BegunAnew => Err(ApiError::FeedBegunAnew),
        Outcome::NotReached => Err(ApiError::FeedNotReached),
        Outcome::Misplaced => Err(FieldProblems::of("after", InvalidCursor::Malformed).into()),
    }
}

fn asks_for_a_stream(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).into_iter();
    accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|range| range.split(';').next())
        .any(|range| range.trim().eq_ignore_ascii_case("text/event-stream"))
}

pub(super) fn request(mut query: QueryTexts) -> Result<ReadFeed, FieldProblems> {
    let mut problems = FieldProblems::default();
    let after = query.optional(&["after"], &mut problems, place);
    let limit = query.optional(&["limit"], &mut problems, |text| {
        limits::page_limit(text, limits::PAGE_EVENTS)
    });
    let stream_types: BTreeSet<StreamType> = query.repeated("stream-type", &mut problems, str::parse);
    let event_types: BTreeSet<EventType> = query.repeated("event-type", &mut problems, str::parse);
    query.finish(&mut problems);
    problems.finish(Some(ReadFeed {
        from: after.unwrap_or(From::Beginning),
        limit: limit.unwrap_or(limits::FEED_EVENTS),
        filter: Filter {
            stream_types,
            event_types,
        },
    }))
}

/// Parses a position in the feed. It cannot confuse a cursor with `end`: no cursor's text begins with `end`,
/// because it begins with the encoded version.
fn place(text: &str) -> Result<From, InvalidCursor> {
    if text == "end" {
        return Ok(From::End);
    }
    match text.strip_prefix("end-") {
        Some(count) => limits::page_limit(count, limits::PAGE_EVENTS)
            .map(From::BeforeEnd)
            .map_err(|_| InvalidCursor::Malformed),
        None => Cursor::decode(text).map(From::Cursor),
    }
}
