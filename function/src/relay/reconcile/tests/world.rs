//! A log, a catalogue, a feed and a topic in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use event_store_types::{Revision, Stream, StreamId, StreamType, Timestamp};
use uuid::Uuid;

use super::*;
use crate::feed::port::{Begun, PagePut};
use crate::feed::testing::PagesInMemory;
use crate::feed::{Incarnation, Mark, Page as FeedPage, PageNumber};
use crate::relay::batch::Notice;
use crate::relay::call::CallError;
use crate::relay::catalogue::BroughtForward;
use crate::relay::feeder::Feeder;
use crate::relay::parking::ParkedRecord;
use crate::relay::publisher::NotTaken;
use crate::relay::reconcile::survey::Place;
use crate::relay::record::{Appended, AppendedEvent};
use crate::store::StreamKey;

/// The number of commits in a page. It is small, so that a small log has many pages.
pub(super) const PAGE: usize = 2;

pub(super) const SEGMENTS: usize = 3;

/// A log, a catalogue, a feed and a topic in memory. One call can fail.
#[derive(Default)]
pub(super) struct World {
    pub(super) log: Mutex<BTreeMap<(String, u64), Appended>>,
    pub(super) feed: PagesInMemory,
    pub(super) listed: Mutex<BTreeMap<String, u64>>,
    pub(super) marks: Mutex<BTreeMap<StreamKey, Mark>>,
    pub(super) announced: Mutex<BTreeSet<(String, u64, String)>>,
    pub(super) calls: Mutex<Vec<&'static str>>,
    pub(super) wrong: Option<(usize, Wrong)>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Wrong {
    Refused,
    Hangs,
}

impl World {
    pub(super) fn with(commits: impl IntoIterator<Item = Appended>) -> Self {
        let world = Self::default();
        commits.into_iter().for_each(|commit| world.append(commit));
        world
    }

    pub(super) fn append(&self, commit: Appended) {
        let key = (commit.stream.to_string(), commit.first.as_u64());
        self.log.lock().unwrap().insert(key, commit);
    }

    /// Notes a call, and says whether it is the one that fails.
    pub(super) async fn goes_wrong(&self, call: &'static str) -> bool {
        let place = {
            let mut calls = self.calls.lock().unwrap();
            calls.push(call);
            calls.len() - 1
        };
        match self.wrong {
            Some((at, Wrong::Refused)) => at == place,
            // No later call is answered either: the time is up.
            Some((at, Wrong::Hangs)) if at <= place => std::future::pending().await,
            _ => false,
        }
    }

    pub(super) fn interrupted(&mut self, at: usize, wrong: Wrong) {
        self.calls.lock().unwrap().clear();
        self.wrong = Some((at, wrong));
    }

    pub(super) async fn run(&self, progress: Progress, time: Duration) -> Reconciled {
        let relay = Relay {
            feeder: Feeder::new(self),
            catalogue: self,
            publisher: self,
            failure_queue: self,
        };
        let patience = Patience {
            deadline: Instant::now() + time,
            first_pause: Duration::from_millis(1),
            longest_pause: Duration::from_millis(2),
        };
        Reconciler { log: self, relay }.run(progress, patience).await
    }

    pub(super) fn listed(&self) -> BTreeMap<String, u64> {
        self.listed.lock().unwrap().clone()
    }

    /// The last revision of each stream in the log.
    pub(super) fn last(&self) -> BTreeMap<String, u64> {
        let log = self.log.lock().unwrap();
        log.values()
            .map(|commit| (commit.stream.to_string(), commit.last.as_u64()))
            .collect()
    }
}

impl LogSurvey for &World {
    async fn page(&self, segment: Segment, after: Option<&Place>) -> Result<Page, StoreError> {
        if self.goes_wrong("scan").await {
            return Err(StoreError::Fault("no such table".into()));
        }
        let after = after.map(|place| (place.pk.clone(), place.sk.parse().unwrap()));
        let log = self.log.lock().unwrap();
        let mut commits: Vec<Appended> = log
            .iter()
            .filter(|((stream, _), _)| usize::from(stream.as_bytes()[10]) % segment.count == segment.index)
            .filter(|(key, _)| after.as_ref().is_none_or(|after| *key > after))
            .map(|(_, commit)| commit.clone())
            .take(PAGE + 1)
            .collect();
        let more = commits.len() > PAGE;
        commits.truncate(PAGE);
        let next = commits.last().filter(|_| more).map(|commit| Place {
            pk: commit.stream.to_string(),
            sk: commit.first.to_string(),
        });
        Ok(Page {
            commits,
            next,
            unreadable: Vec::new(),
        })
    }
}

impl CatalogueWriter for &World {
    async fn bring_forward(
        &self,
        stream: &Stream,
        incarnation: Incarnation,
    ) -> Result<BroughtForward, StoreError> {
        if self.goes_wrong("update").await {
            return Err(StoreError::Fault("no such table".into()));
        }
        let mark = Mark {
            incarnation,
            revision: stream.revision,
        };
        let stream_key = StreamKey {
            stream_type: stream.stream_type.clone(),
            stream_id: stream.stream_id,
        };
        assert!(self.feed.fed()[&stream_key.to_string()] >= stream.revision.as_u64());
        let mut marks = self.marks.lock().unwrap();
        let there = marks.entry(stream_key).or_insert(mark);
        there.revision = there.revision.max(mark.revision);
        drop(marks);
        let mut listed = self.listed.lock().unwrap();
        let key = format!("{}/{}", stream.stream_type, stream.stream_id);
        let revision = stream.revision.as_u64();
        if listed.get(&key).is_some_and(|known| *known >= revision) {
            return Ok(BroughtForward::AlreadyThere);
        }
        listed.insert(key, revision);
        Ok(BroughtForward::Updated)
    }

    async fn marks(&self, streams: &[StreamKey]) -> Result<Vec<(StreamKey, Mark)>, StoreError> {
        if self.goes_wrong("marks").await {
            return Err(StoreError::Fault("no such table".into()));
        }
        let marks = self.marks.lock().unwrap();
        let found = streams.iter().filter_map(|stream| {
            let mark = marks.get(stream)?;
            Some((stream.clone(), *mark))
        });
        Ok(found.collect())
    }
}

impl FeedWriter for &World {
    async fn incarnation(&self) -> Result<Option<Incarnation>, StoreError> {
        self.feed.incarnation().await
    }

    async fn begin(&self, feed: Incarnation) -> Result<Begun, StoreError> {
        self.feed.begin(feed).await
    }

    async fn last_page(&self, feed: Incarnation) -> Result<Option<PageNumber>, StoreError> {
        self.feed.last_page(feed).await
    }

    async fn put_page(
        &self,
        feed: Incarnation,
        number: PageNumber,
        page: &FeedPage,
    ) -> Result<PagePut, StoreError> {
        if self.goes_wrong("page").await {
            return Err(StoreError::Fault("no such table".into()));
        }
        self.feed.put_page(feed, number, page).await
    }

    async fn note_type(&self, feed: Incarnation, stream_type: &StreamType) -> Result<(), StoreError> {
        self.feed.note_type(feed, stream_type).await
    }
}

impl Publisher for &World {
    async fn publish(&self, notices: &[&Notice]) -> Result<Vec<NotTaken>, CallError> {
        if self.goes_wrong("publish").await {
            return Err(CallError::Permanent("no such topic".into()));
        }
        let mut announced = self.announced.lock().unwrap();
        for notice in notices {
            let about = &notice.notification;
            let stream = format!("{}/{}", about.stream_type, about.stream_id);
            announced.insert((
                stream,
                about.stream_revision.as_u64(),
                notice.event_type.to_string(),
            ));
        }
        Ok(Vec::new())
    }
}

impl FailureQueue for &World {
    async fn park(&self, _: &ParkedRecord<'_>) -> Result<(), CallError> {
        Err(CallError::Permanent("nothing is parked here".into()))
    }
}

pub(super) fn stream(number: u128) -> StreamKey {
    StreamKey {
        stream_type: "order".parse().unwrap(),
        stream_id: StreamId::from(Uuid::new_v5(&Uuid::NAMESPACE_OID, &number.to_be_bytes())),
    }
}

pub(super) fn at(second: u64) -> Timestamp {
    format!("2025-01-25T10:11:{second:02}Z").parse().unwrap()
}

pub(super) fn commit(number: u128, first: u64, types: &[&str]) -> Appended {
    let revision = |number: u64| Revision::try_from(number).unwrap();
    let events: Vec<_> = (first..)
        .zip(types)
        .map(|(number, name)| AppendedEvent {
            revision: revision(number),
            event_type: name.parse().unwrap(),
            trace_parent: None,
        })
        .collect();
    Appended {
        stream: stream(number),
        first: revision(first),
        last: events.last().unwrap().revision,
        events,
        created_at: at(first),
    }
}

/// Nine streams of one to five events. A second commit, if there is one, is a batch.
pub(super) fn commits() -> Vec<Appended> {
    let mut commits = Vec::new();
    for number in 0..9 {
        commits.push(commit(number, 1, &["placed"]));
        if number % 2 == 0 {
            commits.push(commit(number, 2, &["paid", "packed"]));
        }
        if number % 4 == 0 {
            commits.push(commit(number, 4, &["sent"]));
            commits.push(commit(number, 5, &["received"]));
        }
    }
    commits
}

/// All events of the log from the second `since` on.
pub(super) fn events_since(world: &World, since: u64) -> BTreeSet<(String, u64, String)> {
    let log = world.log.lock().unwrap();
    log.values()
        .filter(|commit| commit.created_at >= at(since))
        .flat_map(|commit| {
            let of_stream = |event: &AppendedEvent| {
                (
                    commit.stream.to_string(),
                    event.revision.as_u64(),
                    event.event_type.to_string(),
                )
            };
            commit.events.iter().map(of_stream).collect::<Vec<_>>()
        })
        .collect()
}
