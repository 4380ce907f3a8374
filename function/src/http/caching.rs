//! PURE: how long a response may be cached.
//!
//! Events never change, so a page of events that is followed by more never changes either: the same request
//! would return the same bytes and need not be sent. This saves work for a read model that is rebuilt, a
//! browser, and any HTTP cache in the client. The pages are `private` because callers may have different read
//! permissions. They expire after a day, not a year, so that data that an operator must one day erase does
//! not live on in caches for long.
//!
//! Every other page of events may grow. Its tag names its content, so a client that polls with
//! `If-None-Match` gets a 304 without a body when nothing is new. That saves bytes, not the read.

use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use event_store_types::EventPage;
use headers::{ETag, HeaderMapExt, IfNoneMatch};

use super::direction::Direction;

const IMMUTABLE: HeaderValue = HeaderValue::from_static("private, max-age=86400, immutable");
const REVALIDATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Answers a request that has the headers `asked` with `page`. `body` renders the page if it must be sent.
///
/// `store` names a store that shares its address with other stores over time. What a client remembers of
/// another store must not be taken for this one's, so its tags contain the name, and clients must revalidate
/// every page.
pub(super) fn respond<B: IntoResponse>(
    store: Option<&str>,
    asked: &HeaderMap,
    page: EventPage,
    direction: Direction,
    body: impl FnOnce(EventPage) -> B,
) -> Response {
    let lifetime = match direction {
        Direction::Forwards if page.has_more && store.is_none() => IMMUTABLE,
        // Backwards, a page without a position begins at the end, which moves.
        _ => REVALIDATE,
    };
    let tag = tag(store, &page);
    let is_known = tag.as_ref().is_some_and(|tag| is_known(asked, tag));
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        body(page).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, lifetime);
    if let Some(tag) = tag {
        headers.typed_insert(tag);
    }
    response
}

/// Whether the client's `If-None-Match` names this tag.
pub(super) fn is_known(asked: &HeaderMap, tag: &ETag) -> bool {
    let known: Option<IfNoneMatch> = asked.typed_get();
    known.is_some_and(|known| !known.precondition_passes(tag))
}

/// Marks a response that must be revalidated: the next one may differ.
pub(super) fn revalidated(body: impl IntoResponse) -> Response {
    ([(CACHE_CONTROL, REVALIDATE)], body).into_response()
}

/// Marks a response that never changes.
pub(super) fn lasting(body: impl IntoResponse) -> Response {
    ([(CACHE_CONTROL, IMMUTABLE)], body).into_response()
}

/// The tag of a page, or `None` if it is empty. The first and last revision identify its events, the last
/// event's id identifies the incarnation of the stream, and `-more` says whether more events follow. Nothing
/// else affects the page's bytes.
fn tag(store: Option<&str>, page: &EventPage) -> Option<ETag> {
    let (first, last) = (page.events.first()?, page.events.last()?);
    let more = if page.has_more { "-more" } else { "" };
    let store = store.map(|store| format!("{store}-")).unwrap_or_default();
    let text = format!(
        "\"{store}{}-{}-{}{more}\"",
        first.revision, last.revision, last.event_id
    );
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use axum::http::header::ETAG;
    use event_store_types::Event;

    use super::*;
    use crate::store::testing::{commit, stream};

    fn page(has_more: bool) -> EventPage {
        let events: Vec<Event> = commit(4, ["d", "e"]).into_events(&stream()).collect();
        let last = events[1].revision;
        EventPage::new(events, has_more, last)
    }

    fn answer(page: EventPage, direction: Direction, known: Option<&str>) -> (u16, String, Option<String>) {
        let mut asked = HeaderMap::new();
        if let Some(known) = known {
            asked.insert("if-none-match", known.parse().unwrap());
        }
        let response = respond(None, &asked, page, direction, |_| "body");
        let text = |name| {
            let value = response.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        (
            response.status().as_u16(),
            text(CACHE_CONTROL).unwrap(),
            text(ETAG),
        )
    }

    #[test]
    fn a_page_of_past_events_never_changes() {
        let (status, lifetime, tag) = answer(page(true), Direction::Forwards, None);
        assert_eq!(
            (status, lifetime.as_str()),
            (200, "private, max-age=86400, immutable")
        );
        assert!(tag.unwrap().starts_with("\"4-5-"));
    }

    #[test]
    fn a_store_that_may_be_another_one_tomorrow_is_asked_each_time_and_tags_pages_as_its_own() {
        let answer = |store| {
            let response = respond(
                Some(store),
                &HeaderMap::new(),
                page(true),
                Direction::Forwards,
                |_| "body",
            );
            let tag = response.headers()[ETAG].to_str().unwrap().to_owned();
            (response.headers()[CACHE_CONTROL].clone(), tag)
        };
        let ((lifetime, one), (_, other)) = (answer("one"), answer("other"));
        assert_eq!(lifetime, "private, no-cache");
        assert!(one.starts_with("\"one-4-5-") && one != other, "{one} {other}");
    }

    #[test]
    fn a_page_that_may_grow_is_asked_for_again() {
        for (page, direction) in [
            (page(false), Direction::Forwards),
            (page(true), Direction::Backwards),
        ] {
            assert_eq!(answer(page, direction, None).1, "private, no-cache");
        }
    }

    #[test]
    fn what_the_asker_knows_is_not_sent_again() {
        let tag = answer(page(false), Direction::Forwards, None).2.unwrap();
        for known in [
            tag.clone(),
            format!("W/{tag}"),
            format!("\"other\", {tag}"),
            "*".to_owned(),
        ] {
            let (status, lifetime, told) = answer(page(false), Direction::Forwards, Some(&known));
            assert_eq!(
                (status, lifetime.as_str(), told.as_ref()),
                (304, "private, no-cache", Some(&tag)),
                "{known}"
            );
        }
        for unknown in ["\"other\"", "no tag", ""] {
            assert_eq!(
                answer(page(false), Direction::Forwards, Some(unknown)).0,
                200,
                "{unknown}"
            );
        }
    }

    #[test]
    fn a_page_that_has_grown_or_is_followed_by_more_has_another_tag() {
        let tag = |page| answer(page, Direction::Forwards, None).2;
        let mut shorter = page(false);
        shorter.events.pop();
        assert_ne!(tag(shorter), tag(page(false)));
        assert_ne!(tag(page(true)), tag(page(false)));
    }

    #[test]
    fn an_empty_page_has_no_tag() {
        let mut empty = page(false);
        empty.events.clear();
        assert_eq!(
            answer(empty, Direction::Forwards, Some("*")),
            (200, "private, no-cache".into(), None)
        );
    }
}
