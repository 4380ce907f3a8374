//! PURE: a commit, the events of one append: the unit that is written whole or not at all.

use std::collections::HashSet;

use event_store_types::{Event, EventId, EventType, Metadata, Payload, Revision, Timestamp};

use super::{StreamKey, limits};

/// The events of one append, with the revisions that they have.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Commit {
    first: Revision,
    last: Revision,
    created_at: Timestamp,
    events: CommitEvents,
}

impl Commit {
    /// Places `events` at `first` and after.
    ///
    /// # Errors
    /// When the last of them would have a revision beyond the largest.
    pub fn new(
        first: Revision,
        created_at: Timestamp,
        events: CommitEvents,
    ) -> Result<Self, BeyondLastRevision> {
        let last = events.last_revision(first).ok_or(BeyondLastRevision)?;
        Ok(Self {
            first,
            last,
            created_at,
            events,
        })
    }

    /// The same commit, its time no earlier than `earliest`.
    #[must_use]
    pub fn not_before(mut self, earliest: Timestamp) -> Self {
        self.created_at = self.created_at.max(earliest);
        self
    }

    /// The revision of the first event.
    pub fn first(&self) -> Revision {
        self.first
    }

    /// The revision of the last event.
    pub fn last(&self) -> Revision {
        self.last
    }

    /// The one time of all the events.
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// The events, in their order.
    pub fn events(&self) -> &CommitEvents {
        &self.events
    }

    /// The end of this commit, as the proof that a commit ends there.
    pub fn tail(&self) -> Tail {
        Tail {
            revision: self.last,
            created_at: self.created_at,
        }
    }

    /// Whether one of the commit's events is at `revision`.
    pub fn covers(&self, revision: Revision) -> bool {
        (self.first..=self.last).contains(&revision)
    }

    /// The event at `revision`, if it is in this commit.
    pub fn event_at(&self, stream: &StreamKey, revision: Revision) -> Option<Event> {
        self.clone()
            .into_events(stream)
            .find(|event| event.revision == revision)
    }

    /// The commit's events, as events of `stream`.
    pub fn into_events(self, stream: &StreamKey) -> impl Iterator<Item = Event> {
        let Self {
            first,
            created_at,
            events,
            ..
        } = self;
        events.0.into_iter().zip(0..).filter_map(move |(event, place)| {
            // `Commit::new` has seen that the last revision exists, so that each before it does.
            let revision = first.checked_add(place)?;
            let (stream_id, id) = (stream.stream_id, event.id);
            let stored = Event::new(
                stream_id,
                revision,
                event.event_type,
                event.payload,
                created_at,
                id,
            );
            Some(match event.metadata {
                Some(metadata) => stored.with_metadata(metadata),
                None => stored,
            })
        })
    }
}

/// Where a commit ends: the proof that an append needs of the revision before its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tail {
    /// The revision of the commit's last event.
    pub revision: Revision,
    /// The commit's time.
    pub created_at: Timestamp,
}

/// The events of one append: when they are written, 1–100 with different ids.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CommitEvents(Vec<CommitEvent>);

impl CommitEvents {
    /// Takes the events of one append.
    ///
    /// # Errors
    /// When they are none, too many, too large together, or two of them share an id.
    pub fn new(events: Vec<CommitEvent>) -> Result<Self, InvalidCommit> {
        if events.is_empty() {
            return Err(InvalidCommit::Empty);
        }
        if events.len() > limits::APPEND_EVENTS {
            return Err(InvalidCommit::TooMany { count: events.len() });
        }
        if let Some(place) = place_of_repeated_id(&events) {
            let id = events[place].id;
            return Err(InvalidCommit::RepeatedId { id, place });
        }
        let events = Self(events);
        match events.size() {
            ..=limits::APPEND_BYTES => Ok(events),
            size => Err(InvalidCommit::TooLarge { size }),
        }
    }

    /// Takes the events of a commit that is there, by whatever limits it was written: today's are no reason not to read it.
    /// `None` when there are none, which is no commit.
    pub fn stored(events: Vec<CommitEvent>) -> Option<Self> {
        (!events.is_empty()).then_some(Self(events))
    }

    /// How many bytes of [`limits::APPEND_BYTES`] the events take.
    pub fn size(&self) -> usize {
        self.0.iter().map(CommitEvent::size).sum()
    }

    /// The events, in their order.
    pub fn as_slice(&self) -> &[CommitEvent] {
        &self.0
    }

    /// The ids of the events, in their order.
    pub fn ids(&self) -> impl Iterator<Item = EventId> {
        self.0.iter().map(|event| event.id)
    }

    /// The ids that are among `others` too.
    pub fn ids_shared_with(&self, others: &Self) -> Vec<EventId> {
        let others: HashSet<EventId> = others.ids().collect();
        self.ids().filter(|id| others.contains(id)).collect()
    }

    /// The revision of the last event when the first is at `first`, or `None` beyond the largest revision.
    pub fn last_revision(&self, first: Revision) -> Option<Revision> {
        first.checked_add(self.0.len() as u64 - 1)
    }
}

/// The place of the first event whose id another one before it has.
fn place_of_repeated_id(events: &[CommitEvent]) -> Option<usize> {
    if events.len() == 1 {
        return None;
    }
    let mut ids = HashSet::with_capacity(events.len());
    events.iter().position(|event| !ids.insert(event.id))
}

/// An event within a commit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CommitEvent {
    /// The event's id, the caller's or one that the store made up.
    pub id: EventId,
    /// What happened.
    pub event_type: EventType,
    /// The event's data, exactly as it was sent.
    pub payload: Payload,
    /// Data about the event, exactly as it was sent.
    pub metadata: Option<Metadata>,
}

impl CommitEvent {
    /// How many bytes of [`limits::APPEND_BYTES`] the event takes.
    fn size(&self) -> usize {
        let metadata = self
            .metadata
            .as_ref()
            .map_or(0, |metadata| metadata.as_str().len());
        self.event_type.as_str().len() + self.payload.as_str().len() + metadata
    }
}

/// Events that cannot be one append.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCommit {
    /// There are no events.
    #[error("there are no events")]
    Empty,
    /// There are more than [`limits::APPEND_EVENTS`].
    #[error("there are `{count}` events, more than `{limit}`", limit = limits::APPEND_EVENTS)]
    TooMany {
        /// How many there are.
        count: usize,
    },
    /// They are larger than [`limits::APPEND_BYTES`].
    #[error("the events have `{size}` bytes, more than `{limit}`", limit = limits::APPEND_BYTES)]
    TooLarge {
        /// Their size, in bytes.
        size: usize,
    },
    /// Two of them have the same id.
    #[error("an event before it has the id `{id}` too")]
    RepeatedId {
        id: EventId,
        /// The place, from 0, of the second event that has it.
        place: usize,
    },
}

/// A commit that would end beyond the largest revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the last event would be beyond revision `{}`", Revision::MAX)]
pub struct BeyondLastRevision;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{event, events, revision, stream};

    #[test]
    fn a_commit_gives_its_events_consecutive_revisions() {
        let commit = Commit::new(revision(7), Timestamp::now(), events(["a", "b", "c"])).unwrap();
        assert_eq!((commit.first(), commit.last()), (revision(7), revision(9)));
        let revisions: Vec<_> = commit
            .clone()
            .into_events(&stream())
            .map(|event| event.revision.as_u64())
            .collect();
        assert_eq!(revisions, [7, 8, 9]);
        assert_eq!(
            commit.event_at(&stream(), revision(8)).unwrap().event_id,
            event("b").id
        );
        assert_eq!(commit.event_at(&stream(), revision(10)), None);
    }

    #[test]
    fn an_append_holds_one_to_a_hundred_events() {
        let many = |count: usize| {
            CommitEvents::new((0..count).map(|number| event(&number.to_string())).collect())
                .map(|events| events.0.len())
        };
        assert_eq!(many(0), Err(InvalidCommit::Empty));
        assert_eq!(many(1), Ok(1));
        assert_eq!(many(100), Ok(100));
        assert_eq!(many(101), Err(InvalidCommit::TooMany { count: 101 }));
    }

    #[test]
    fn what_is_stored_is_held_to_no_limit() {
        let many: Vec<_> = (0..101).map(|number| event(&number.to_string())).collect();
        let stored = CommitEvents::stored(many).unwrap();
        assert_eq!(stored.last_revision(Revision::FIRST), Some(revision(101)));
        assert_eq!(CommitEvents::stored(Vec::new()), None);
    }

    #[test]
    fn payload_metadata_and_type_count_against_the_size_limit() {
        let sized = |payload: usize| {
            let mut event = event("a");
            event.event_type = "type".parse().unwrap();
            event.metadata = Some(Metadata::from_text(r#"{"m":1}"#).unwrap());
            event.payload = Payload::from_text(&format!("\"{}\"", "x".repeat(payload - 2))).unwrap();
            CommitEvents::new(vec![event]).map(|_| ())
        };
        let largest = limits::APPEND_BYTES - "type".len() - r#"{"m":1}"#.len();
        assert_eq!(sized(largest), Ok(()));
        assert_eq!(
            sized(largest + 1),
            Err(InvalidCommit::TooLarge {
                size: limits::APPEND_BYTES + 1
            })
        );
    }

    #[test]
    fn two_events_with_one_id_are_refused() {
        let id = event("a").id;
        assert_eq!(
            CommitEvents::new(vec![event("a"), event("a")]),
            Err(InvalidCommit::RepeatedId { id, place: 1 })
        );
    }

    #[test]
    fn a_commit_beyond_the_largest_revision_is_refused() {
        let largest = revision(Revision::MAX);
        assert!(Commit::new(largest, Timestamp::now(), events(["a"])).is_ok());
        assert_eq!(
            Commit::new(largest, Timestamp::now(), events(["a", "b"])),
            Err(BeyondLastRevision)
        );
    }
}
