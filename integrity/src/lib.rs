//! Whether a store is whole: each stream from revision 1 on, the feed in order and complete, the listing right.
//!
//! Every event is read twice, once by the feed and once by its stream, and nothing is changed. What is appended meanwhile is no mistake. Of each
//! stream is kept how far it goes, some 60 bytes, and of events nothing.

mod known;

use std::collections::BTreeSet;

use event_store_client::types::{FeedEvent, StreamId, StreamType};
use event_store_client::{Client, Error};
use futures::{StreamExt as _, TryStreamExt as _};
use serde::Serialize;

use self::known::Known;

/// So many streams are read at the same time.
const STREAMS_AT_ONCE: usize = 8;

/// So many events of the feed are asked for at once.
const PAGE: u16 = 1_000;

/// What is told while a store is read.
#[derive(Debug)]
pub enum Seen {
    /// Something begins to be read, of about `total` events.
    Begun { what: Part, total: u64 },
    /// So many more events were read of it.
    Read(u64),
    /// It was read to its end.
    Ended,
    /// Something is wrong.
    Wrong(Wrong),
}

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Feed,
    Streams,
}

/// What is wrong with a stream.
#[derive(Debug, Serialize)]
pub struct Wrong {
    /// `TYPE/ID`.
    pub stream: String,
    pub wrong: String,
}

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counted {
    pub types: u64,
    pub streams: u64,
    pub events: u64,
    /// The events in the feed.
    pub in_feed: u64,
    /// How many things are wrong.
    pub wrong: u64,
}

/// Verifies a store, and tells what it sees as it goes. An error of `tell` ends it.
///
/// # Errors
/// The store cannot be read, or whoever is told wants no more.
pub async fn verify<E: From<Error>>(
    client: &Client,
    tell: impl FnMut(Seen) -> Result<(), E>,
) -> Result<Counted, E> {
    let mut check = Check {
        client,
        tell,
        known: Known::default(),
        counted: Counted::default(),
    };
    // What is listed before the feed is read must be in it.
    let total = check.listing().await?;
    check.feed(total).await?;
    check.feed_against_listing().await?;
    check.streams(total).await?;
    Ok(check.counted)
}

/// A check on its way.
struct Check<'client, T> {
    client: &'client Client,
    tell: T,
    known: Known,
    counted: Counted,
}

impl<E: From<Error>, T: FnMut(Seen) -> Result<(), E>> Check<'_, T> {
    fn wrong(
        &mut self,
        (stream_type, stream_id): (&StreamType, StreamId),
        wrong: impl Into<String>,
    ) -> Result<(), E> {
        self.counted.wrong += 1;
        (self.tell)(Seen::Wrong(Wrong {
            stream: format!("{stream_type}/{stream_id}"),
            wrong: wrong.into(),
        }))
    }

    /// Notes at which revision each stream is listed, and gives how many events that makes.
    async fn listing(&mut self) -> Result<u64, E> {
        let types = self.client.stream_types().await?;
        self.counted.types = types.len() as u64;
        let mut total = 0;
        for stream_type in &types {
            let mut streams = self.client.streams(stream_type).into_stream();
            while let Some(stream) = streams.try_next().await? {
                let reached = self.known.stream(stream_type, stream.stream_id);
                total += stream.revision.as_u64().saturating_sub(reached.listed);
                reached.listed = stream.revision.as_u64();
            }
        }
        self.counted.streams = self.known.len() as u64;
        Ok(total)
    }

    /// Reads the feed, and notes up to which revision it has each stream.
    async fn feed(&mut self, total: u64) -> Result<(), E> {
        (self.tell)(Seen::Begun {
            what: Part::Feed,
            total,
        })?;
        let mut pages = self.client.feed().page_size(PAGE).pages();
        while let Some(page) = pages.next_page().await? {
            (self.tell)(Seen::Read(page.events.len() as u64))?;
            for event in &page.events {
                if let Some(wrong) = self.feed_order(event) {
                    self.wrong((&event.stream_type, event.stream_id), wrong)?;
                }
            }
        }
        (self.tell)(Seen::Ended)
    }

    /// What is wrong with the place of an event in the feed: the first occurrences of a stream's events come in their order.
    fn feed_order(&mut self, event: &FeedEvent) -> Option<String> {
        let reached = &mut self.known.stream(&event.stream_type, event.stream_id).fed;
        let revision = event.revision.as_u64();
        if revision <= *reached {
            return None;
        }
        self.counted.in_feed += 1;
        let expected = *reached + 1;
        *reached = revision;
        (revision != expected)
            .then(|| format!("has revision {revision} in the feed where {expected} was to come"))
    }

    /// What is listed is in the feed, and what is in the feed is listed, unless it came since.
    async fn feed_against_listing(&mut self) -> Result<(), E> {
        for (stream_type, stream_id, reached) in self.known.behind_in_feed() {
            self.wrong(
                (&stream_type, stream_id),
                format!(
                    "is listed at revision {}, and the feed has it up to {}",
                    reached.listed, reached.fed
                ),
            )?;
        }
        for (stream_type, mut absent) in self.known.not_listed() {
            let mut streams = self.client.streams(&stream_type).into_stream();
            while let Some(stream) = streams.try_next().await? {
                absent.remove(&stream.stream_id);
            }
            for stream_id in absent {
                self.wrong((&stream_type, stream_id), "is in the feed, and not listed")?;
            }
        }
        Ok(())
    }

    /// Each stream is whole, at least up to the revision that it is known to have.
    async fn streams(&mut self, total: u64) -> Result<(), E> {
        (self.tell)(Seen::Begun {
            what: Part::Streams,
            total,
        })?;
        let client = self.client;
        let known = std::mem::take(&mut self.known);
        let mut checks = futures::stream::iter(known.into_streams())
            .map(|(stream_type, stream_id, least)| async move {
                let checked = stream_whole(client, &stream_type, stream_id, least).await;
                (stream_type, stream_id, checked)
            })
            .buffer_unordered(STREAMS_AT_ONCE);
        while let Some((stream_type, stream_id, checked)) = checks.next().await {
            let stream = (&stream_type, stream_id);
            match checked {
                Ok((events, wrong)) => {
                    self.counted.events += events;
                    (self.tell)(Seen::Read(events))?;
                    if let Some(wrong) = wrong {
                        self.wrong(stream, wrong)?;
                    }
                }
                Err(error) if error.is_not_found() => {
                    self.wrong(stream, "is in the feed or listed, and is not there")?;
                }
                Err(error) if error.is_retryable() || error.is_forbidden() => return Err(error.into()),
                Err(error) => self.wrong(stream, format!("cannot be read: {error}"))?,
            }
        }
        (self.tell)(Seen::Ended)
    }
}

/// How many events a stream has, and what is wrong with them: revisions without a gap up to `least`, and times that never go back.
async fn stream_whole(
    client: &Client,
    stream_type: &StreamType,
    stream_id: StreamId,
    least: u64,
) -> Result<(u64, Option<String>), Error> {
    let mut events = client.events(stream_type, stream_id).into_stream();
    let mut before = None;
    let mut count = 0;
    while let Some(event) = events.try_next().await? {
        count += 1;
        if event.revision.as_u64() != count {
            let wrong = format!("has revision {} where {count} was to come", event.revision);
            return Ok((count, Some(wrong)));
        }
        if before.is_some_and(|before| event.created_at < before) {
            return Ok((count, Some(format!("goes back in time at revision {count}"))));
        }
        before = Some(event.created_at);
    }
    let wrong =
        (count < least).then(|| format!("ends at revision {count}, and {least} was listed or in the feed"));
    Ok((count, wrong))
}

/// The streams of one type that are not listed.
type Absent = (StreamType, BTreeSet<StreamId>);
