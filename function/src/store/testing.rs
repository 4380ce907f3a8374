//! Values that the unit tests of the store share.

use event_store_types::{EventId, Payload, Revision, Timestamp};
use uuid::Uuid;

use super::StreamKey;
use super::commit::{Commit, CommitEvent, CommitEvents};

/// The stream that the tests use.
pub(crate) fn stream() -> StreamKey {
    StreamKey {
        stream_type: "order".parse().unwrap(),
        stream_id: "2886e475-d5cc-40f7-aec5-401071388b3c".parse().unwrap(),
    }
}

/// The revision `number`.
pub(crate) fn revision(number: u64) -> Revision {
    number.try_into().unwrap()
}

/// An event whose id, type and payload are derived from `name`.
pub(crate) fn event(name: &str) -> CommitEvent {
    CommitEvent {
        id: EventId::from(Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())),
        event_type: format!("type-{name}").parse().unwrap(),
        payload: Payload::of(name).unwrap(),
        metadata: None,
    }
}

/// The events `names`, as one append.
pub(crate) fn events<'a>(names: impl IntoIterator<Item = &'a str>) -> CommitEvents {
    CommitEvents::new(names.into_iter().map(event).collect()).unwrap()
}

/// The events `names`, committed at `first`.
pub(crate) fn commit<'a>(first: u64, names: impl IntoIterator<Item = &'a str>) -> Commit {
    Commit::new(revision(first), at(first), events(names)).unwrap()
}

/// A moment: `seconds` after midnight of an ordinary day.
pub(crate) fn at(seconds: u64) -> Timestamp {
    let start: Timestamp = "2025-01-25T00:00:00Z".parse().unwrap();
    let moment = start.as_jiff() + jiff::SignedDuration::from_secs(seconds.try_into().unwrap());
    moment.try_into().unwrap()
}
