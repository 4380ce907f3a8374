//! PURE: what the store answers to what a client sends. A client creates a stream by appending to none.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Display;
use std::str::FromStr;

use bytes::Bytes;
use event_store_types::wire::{
    AppendEvents, EventPageBody, FeedPageBody, Liveness, StreamBody, StreamPageBody, StreamTypesBody,
};
use event_store_types::{
    ExpectedRevision, NewEvent, Notification, Problem, ProblemDetails, ProblemType, Revision, Stream,
    StreamId, StreamType,
};
use http::{HeaderValue, Method, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::feed::NoPage;
use super::log::{Outcome, Position, Reading};
use super::page_key::PageKey;
use super::state::State;
use crate::transport::Request;

/// The most events of one append, of a page, and the most streams of a page.
const APPEND_EVENTS: usize = 100;
const PAGE_EVENTS: usize = 1_000;
const PAGE_STREAMS: usize = 100;
/// How many events a page of the feed holds when no number is asked for.
const FEED_EVENTS: usize = 100;
/// How many of the ids of an append the sentence about them names.
const TOLD_IDS: usize = 3;
/// The most bytes of the payloads, metadata and event types of one append, together.
const APPEND_BYTES: usize = 380_000;

/// Answers a request.
pub(super) fn answer(state: &mut State, request: &Request, request_id: &str) -> Response<Bytes> {
    let mut response = match route(state, request) {
        Ok(response) => response,
        Err(refusal) => refusal.response(request_id),
    };
    if let Ok(value) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

fn route(state: &mut State, request: &Request) -> Result<Response<Bytes>, Refusal> {
    let path: Vec<&str> = request.url.path().trim_matches('/').split('/').collect();
    let (get, post) = (request.method == Method::GET, request.method == Method::POST);
    match *path.as_slice() {
        ["liveness-check" | "readiness-check"] if get => Ok(json(
            StatusCode::OK,
            &Liveness {
                status: "ok".into(),
                at: state.now(),
            },
        )),
        ["feed"] if get => feed(state, request),
        ["streams"] if get => Ok(json(
            StatusCode::OK,
            &StreamTypesBody {
                stream_types: state.feed.stream_types(),
            },
        )),
        ["streams", stream_type] if get => list(state, &parse("streamType", stream_type)?, request),
        ["streams", stream_type, stream_id, "details"] if get => {
            let (stream_type, stream_id) = (parse("streamType", stream_type)?, parse("streamId", stream_id)?);
            let stream = state
                .log
                .stream(&stream_type, stream_id)
                .ok_or_else(|| Refusal::not_found(&stream_type, stream_id))?;
            Ok(json(StatusCode::OK, &StreamBody { stream }))
        }
        ["streams", stream_type, stream_id, "events"] => {
            let (stream_type, stream_id) = (parse("streamType", stream_type)?, parse("streamId", stream_id)?);
            if get {
                read(state, &stream_type, stream_id, request)
            } else if post {
                append(state, &stream_type, stream_id, request)
            } else {
                Err(Refusal::told(
                    ProblemType::MethodNotAllowed,
                    "the path does not support this method; the header `Allow` lists those that it supports",
                ))
            }
        }
        _ => Err(Refusal::told(
            ProblemType::RouteNotFound,
            "there is nothing at this path; streams are at `/streams/{streamType}`",
        )),
    }
}

fn append(
    state: &mut State,
    stream_type: &StreamType,
    stream_id: StreamId,
    request: &Request,
) -> Result<Response<Bytes>, Refusal> {
    let AppendEvents {
        expected_revision,
        events,
    } = body(request)?;
    let first = match expected_revision {
        ExpectedRevision::NoStream => Some(Revision::FIRST),
        ExpectedRevision::Exact(revision) => revision.checked_add(1),
        // The client finds the end out itself.
        ExpectedRevision::Any | ExpectedRevision::StreamExists => None,
    };
    let events = checked(events)?;
    let last = first.and_then(|first| first.checked_add(events.len() as u64 - 1));
    let Some((first, _)) = first.zip(last) else {
        let message = format!("the last event would be beyond revision `{}`", Revision::MAX);
        return Err(Refusal::invalid("expectedRevision", message));
    };
    write(state, stream_type, stream_id, first, events)
}

/// Holds the limits, and gives an id to each event that has none.
fn checked(events: Vec<NewEvent>) -> Result<Vec<NewEvent>, Refusal> {
    if !(1..=APPEND_EVENTS).contains(&events.len()) {
        let count = events.len();
        let message = format!("must hold 1 to {APPEND_EVENTS} objects, not {count}");
        return Err(Refusal::invalid("events", message));
    }
    let mut ids = HashSet::new();
    let repeated = |event: &NewEvent| event.event_id.is_some_and(|id| !ids.insert(id));
    if let Some(place) = events.iter().position(repeated) {
        let field = format!("events[{place}].eventId");
        let id = events[place]
            .event_id
            .map_or_else(String::new, |id| id.to_string());
        let message = format!("an event before it has the id `{id}` too");
        return Err(Refusal::invalid(&field, message));
    }
    let size = events.iter().map(|event| {
        let metadata = event
            .metadata
            .as_ref()
            .map_or(0, |metadata| metadata.as_str().len());
        event.event_type.as_str().len() + event.payload.as_str().len() + metadata
    });
    let size: usize = size.sum();
    if size > APPEND_BYTES {
        let detail = format!(
            "payload, metadata and type of the events have `{size}` bytes, more than `{APPEND_BYTES}`"
        );
        return Err(Refusal::told(ProblemType::EventTooLarge, detail).with(|details| {
            details.limit = Some(APPEND_BYTES as u64);
            details.size = Some(size as u64);
        }));
    }
    Ok(events)
}

fn write(
    state: &mut State,
    stream_type: &StreamType,
    stream_id: StreamId,
    first: Revision,
    events: Vec<NewEvent>,
) -> Result<Response<Bytes>, Refusal> {
    let count = events.len() as u64;
    let now = state.now();
    let outcome = state.log.append(stream_type, stream_id, first, events, now);
    let (current, event) =
        match outcome {
            Outcome::Appended(stream) => {
                let revisions = (0..count).map_while(|place| first.checked_add(place));
                let appended = state.log.events_from(stream_type, stream_id, first);
                state.feed.add(stream_type, &appended);
                state.notifications.extend(revisions.map(|stream_revision| {
                    Notification::new(stream_type.clone(), stream_id, stream_revision)
                }));
                return Ok(created(stream));
            }
            Outcome::Replayed(stream) => {
                let mut response = created(stream);
                let replayed = HeaderValue::from_static("true");
                response.headers_mut().insert("idempotency-replayed", replayed);
                return Ok(response);
            }
            Outcome::NotFound => return Err(Refusal::not_found(stream_type, stream_id)),
            Outcome::EventIdReused(event_ids) => {
                let told: Vec<String> = event_ids
                    .iter()
                    .take(TOLD_IDS)
                    .map(|id| format!("`{id}`"))
                    .collect();
                let more = if event_ids.len() > TOLD_IDS {
                    ", and more"
                } else {
                    ""
                };
                let told = told.join(", ");
                let detail =
                    format!("already in the stream, with other content or at another place: {told}{more}");
                return Err(Refusal::told(ProblemType::EventIdReused, detail)
                    .with(|details| details.event_ids = event_ids));
            }
            Outcome::Conflict { current, event } => (current, event),
        };
    let stream = format!("{stream_type}/{stream_id}");
    let detail = if event.is_some() {
        format!("revision `{first}` of stream `{stream}` is taken; the stream is at revision `{current}`")
    } else {
        format!(
            "stream `{stream}` is at revision `{current}`, so nothing can be stored at revision `{first}` yet"
        )
    };
    Err(
        Refusal::told(ProblemType::RevisionConflict, detail).with(|details| {
            details.expected_revision = Some(first.as_u64() - 1);
            details.current_revision = Some(current);
            details.event = event.map(|event| *event);
        }),
    )
}

fn read(
    state: &State,
    stream_type: &StreamType,
    stream_id: StreamId,
    request: &Request,
) -> Result<Response<Bytes>, Refusal> {
    let query = Query::of(request);
    let position = match query.text("direction") {
        Some("backwards") => Position::Before(query.optional("before-revision")?),
        _ => Position::After(query.optional("after-revision")?),
    };
    let limit = query.limit(PAGE_EVENTS)?;
    match state.log.read(stream_type, stream_id, position, limit) {
        Reading::Page(event_page) => Ok(json(StatusCode::OK, &EventPageBody { event_page })),
        Reading::NotFound => Err(Refusal::not_found(stream_type, stream_id)),
        Reading::NotReached { current } => {
            let (Position::After(asked) | Position::Before(asked)) = position;
            let after = asked.map_or(0, Revision::as_u64);
            let detail = format!(
                "stream `{stream_type}/{stream_id}` is at revision `{current}` and does not reach revision `{after}`"
            );
            Err(Refusal::told(ProblemType::RevisionNotReached, detail)
                .with(|details| details.current_revision = Some(current)))
        }
    }
}

fn feed(state: &State, request: &Request) -> Result<Response<Bytes>, Refusal> {
    let query = Query::of(request);
    let limit = match query.text("limit") {
        None => FEED_EVENTS,
        Some(_) => query.limit(PAGE_EVENTS)?,
    };
    let (stream_types, event_types) = (all(request, "stream-type")?, all(request, "event-type")?);
    let page = state
        .feed
        .read(query.text("after"), limit, &stream_types, &event_types);
    match page {
        Ok(feed_page) => Ok(json(StatusCode::OK, &FeedPageBody { feed_page })),
        Err(NoPage::Malformed) => Err(Refusal::invalid(
            "after",
            "must be `end`, `end-N` with an N from 1 to 1000, or the `next` of an earlier page of the feed",
        )),
        Err(NoPage::BegunAnew) => Err(Refusal::told(
            ProblemType::FeedBegunAnew,
            "the cursor belongs to another feed: this one was recreated, or is another store's; read it from the beginning",
        )),
        Err(NoPage::NotReached) => Err(Refusal::told(
            ProblemType::FeedNotReached,
            "the cursor is beyond the end of the feed: the feed's table was restored to an earlier moment, and must be recreated",
        )),
    }
}

/// All values of a parameter that may be given more than once.
fn all<T: FromStr<Err: Display>>(request: &Request, name: &str) -> Result<Vec<T>, Refusal> {
    let pairs = request.url.query_pairs();
    pairs
        .filter(|(other, _)| other == name)
        .map(|(_, text)| parse(name, &text))
        .collect()
}

fn list(state: &State, stream_type: &StreamType, request: &Request) -> Result<Response<Bytes>, Refusal> {
    let query = Query::of(request);
    let updated_after = query.optional("updated-after")?;
    let key = query.text("stream-next-page-key");
    let after = key.map(|text| PageKey::parse(text, stream_type)).transpose();
    let after = after.map_err(|wrong| Refusal::invalid("stream-next-page-key", wrong))?;
    let limit = query.limit(PAGE_STREAMS)?;
    let stream_page = state.log.list(stream_type, updated_after, after.as_ref(), limit);
    Ok(json(StatusCode::OK, &StreamPageBody { stream_page }))
}

struct Query(BTreeMap<String, String>);

impl Query {
    fn of(request: &Request) -> Self {
        Self(request.url.query_pairs().into_owned().collect())
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn optional<T: FromStr<Err: Display>>(&self, name: &str) -> Result<Option<T>, Refusal> {
        self.text(name).map(|text| parse(name, text)).transpose()
    }

    fn limit(&self, most: usize) -> Result<usize, Refusal> {
        match self.text("limit").map(|text| (text, text.parse())) {
            None => Ok(most),
            Some((text, Ok(limit))) if (1..=most).contains(&limit) && !text.starts_with(['+', '0']) => {
                Ok(limit)
            }
            Some(_) => {
                let message = format!("must be a whole number between 1 and {most}");
                Err(Refusal::invalid("limit", message))
            }
        }
    }
}

fn parse<T: FromStr<Err: Display>>(field: &str, text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|error| Refusal::invalid(field, error))
}

fn body<T: DeserializeOwned>(request: &Request) -> Result<T, Refusal> {
    serde_json::from_slice(&request.body).map_err(|error| Refusal::invalid("body", error))
}

fn created(stream: Stream) -> Response<Bytes> {
    json(StatusCode::CREATED, &StreamBody { stream })
}

fn json(status: StatusCode, body: &impl Serialize) -> Response<Bytes> {
    // What is written here are wire types, which all have a JSON form.
    let body = serde_json::to_vec(body).unwrap_or_default();
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response
}

/// Why a request is not carried out.
struct Refusal {
    problem_type: ProblemType,
    /// What is said about it, in the words of a deployed store.
    detail: String,
    details: Box<ProblemDetails>,
}

impl Refusal {
    fn told(problem_type: ProblemType, detail: impl Into<String>) -> Self {
        Self {
            problem_type,
            detail: detail.into(),
            details: Box::default(),
        }
    }

    fn with(mut self, tell: impl FnOnce(&mut ProblemDetails)) -> Self {
        tell(&mut self.details);
        self
    }

    fn not_found(stream_type: &StreamType, stream_id: StreamId) -> Self {
        let detail = format!("there is no stream `{stream_type}/{stream_id}`");
        Self::told(ProblemType::StreamNotFound, detail)
    }

    fn invalid(field: &str, message: impl Display) -> Self {
        let message = message.to_string();
        let detail = format!("`{field}`: {message}");
        let messages = BTreeMap::from([(field.to_owned(), vec![message])]);
        Self::told(ProblemType::InvalidRequest, detail).with(|details| details.messages = messages)
    }

    fn response(self, request_id: &str) -> Response<Bytes> {
        let problem = Problem::new(self.problem_type, self.detail, request_id).with_details(*self.details);
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        json(status, &problem)
    }
}
