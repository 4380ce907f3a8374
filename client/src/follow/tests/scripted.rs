//! A store that does as it is told.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use event_store_types::{
    Event, EventId, EventPage, Notification, Payload, Revision, StreamId, StreamType, Timestamp,
};

use super::super::source::StreamSource;
use super::{order, revision, stream};
use crate::BoxError;

/// Streams of the type `order`. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Store(Arc<Mutex<Records>>);

#[derive(Default)]
pub(super) struct Records {
    streams: BTreeMap<StreamId, Vec<Event>>,
    /// What is answered to the next readings instead.
    pub(super) instead: VecDeque<Result<EventPage, BoxError>>,
    /// Readings: of which stream, after which revision.
    pub(super) readings: Vec<(StreamId, Option<Revision>)>,
}

impl Store {
    /// Appends to the stream number `number`, and announces it.
    pub(super) fn append(&self, number: u128, event_type: &str) -> Notification {
        let mut records = self.0.lock().unwrap();
        let events = records.streams.entry(stream(number)).or_default();
        let event = Event::new(
            stream(number),
            revision(events.len() as u64 + 1),
            event_type.parse().unwrap(),
            Payload::from_text("{}").unwrap(),
            Timestamp::now(),
            EventId::random(),
        );
        events.push(event.clone());
        Notification::new(order(), event.stream_id, event.revision)
    }

    /// Appends `count` events, and answers the announcement of the last.
    pub(super) fn append_many(&self, number: u128, count: usize) -> Notification {
        let announced: Vec<Notification> = (0..count).map(|_| self.append(number, "known")).collect();
        announced.last().unwrap().clone()
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Records)) {
        change(&mut self.0.lock().unwrap());
    }

    pub(super) fn look<T>(&self, look: impl FnOnce(&Records) -> T) -> T {
        look(&self.0.lock().unwrap())
    }
}

impl Records {
    /// The events of a stream.
    pub(super) fn events(&self, number: u128) -> Vec<Event> {
        self.streams.get(&stream(number)).cloned().unwrap_or_default()
    }
}

impl StreamSource for Store {
    type Error = BoxError;

    async fn events(
        &self,
        _: &StreamType,
        stream_id: StreamId,
        after: Option<Revision>,
        limit: u16,
    ) -> Result<EventPage, BoxError> {
        let mut records = self.0.lock().unwrap();
        records.readings.push((stream_id, after));
        if let Some(answer) = records.instead.pop_front() {
            return answer;
        }
        let all = records.streams.get(&stream_id).ok_or("there is no such stream")?;
        let rest = all.iter().filter(|event| Some(event.revision) > after);
        let events: Vec<Event> = rest.take(limit.into()).cloned().collect();
        let last = events.last().map_or(after, |event| Some(event.revision));
        Ok(EventPage::new(
            events,
            last < all.last().map(|event| event.revision),
            last.unwrap_or(Revision::FIRST),
        ))
    }
}
