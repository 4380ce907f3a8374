//! The feed of a store in memory: its events in the order in which they were appended.

use event_store_types::{Event, EventId, EventType, FeedEvent, FeedPage, StreamType};

/// The feed.
#[derive(Debug)]
pub(super) struct Feed {
    /// What tells it from other stores' feeds.
    id: EventId,
    events: Vec<FeedEvent>,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            id: EventId::random(),
            events: Vec::new(),
        }
    }
}

/// Where a reading begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    feed: EventId,
    place: usize,
}

/// Why there is no page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoPage {
    /// The text is no cursor.
    Malformed,
    /// It is one of another store.
    BegunAnew,
    /// The feed does not reach it.
    NotReached,
}

impl Feed {
    /// Adds events behind those that are there.
    pub(super) fn add(&mut self, stream_type: &StreamType, events: &[Event]) {
        let events = events.iter().cloned();
        self.events
            .extend(events.map(|event| FeedEvent::of(stream_type.clone(), event)));
    }

    /// Gives the last `count` events again.
    pub(super) fn repeat(&mut self, count: usize) {
        let from = self.events.len().saturating_sub(count);
        self.events.extend_from_within(from..);
    }

    /// Gives the last `count` events in another order, in which those of each stream keep theirs: the streams one after the other, the
    /// last of them first.
    pub(super) fn disorder(&mut self, count: usize) {
        let from = self.events.len().saturating_sub(count);
        let mut streams: Vec<Vec<FeedEvent>> = Vec::new();
        for event in self.events.drain(from..) {
            let name = |event: &FeedEvent| (event.stream_type.clone(), event.stream_id);
            let of_stream = streams
                .iter_mut()
                .find(|events| events.first().map(name) == Some(name(&event)));
            match of_stream {
                Some(events) => events.push(event),
                None => streams.push(vec![event]),
            }
        }
        self.events.extend(streams.into_iter().rev().flatten());
    }

    /// The same events, in a feed that is another one: cursors of this one lead nowhere.
    pub(super) fn begin_anew(&mut self) {
        self.id = EventId::random();
    }

    /// Each type of stream that has events, in the order of their names.
    pub(super) fn stream_types(&self) -> Vec<StreamType> {
        let mut types: Vec<StreamType> = self
            .events
            .iter()
            .map(|event| event.stream_type.clone())
            .collect();
        types.sort_unstable();
        types.dedup();
        types
    }

    /// At most `limit` events behind `after`, of those types if any are named.
    ///
    /// # Errors
    /// When `after` leads nowhere.
    pub(super) fn read(
        &self,
        after: Option<&str>,
        limit: usize,
        stream_types: &[StreamType],
        event_types: &[EventType],
    ) -> Result<FeedPage, NoPage> {
        let from = match after {
            None => 0,
            Some("end") => self.events.len(),
            Some(text) if text.starts_with("end-") => {
                let before = text.strip_prefix("end-").and_then(|count| count.parse().ok());
                let before = before.filter(|before| (1..=1_000).contains(before));
                self.events.len().saturating_sub(before.ok_or(NoPage::Malformed)?)
            }
            Some(text) => match Cursor::parse(text).ok_or(NoPage::Malformed)? {
                Cursor { feed, .. } if feed != self.id => return Err(NoPage::BegunAnew),
                Cursor { place, .. } if place > self.events.len() => return Err(NoPage::NotReached),
                Cursor { place, .. } => place,
            },
        };
        let is_wanted = |event: &FeedEvent| {
            (stream_types.is_empty() || stream_types.contains(&event.stream_type))
                && (event_types.is_empty() || event_types.contains(&event.event_type))
        };
        let (mut events, mut place) = (Vec::new(), from);
        for event in &self.events[from..] {
            if events.len() == limit {
                break;
            }
            place += 1;
            if is_wanted(event) {
                events.push(event.clone());
            }
        }
        Ok(FeedPage::new(
            events,
            place < self.events.len(),
            format!("{}.{place}", self.id),
        ))
    }
}

impl Cursor {
    fn parse(text: &str) -> Option<Self> {
        let (feed, place) = text.split_once('.')?;
        Some(Self {
            feed: feed.parse().ok()?,
            place: place.parse().ok()?,
        })
    }
}
