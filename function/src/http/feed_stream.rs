//! The feed as server-sent events. Only servers where a waiting request costs nothing offer it; on Lambda it
//! would cost.
//!
//! Each event of the feed is one message whose `data` is the event as `GET /feed` returns it. The last
//! message of each page carries the cursor after it as its `id`. A client resumes there with `Last-Event-ID`,
//! as browsers do on their own.

use std::convert::Infallible;
use std::future::ready;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use event_store_types::FeedPage;
use futures::stream::{self, StreamExt as _};
use tokio::time::sleep;

use super::fields::FieldProblems;
use super::observation::Observation;
use super::problem::ApiError;
use super::read_feed;
use super::store::Store;
use crate::feed::cursor::Cursor;
use crate::feed::reader::{From, ReadFeed};

/// The pause before the feed is read again: the first after a page with events, the second at most when
/// nothing is new.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// Streams the events of the feed for as long as the client listens.
///
/// # Errors
/// When `Last-Event-ID` is not a cursor, or the first page cannot be read. Such a request gets an ordinary
/// error response, so that a browser does not reconnect again and again.
pub(super) async fn respond(
    store: Store,
    observation: &Observation,
    request: ReadFeed,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let last = headers
        .get("last-event-id")
        .map(|value| value.to_str().unwrap_or_default());
    let from = match last {
        Some(text) => {
            From::Cursor(Cursor::decode(text).map_err(|invalid| FieldProblems::of("last-event-id", invalid))?)
        }
        None => request.from,
    };
    let request = ReadFeed { from, ..request };
    let page = read_feed::page(&store, observation, request.clone()).await?;
    let mut follow = Follow {
        store,
        request,
        pause: Duration::ZERO,
        has_ended: false,
    };
    let first = follow.take(&page);
    let events = stream::once(ready(first))
        .chain(stream::unfold(follow, Follow::next))
        .flat_map(stream::iter)
        .map(Ok::<_, Infallible>);
    Ok(Sse::new(events).keep_alive(KeepAlive::default()).into_response())
}

struct Follow {
    store: Store,
    request: ReadFeed,
    pause: Duration,
    has_ended: bool,
}

impl Follow {
    /// The messages of the next page. A failure is sent as a message and ends the stream; the client then
    /// reconnects.
    async fn next(mut self) -> Option<(Vec<Event>, Self)> {
        if self.has_ended {
            return None;
        }
        sleep(self.pause).await;
        let page = read_feed::page(&self.store, &Observation::default(), self.request.clone()).await;
        let messages = match page {
            Ok(page) => self.take(&page),
            Err(error) => {
                self.has_ended = true;
                if let Some(cause) = error.cause() {
                    tracing::error!(error = cause, "the feed cannot be followed");
                }
                let problem = serde_json::to_string(&error.problem_type()).unwrap_or_default();
                vec![Event::default().event("problem").data(problem.trim_matches('"'))]
            }
        };
        Some((messages, self))
    }

    /// Moves past a page and returns its messages. If no event of the page passes the filter, the only
    /// message carries just the new cursor: the client sees no event, but resumes from there when it
    /// reconnects.
    fn take(&mut self, page: &FeedPage) -> Vec<Event> {
        let (shortest, longest) = PAUSES;
        self.pause = match (page.has_more, page.events.is_empty()) {
            (true, _) => Duration::ZERO,
            (false, false) => shortest,
            (false, true) => (self.pause * 2).clamp(shortest, longest),
        };
        let mut messages: Vec<Event> = page
            .events
            .iter()
            .filter_map(|event| Event::default().json_data(event).ok())
            .collect();
        let from = Cursor::decode(&page.next).map_or(self.request.from, From::Cursor);
        if from != self.request.from {
            self.request.from = from;
            let last = messages.pop().unwrap_or_default();
            messages.push(last.id(&page.next));
        }
        messages
    }
}
