//! A store that does as it is told.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};

use event_store_client::notification::BoxError;
use event_store_client::projection::EventSource;
use event_store_client::types::{
    Event, EventId, EventPage, Notification, Payload, Revision, Stream, StreamId, StreamPage, StreamType,
    Timestamp,
};

use crate::{order, revision, stream};

/// Streams of the type `order`. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Store(Arc<Mutex<Records>>);

#[derive(Default)]
pub(crate) struct Records {
    streams: BTreeMap<StreamId, Vec<Event>>,
    /// Streams that are not listed yet.
    pub(crate) unlisted: BTreeSet<StreamId>,
    /// What is answered to the next readings instead.
    pub(crate) instead: VecDeque<Result<EventPage, BoxError>>,
    /// The stream of which no events can be read.
    pub(crate) broken: BTreeSet<StreamId>,
    /// Whether nothing can be listed.
    pub(crate) is_listing_broken: bool,
    /// Readings: of which stream, after which revision.
    pub(crate) readings: Vec<(StreamId, Option<Revision>)>,
    /// Listings: from which update on, after which page.
    pub(crate) listings: Vec<(Option<Timestamp>, Option<String>)>,
}

impl Store {
    /// Streams a page of the listing.
    pub(crate) const PAGE: usize = 2;

    /// Appends to the stream number `number` at `moment`, and announces it.
    pub(crate) fn append_at(&self, number: u128, event_type: &str, moment: Timestamp) -> Notification {
        let mut records = self.0.lock().unwrap();
        let events = records.streams.entry(stream(number)).or_default();
        let event = Event {
            stream_id: stream(number),
            revision: revision(events.len() as u64 + 1),
            event_type: event_type.parse().unwrap(),
            payload: Payload::from_text("{}").unwrap(),
            created_at: moment,
            event_id: EventId::random(),
            metadata: None,
        };
        events.push(event.clone());
        Notification {
            stream_id: event.stream_id,
            stream_type: order(),
            stream_revision: event.revision,
        }
    }

    pub(crate) fn append(&self, number: u128, event_type: &str) -> Notification {
        self.append_at(number, event_type, Timestamp::now())
    }

    /// Appends `count` events, and answers the announcement of the last.
    pub(crate) fn append_many(&self, number: u128, count: usize) -> Notification {
        let announced: Vec<Notification> = (0..count).map(|_| self.append(number, "known")).collect();
        announced.last().unwrap().clone()
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Records)) {
        change(&mut self.0.lock().unwrap());
    }

    pub(crate) fn look<T>(&self, look: impl FnOnce(&Records) -> T) -> T {
        look(&self.0.lock().unwrap())
    }
}

impl Records {
    /// The events of a stream.
    pub(crate) fn events(&self, number: u128) -> Vec<Event> {
        self.streams.get(&stream(number)).cloned().unwrap_or_default()
    }
}

impl EventSource for Store {
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
        if records.broken.contains(&stream_id) {
            return Err("the stream is broken".into());
        }
        if let Some(answer) = records.instead.pop_front() {
            return answer;
        }
        let all = records.streams.get(&stream_id).ok_or("there is no such stream")?;
        let rest = all.iter().filter(|event| Some(event.revision) > after);
        let events: Vec<Event> = rest.take(limit.into()).cloned().collect();
        let last = events.last().map_or(after, |event| Some(event.revision));
        Ok(EventPage {
            has_more: last < all.last().map(|event| event.revision),
            last_evaluated_revision: last.unwrap_or(Revision::FIRST),
            events,
        })
    }

    async fn streams(
        &self,
        stream_type: &StreamType,
        updated_after: Option<Timestamp>,
        page_key: Option<&str>,
    ) -> Result<StreamPage, BoxError> {
        let mut records = self.0.lock().unwrap();
        records
            .listings
            .push((updated_after, page_key.map(ToOwned::to_owned)));
        if records.is_listing_broken {
            return Err("the listing is broken".into());
        }
        let listed = records
            .streams
            .iter()
            .filter(|(id, _)| !records.unlisted.contains(id));
        let mut streams: Vec<Stream> = listed
            .filter_map(|(id, events)| {
                let last = events.last()?;
                Some(Stream {
                    stream_id: *id,
                    stream_type: stream_type.clone(),
                    revision: last.revision,
                    updated_at: last.created_at,
                })
            })
            .filter(|stream| Some(stream.updated_at) >= updated_after)
            .collect();
        let place = |stream: &Stream| format!("{}#{}", stream.updated_at, stream.stream_id);
        streams.sort_by_key(place);
        streams.retain(|stream| page_key.is_none_or(|key| place(stream).as_str() > key));
        let has_more = streams.len() > Self::PAGE;
        streams.truncate(Self::PAGE);
        Ok(StreamPage {
            next_page_key: streams.last().map(place).filter(|_| has_more),
            has_more,
            streams,
        })
    }
}
