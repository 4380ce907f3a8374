//! PURE: the log of an event store, as its contract says and as simple as it can be.

use std::collections::BTreeMap;

use event_store_types::{
    Event, EventId, EventPage, NewEvent, Revision, Stream, StreamId, StreamPage, StreamType, Timestamp,
};

use super::page_key::PageKey;

/// All streams of a store, by type and id. What is appended together stays together.
#[derive(Debug, Default)]
pub(super) struct Log {
    streams: BTreeMap<(StreamType, StreamId), Vec<Commit>>,
}

/// The events of one append.
type Commit = Vec<Event>;

/// What came of an append.
#[derive(Debug)]
pub(super) enum Outcome {
    Appended(Stream),
    Replayed(Stream),
    NotFound,
    Conflict {
        current: Revision,
        event: Option<Box<Event>>,
    },
    EventIdReused(Vec<EventId>),
}

/// What came of a reading.
#[derive(Debug)]
pub(super) enum Reading {
    Page(EventPage),
    NotFound,
    NotReached { current: Revision },
}

/// Which events of a stream to read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Position {
    After(Option<Revision>),
    Before(Option<Revision>),
}

impl Log {
    /// Appends `events`, at least one and each with an id, the first of them at revision `first`.
    pub(super) fn append(
        &mut self,
        stream_type: &StreamType,
        stream_id: StreamId,
        first: Revision,
        events: Vec<NewEvent>,
        now: Timestamp,
    ) -> Outcome {
        let commits = self.streams.get(&(stream_type.clone(), stream_id));
        let end = commits.and_then(|commits| commits.last()?.last());
        let stream_at =
            |event: &Event| Stream::new(stream_type.clone(), stream_id, event.revision, event.created_at);
        let there = commits
            .into_iter()
            .flatten()
            .find(|commit| commit.iter().any(|event| event.revision == first));
        match (there, end) {
            (Some(there), _) if is_same(there, first, &events) => {
                return there
                    .last()
                    .map_or(Outcome::NotFound, |event| Outcome::Replayed(stream_at(event)));
            }
            (Some(there), Some(end)) => return refused(there, first, &events, end.revision),
            (None, end) if end.map(|event| event.revision) != first.previous() => {
                return end.map_or(Outcome::NotFound, |end| Outcome::Conflict {
                    current: end.revision,
                    event: None,
                });
            }
            _ => {}
        }
        // Time never goes back within a stream.
        let created_at = end.map_or(now, |event| event.created_at.max(now));
        let places = (0..).map_while(|count| first.checked_add(count));
        let commit: Commit = places
            .zip(events)
            .map(|(revision, event)| event.recorded(stream_id, revision, created_at))
            .collect();
        let appended = commit.last().map(stream_at);
        let commits = self.streams.entry((stream_type.clone(), stream_id));
        commits.or_default().push(commit);
        appended.map_or(Outcome::NotFound, Outcome::Appended)
    }

    /// A stream as it stands.
    pub(super) fn stream(&self, stream_type: &StreamType, stream_id: StreamId) -> Option<Stream> {
        let last = self.events(stream_type, stream_id).last()?;
        Some(Stream::new(
            stream_type.clone(),
            stream_id,
            last.revision,
            last.created_at,
        ))
    }

    /// A page of a stream's events.
    pub(super) fn read(
        &self,
        stream_type: &StreamType,
        stream_id: StreamId,
        position: Position,
        limit: usize,
    ) -> Reading {
        let all: Vec<&Event> = self.events(stream_type, stream_id).collect();
        let Some(end) = all.last().map(|event| event.revision) else {
            return Reading::NotFound;
        };
        let wanted: Vec<&Event> = match position {
            Position::After(after) if after > Some(end) => return Reading::NotReached { current: end },
            Position::After(after) => {
                let is_after = |event: &&Event| Some(event.revision) > after;
                all.into_iter().filter(is_after).collect()
            }
            Position::Before(before) => {
                let is_before = |event: &&Event| before.is_none_or(|before| event.revision < before);
                all.into_iter().rev().filter(is_before).collect()
            }
        };
        let has_more = wanted.len() > limit;
        let events: Vec<Event> = wanted.into_iter().take(limit).cloned().collect();
        let (Position::After(asked) | Position::Before(asked)) = position;
        let last = events.last().map(|event| event.revision).or(asked);
        Reading::Page(EventPage::new(events, has_more, last.unwrap_or(Revision::FIRST)))
    }

    /// A page of the streams of a type, oldest update first. `after` is the key of the page before.
    pub(super) fn list(
        &self,
        stream_type: &StreamType,
        updated_after: Option<Timestamp>,
        after: Option<&PageKey>,
        limit: usize,
    ) -> StreamPage {
        let of_type = self.streams.keys().filter(|(other, _)| other == stream_type);
        let mut streams: Vec<Stream> = of_type
            .filter_map(|(_, stream_id)| self.stream(stream_type, *stream_id))
            .filter(|stream| updated_after.is_none_or(|moment| stream.updated_at >= moment))
            .filter(|stream| after.is_none_or(|after| PageKey::of(stream) > *after))
            .collect();
        streams.sort_by_key(PageKey::of);
        let has_more = streams.len() > limit;
        streams.truncate(limit);
        let next_page_key = streams.last().filter(|_| has_more);
        let next_page_key = next_page_key.map(|stream| PageKey::of(stream).to_string());
        StreamPage::new(streams, has_more, next_page_key)
    }

    /// The events of a stream from `first` on.
    pub(super) fn events_from(
        &self,
        stream_type: &StreamType,
        stream_id: StreamId,
        first: Revision,
    ) -> Vec<Event> {
        let events = self.events(stream_type, stream_id);
        events.filter(|event| event.revision >= first).cloned().collect()
    }

    fn events(&self, stream_type: &StreamType, stream_id: StreamId) -> impl Iterator<Item = &Event> {
        let commits = self.streams.get(&(stream_type.clone(), stream_id));
        commits.into_iter().flatten().flatten()
    }
}

/// Whether `there` is what an earlier attempt at the same append stored.
fn is_same(there: &Commit, first: Revision, events: &[NewEvent]) -> bool {
    there.first().is_some_and(|event| event.revision == first)
        && there.len() == events.len()
        && there.iter().zip(events).all(|(stored, event)| {
            Some(stored.event_id) == event.event_id
                && stored.event_type == event.event_type
                && stored.payload == event.payload
                && stored.metadata == event.metadata
        })
}

/// What an append is told that would stand where `there` stands.
fn refused(there: &Commit, first: Revision, events: &[NewEvent], current: Revision) -> Outcome {
    let is_there = |id: &EventId| there.iter().any(|stored| stored.event_id == *id);
    let reused: Vec<EventId> = events
        .iter()
        .filter_map(|event| event.event_id)
        .filter(is_there)
        .collect();
    if reused.is_empty() {
        let event = there.iter().find(|event| event.revision == first);
        Outcome::Conflict {
            current,
            event: event.cloned().map(Box::new),
        }
    } else {
        Outcome::EventIdReused(reused)
    }
}
