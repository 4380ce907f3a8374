//! `event-store verify`

use std::collections::{HashMap, HashSet};

use clap::Args;
use event_store_client::Client;
use event_store_client::types::{FeedEvent, Revision, StreamId, StreamType};
use futures::{StreamExt as _, TryStreamExt as _};
use serde::Serialize;

use super::Asked;
use super::failure::{Failure, Kind};
use super::output::Output;
use super::progress::Progress;

/// Check that a store is whole: every stream from revision 1 on, the feed in order and complete, the listing right
///
/// It reads every event twice, once by the feed and once by its stream, and changes nothing. What is appended meanwhile is no mistake.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    asked: Asked,
}

/// So many streams are read at the same time.
const STREAMS_AT_ONCE: usize = 8;

/// What was counted.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Counted {
    types: u64,
    streams: u64,
    events: u64,
    in_feed: u64,
    wrong: u64,
}

/// What is wrong, by its stream.
#[derive(Debug, Serialize)]
struct Wrong {
    stream: String,
    wrong: String,
}

type Key = (StreamType, StreamId);

impl Verify {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (client, output) = self.asked.of_store().await?;
        let mut check = Check {
            client,
            output,
            counted: Counted::default(),
        };
        // What is listed before the feed is read must be in it.
        let listed = check.listing().await?;
        let total = listed.values().map(|revision| revision.as_u64()).sum();
        let fed = check.feed(total).await?;
        check.feed_against_listing(&fed, &listed).await?;
        let mut reached = fed;
        for (key, revision) in listed {
            reached.entry(key).or_insert(revision.as_u64());
        }
        check.streams(reached, total).await?;
        check.end()
    }
}

/// A check on its way.
struct Check {
    client: Client,
    output: Output,
    counted: Counted,
}

impl Check {
    fn tell(&mut self, key: &Key, wrong: impl Into<String>) -> Result<(), Failure> {
        self.counted.wrong += 1;
        let (stream_type, stream_id) = key;
        let wrong = Wrong {
            stream: format!("{stream_type}/{stream_id}"),
            wrong: wrong.into(),
        };
        self.output
            .write(&wrong, |wrong| format!("{}: {}", wrong.stream, wrong.wrong))
    }

    /// At which revision each stream is listed.
    async fn listing(&mut self) -> Result<HashMap<Key, Revision>, Failure> {
        let types = self.client.stream_types().await?;
        self.counted.types = types.len() as u64;
        let mut listed = HashMap::new();
        for stream_type in &types {
            let mut streams = self.client.streams(stream_type).into_stream();
            while let Some(stream) = streams.try_next().await? {
                listed.insert((stream.stream_type, stream.stream_id), stream.revision);
            }
        }
        self.counted.streams = listed.len() as u64;
        Ok(listed)
    }

    /// Up to which revision the feed has each stream.
    async fn feed(&mut self, total: u64) -> Result<HashMap<Key, u64>, Failure> {
        let progress = Progress::of(Some(total), "events of the feed");
        let mut fed = HashMap::new();
        let mut pages = self.client.feed().page_size(1_000).pages();
        while let Some(page) = pages.next_page().await? {
            progress.advance(page.events.len() as u64);
            for event in &page.events {
                if let Some(wrong) = feed_order(&mut fed, event, &mut self.counted) {
                    self.tell(&(event.stream_type.clone(), event.stream_id), wrong)?;
                }
            }
        }
        progress.end();
        Ok(fed)
    }

    /// What is listed is in the feed, and what is in the feed is listed, unless it came since.
    async fn feed_against_listing(
        &mut self,
        fed: &HashMap<Key, u64>,
        listed: &HashMap<Key, Revision>,
    ) -> Result<(), Failure> {
        for (key, revision) in listed {
            let reached = fed.get(key).copied().unwrap_or_default();
            if reached < revision.as_u64() {
                self.tell(
                    key,
                    format!("is listed at revision {revision}, and the feed has it up to {reached}"),
                )?;
            }
        }
        let mut absent: Vec<&Key> = fed.keys().filter(|key| !listed.contains_key(*key)).collect();
        absent.sort();
        let now = listed_now(&self.client, &absent).await?;
        for key in absent.into_iter().filter(|key| !now.contains(*key)) {
            self.tell(key, "is in the feed, and not listed")?;
        }
        Ok(())
    }

    /// Each stream is whole, at least up to the revision that it is known to have.
    async fn streams(&mut self, reached: HashMap<Key, u64>, total: u64) -> Result<(), Failure> {
        let progress = Progress::of(Some(total), "events of streams");
        let client = self.client.clone();
        let mut checks = futures::stream::iter(reached)
            .map(|(key, least)| {
                let client = &client;
                async move {
                    let checked = stream_whole(client, &key, least).await;
                    (key, checked)
                }
            })
            .buffer_unordered(STREAMS_AT_ONCE);
        while let Some((key, checked)) = checks.next().await {
            match checked {
                Ok((events, wrong)) => {
                    self.counted.events += events;
                    progress.advance(events);
                    if let Some(wrong) = wrong {
                        self.tell(&key, wrong)?;
                    }
                }
                Err(error) if error.is_not_found() => {
                    self.tell(&key, "is in the feed or listed, and is not there")?;
                }
                Err(error) if error.is_retryable() || error.is_forbidden() => return Err(error.into()),
                Err(error) => self.tell(&key, format!("cannot be read: {error}"))?,
            }
        }
        progress.end();
        Ok(())
    }

    fn end(mut self) -> Result<(), Failure> {
        self.output.write(&self.counted, |counted| {
            let Counted {
                types,
                streams,
                events,
                in_feed,
                wrong,
            } = counted;
            format!(
                "{streams} streams of {types} types, {events} events, {in_feed} in the feed: {wrong} wrong"
            )
        })?;
        self.output.flush()?;
        match self.counted.wrong {
            0 => Ok(()),
            1 => Err(Failure::new(Kind::Failed, "one thing is wrong")),
            wrong => Err(Failure::new(Kind::Failed, format!("{wrong} things are wrong"))),
        }
    }
}

/// What is wrong with the place of an event in the feed: the first occurrences of a stream's events come in their order.
fn feed_order(fed: &mut HashMap<Key, u64>, event: &FeedEvent, counted: &mut Counted) -> Option<String> {
    let reached = fed
        .entry((event.stream_type.clone(), event.stream_id))
        .or_default();
    let revision = event.revision.as_u64();
    if revision <= *reached {
        return None;
    }
    counted.in_feed += 1;
    let expected = *reached + 1;
    *reached = revision;
    (revision != expected)
        .then(|| format!("has revision {revision} in the feed where {expected} was to come"))
}

/// Which streams of the types of these are listed now.
async fn listed_now(client: &Client, keys: &[&Key]) -> Result<HashSet<Key>, Failure> {
    let mut types: Vec<&StreamType> = keys.iter().map(|(stream_type, _)| stream_type).collect();
    types.dedup();
    let mut found = HashSet::new();
    for stream_type in types {
        let mut streams = client.streams(stream_type).into_stream();
        while let Some(stream) = streams.try_next().await? {
            found.insert((stream.stream_type, stream.stream_id));
        }
    }
    Ok(found)
}

/// How many events a stream has, and what is wrong with them: revisions without a gap up to `least`, and times that never go back.
async fn stream_whole(
    client: &Client,
    key: &Key,
    least: u64,
) -> Result<(u64, Option<String>), event_store_client::Error> {
    let (stream_type, stream_id) = key;
    let mut events = client.events(stream_type, *stream_id).into_stream();
    let mut before = None;
    let mut count = 0;
    while let Some(event) = events.try_next().await? {
        count += 1;
        if event.revision.as_u64() != count {
            return Ok((
                count,
                Some(format!(
                    "has revision {} where {count} was to come",
                    event.revision
                )),
            ));
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
