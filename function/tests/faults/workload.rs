//! What clients think of doing.

use axum::body::Body;
use axum::http::{Method, Request};
use event_store_types::{Metadata, NewEvent, Payload};
use fastrand::Rng;
use uuid::{Builder, Uuid};

use super::ledger::Question;
use super::proposal::{Numbers, Place, Proposal, Route, STREAM_TYPE, StreamPath, event_type};
use super::specification::Token;
use crate::support::json_request;

/// A stream that nobody knows yet.
pub(crate) fn stream(rng: &mut Rng) -> StreamPath {
    format!("{STREAM_TYPE}/{}", uuid(rng)).into()
}

/// A proposal for `stream`, whose sender believes that it is at revision `believed`.
pub(crate) fn proposal(numbers: &Numbers, stream: &StreamPath, believed: u64, rng: &mut Rng) -> Proposal {
    let place = match rng.u8(..100) {
        ..60 => Place::At(believed + 1),
        // A sender may be wrong, or ahead of the others.
        60..70 => Place::At(believed.saturating_sub(rng.u64(..2)).max(1)),
        70..75 => Place::At(believed + rng.u64(2..4)),
        75..90 => Place::End,
        _ => Place::EndOfExisting,
    };
    let count = if rng.bool() { 1 } else { rng.usize(1..5) };
    let has_ids = rng.u8(..10) < 8;
    let (events, tokens) = (0..count).map(|_| event(numbers, has_ids, rng)).unzip();
    let routes: &[Route] = match place {
        Place::At(1) if count == 1 => &[Route::CreateNamed, Route::Put, Route::Batch],
        Place::At(_) if count == 1 => &[Route::Put, Route::Batch],
        _ => &[Route::Batch],
    };
    Proposal {
        stream: Some(stream.clone()),
        place,
        events,
        tokens,
        route: routes[rng.usize(..routes.len())],
    }
}

/// A proposal for a stream of its own, whose id is left to the store.
pub(crate) fn creation(numbers: &Numbers, rng: &mut Rng) -> Proposal {
    let (event, token) = event(numbers, rng.bool(), rng);
    let id = event.event_id;
    let mut proposal = Proposal {
        stream: None,
        place: Place::At(1),
        events: vec![event],
        tokens: vec![token],
        route: Route::Create,
    };
    if let Some(id) = id {
        proposal.identify(&[id]);
    }
    proposal
}

/// A proposal that was written, with something changed: its ids are in use by then.
pub(crate) fn reuse(numbers: &Numbers, written: &Proposal, rng: &mut Rng) -> Proposal {
    let mut changed = written.clone();
    let place = rng.usize(..changed.events.len());
    let (mut event, mut token) = event(numbers, false, rng);
    event.event_id = changed.events[place].event_id;
    token.id = changed.tokens[place].id;
    changed.events[place] = event;
    changed.tokens[place] = token;
    changed
}

/// A reading of a stream that its reader believes to be at revision `believed`.
pub(crate) fn question(believed: u64, rng: &mut Rng) -> Question {
    let limit = if rng.bool() { rng.usize(1..5) } else { 1_000 };
    let is_strong = rng.u8(..3) > 0;
    match rng.u8(..10) {
        ..5 => Question::After {
            revision: rng.u64(..believed + 3),
            limit,
            is_strong,
        },
        5..8 => Question::Before {
            revision: rng.bool().then(|| rng.u64(1..believed + 3)),
            limit,
            is_strong,
        },
        _ => Question::Details,
    }
}

/// A request that no store can understand.
pub(crate) fn malformed(stream: &StreamPath, rng: &mut Rng) -> Request<Body> {
    let events = format!("/streams/{stream}/events");
    let (method, path, body) = match rng.u8(..5) {
        0 => (
            Method::PUT,
            format!("{events}/0"),
            r#"{"event":{"eventType":"t","payload":1}}"#,
        ),
        1 => (
            Method::PUT,
            format!("{events}/1"),
            r#"{"event":{"eventType":"t","eventID":1,"payload":1}}"#,
        ),
        2 => (Method::PUT, format!("{events}/1"), r#"{"event":{"payload":1"#),
        3 => (
            Method::POST,
            format!("/streams/{STREAM_TYPE}"),
            r#"{"initialEvent":{"eventType":""}}"#,
        ),
        _ => (Method::GET, format!("{events}?limit=0"), ""),
    };
    json_request(method, &path, body)
}

fn event(numbers: &Numbers, has_id: bool, rng: &mut Rng) -> (NewEvent, Token) {
    let number = numbers.next();
    let payload = match rng.u8(..6) {
        0 => format!("{number}"),
        1 => format!(r#"{{ "b":{number}, "a":1e400,"b":null }}"#),
        2 => format!(r#"["\"\\",{number},12345678901234567890.10]"#),
        3 => format!(r#""é \u00e9 \"{number}\" 🦀""#),
        4 => format!("{}{number}{}", "[".repeat(20), "]".repeat(20)),
        _ => format!(r#"{{"text":"{}"}}"#, "x".repeat(rng.usize(..200))),
    };
    let payload = Payload::from_text(&payload).unwrap();
    let mut event = NewEvent::new(event_type(number).parse().unwrap(), payload);
    event.event_id = has_id.then(|| uuid(rng).into());
    event.metadata = (rng.u8(..4) == 0).then(|| Metadata::from_text(r#"{ "by" : "me" }"#).unwrap());
    (event, Token { id: number, number })
}

fn uuid(rng: &mut Rng) -> Uuid {
    Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid()
}
