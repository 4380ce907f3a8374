//! The values that the document shows: a short story of one order.

use event_store_types::wire::{
    EventPageBody, FeedPageBody, Liveness, StreamBody, StreamPageBody, StreamTypesBody,
};
use event_store_types::{Event, EventPage, FeedEvent, FeedPage, Stream, StreamPage};
use serde::Serialize;
use serde_json::{Value, json};

use crate::feed::PageNumber;
use crate::feed::cursor::{Cursor, Position};

pub(super) const STREAM_TYPE: &str = "order";
pub(super) const STREAM_ID: &str = "2886e475-d5cc-40f7-aec5-401071388b3c";

/// The ids, types and payloads of the order's events. All have an id, so that a reader who sends an example
/// twice sees the response to a retry.
const EVENTS: [(&str, &str, &str); 4] = [
    (
        "0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10",
        "order-placed",
        r#"{"items":2,"total":42}"#,
    ),
    (
        "0190a2f4-8c11-7d02-9a51-0e6b7c2d4f11",
        "order-paid",
        r#"{"method":"card"}"#,
    ),
    (
        "0190a2f4-9e27-7a4b-b1c3-7f8e9d0a1b12",
        "order-packed",
        r#"{"boxes":1}"#,
    ),
    (
        "0190a2f4-9e28-7b5c-8d2e-1a2b3c4d5e13",
        "order-shipped",
        r#"{"carrier":"post"}"#,
    ),
];

/// The body of a request.
pub(super) struct Body {
    /// Its name. The document lists examples by name.
    pub(super) name: &'static str,
    pub(super) summary: &'static str,
    pub(super) value: Value,
}

/// The examples of an operation. Each succeeds after those before it and those of the preceding operations.
pub(super) fn bodies(operation: &str) -> impl Iterator<Item = Body> {
    let bodies = match operation {
        "createStream" => vec![
            Body {
                name: "complete",
                summary: "With every member: safe to send again",
                value: json!({
                    "streamId": STREAM_ID,
                    "initialEvent": {
                        "eventId": EVENTS[0].0,
                        "eventType": EVENTS[0].1,
                        "payload": payload(0),
                        "metadata": {"causedBy": "web-shop"},
                    },
                }),
            },
            Body {
                name: "minimal",
                summary: "With the required members only: creates another stream each time",
                value: json!({"initialEvent": {"eventType": EVENTS[0].1, "payload": payload(0)}}),
            },
        ],
        "appendEvent" => vec![Body {
            name: "next",
            summary: "The event that follows",
            value: json!({"event": new_event(1)}),
        }],
        "appendEvents" => vec![
            Body {
                name: "atRevision",
                summary: "Two events, if the stream is at revision 2",
                value: json!({"expectedRevision": 2, "events": [new_event(2), new_event(3)]}),
            },
            Body {
                name: "wherever",
                summary: "To the end, wherever it is",
                value: json!({
                    "expectedRevision": "any",
                    "events": [{
                        "eventId": "0190a2f5-1b44-7c6d-a3f4-2b3c4d5e6f14",
                        "eventType": "note-added",
                        "payload": "Leave it with the neighbour",
                    }],
                }),
            },
        ],
        _ => Vec::new(),
    };
    bodies.into_iter()
}

/// The response when the order is at `revision`.
pub(super) fn stream(revision: u64) -> Value {
    value(&StreamBody {
        stream: stream_at(revision),
    })
}

pub(super) fn event_page() -> Value {
    value(&EventPageBody {
        event_page: EventPage::new(vec![event(1), event(2)], true, 2.try_into().unwrap()),
    })
}

pub(super) fn stream_page() -> Value {
    value(&StreamPageBody {
        stream_page: StreamPage::new(vec![stream_at(4)], false, None),
    })
}

pub(super) fn feed_page() -> Value {
    let feed_event = |revision| FeedEvent::of(STREAM_TYPE.parse().unwrap(), event(revision));
    let position = Position {
        page: PageNumber::FIRST,
        entry: 2,
        after: None,
    };
    let incarnation = "7c9e6679-7425-40de-944b-e07fc1f90ae7".parse().unwrap();
    value(&FeedPageBody {
        feed_page: FeedPage::new(
            vec![feed_event(1), feed_event(2)],
            true,
            Cursor::At(incarnation, position).encode(),
        ),
    })
}

pub(super) fn stream_types() -> Value {
    value(&StreamTypesBody {
        stream_types: vec!["invoice".parse().unwrap(), STREAM_TYPE.parse().unwrap()],
    })
}

pub(super) fn liveness() -> Value {
    value(&Liveness {
        status: "ok".into(),
        at: "2025-01-25T10:11:12.000000Z".parse().unwrap(),
    })
}

/// The event of the order at `revision`, as it is read.
pub(super) fn event(revision: u64) -> Event {
    let (id, event_type, payload) = EVENTS[usize::try_from(revision - 1).unwrap()];
    let mut event = Event::new(
        STREAM_ID.parse().unwrap(),
        revision.try_into().unwrap(),
        event_type.parse().unwrap(),
        serde_json::from_str(payload).unwrap(),
        time_of(revision).parse().unwrap(),
        id.parse().unwrap(),
    );
    event.metadata = (revision == 1).then(|| serde_json::from_str(r#"{"causedBy":"web-shop"}"#).unwrap());
    event
}

fn stream_at(revision: u64) -> Stream {
    Stream::new(
        STREAM_TYPE.parse().unwrap(),
        STREAM_ID.parse().unwrap(),
        revision.try_into().unwrap(),
        time_of(revision).parse().unwrap(),
    )
}

fn time_of(revision: u64) -> String {
    format!("2025-01-25T10:1{revision}:12.000000Z")
}

fn new_event(index: usize) -> Value {
    json!({"eventId": EVENTS[index].0, "eventType": EVENTS[index].1, "payload": payload(index)})
}

fn payload(index: usize) -> Value {
    serde_json::from_str(EVENTS[index].2).unwrap()
}

fn value(body: &impl Serialize) -> Value {
    serde_json::from_str(&serde_json::to_string(body).unwrap()).unwrap()
}
