//! What callers ask the store for.

use event_store_function::store::StreamKey;
use event_store_function::store::commit::{CommitEvent, CommitEvents};
use event_store_types::{EventId, ExpectedRevision, Payload, Revision, Timestamp};
use uuid::Uuid;

/// An append, as a caller asks for it. Each attempt at it sends the same events with the same ids.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) expected: ExpectedRevision,
    pub(crate) events: CommitEvents,
}

impl Request {
    /// The events `names` as the first of the stream.
    pub(crate) fn create(names: &str) -> Self {
        Self::new(ExpectedRevision::NoStream, names)
    }

    /// The events `names` after exactly the revision `expected`.
    pub(crate) fn after(expected: u64, names: &str) -> Self {
        Self::new(ExpectedRevision::Exact(revision(expected)), names)
    }

    /// The events `names` at the end, wherever it is.
    pub(crate) fn any(names: &str) -> Self {
        Self::new(ExpectedRevision::Any, names)
    }

    /// The events `names` at the end of a stream that is there.
    pub(crate) fn stream_exists(names: &str) -> Self {
        Self::new(ExpectedRevision::StreamExists, names)
    }

    fn new(expected: ExpectedRevision, names: &str) -> Self {
        let events = CommitEvents::new(names.chars().map(event).collect()).unwrap();
        Self { expected, events }
    }

    /// The revision that the first event is to have, unless the caller leaves it open.
    pub(crate) fn first(&self) -> Option<Revision> {
        match self.expected {
            ExpectedRevision::NoStream => Some(Revision::FIRST),
            ExpectedRevision::Exact(expected) => expected.checked_add(1),
            ExpectedRevision::Any | ExpectedRevision::StreamExists => None,
        }
    }
}

/// The stream that everything is about. Streams share nothing, so one is enough.
pub(crate) fn stream() -> StreamKey {
    StreamKey {
        stream_type: "s".parse().unwrap(),
        stream_id: Uuid::nil().into(),
    }
}

/// The revision `number`.
pub(crate) fn revision(number: u64) -> Revision {
    number.try_into().unwrap()
}

/// The moment `seconds` into the run.
pub(crate) fn moment(seconds: u8) -> Timestamp {
    let start = jiff::Timestamp::UNIX_EPOCH;
    (start + jiff::SignedDuration::from_secs(seconds.into()))
        .try_into()
        .unwrap()
}

/// The names of `events`, which are their ids.
pub(crate) fn names(events: &CommitEvents) -> String {
    let names = events.ids().map(|id| u32::try_from(id.as_uuid().as_u128()));
    names.filter_map(|name| char::from_u32(name.ok()?)).collect()
}

/// The event `name`. Only the id tells one event from another: content that is equal by chance proves nothing.
fn event(name: char) -> CommitEvent {
    CommitEvent {
        id: EventId::from(Uuid::from_u128(u32::from(name).into())),
        event_type: "e".parse().unwrap(),
        payload: Payload::from_text("0").unwrap(),
        metadata: None,
    }
}
