//! Reconciling a log in memory, cut off wherever it can be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use event_store_types::{Revision, Stream, StreamId, StreamType, Timestamp};
use uuid::Uuid;

use super::super::batch::Notice;
use super::super::call::CallError;
use super::super::catalogue::BroughtForward;
use super::super::parking::ParkedRecord;
use super::super::publisher::NotTaken;
use super::super::record::Appended;
use super::survey::{Place, Unreadable};
use super::*;
use crate::feed::port::{Begun, PagePut};
use crate::feed::testing::PagesInMemory;
use crate::feed::{Incarnation, Mark, Page as FeedPage, PageNumber};
use crate::relay::feeder::Feeder;
use crate::store::StreamKey;

/// The commits of a page, so that a small log has many.
const PAGE: usize = 2;

const SEGMENTS: usize = 3;

/// A log, a catalogue and a topic in memory, of which one call can go wrong.
#[derive(Default)]
struct World {
    log: Mutex<BTreeMap<(String, u64), Appended>>,
    feed: PagesInMemory,
    listed: Mutex<BTreeMap<String, u64>>,
    marks: Mutex<BTreeMap<StreamKey, Mark>>,
    announced: Mutex<BTreeSet<(String, u64, String)>>,
    calls: Mutex<Vec<&'static str>>,
    wrong: Option<(usize, Wrong)>,
}

#[derive(Clone, Copy, Debug)]
enum Wrong {
    Refused,
    Hangs,
}

impl World {
    fn with(commits: impl IntoIterator<Item = Appended>) -> Self {
        let world = Self::default();
        commits.into_iter().for_each(|commit| world.append(commit));
        world
    }

    fn append(&self, commit: Appended) {
        let key = (commit.stream.to_string(), commit.first.as_u64());
        self.log.lock().unwrap().insert(key, commit);
    }

    /// Notes a call, and says whether it is the one that goes wrong.
    async fn goes_wrong(&self, call: &'static str) -> bool {
        let place = {
            let mut calls = self.calls.lock().unwrap();
            calls.push(call);
            calls.len() - 1
        };
        match self.wrong {
            Some((at, Wrong::Refused)) => at == place,
            // Nothing after it is answered either: the time is up.
            Some((at, Wrong::Hangs)) if at <= place => std::future::pending().await,
            _ => false,
        }
    }

    fn interrupted(&mut self, at: usize, wrong: Wrong) {
        self.calls.lock().unwrap().clear();
        self.wrong = Some((at, wrong));
    }

    async fn run(&self, progress: Progress, time: Duration) -> Reconciled {
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

    fn listed(&self) -> BTreeMap<String, u64> {
        self.listed.lock().unwrap().clone()
    }

    /// The last revision of each stream, as the log has it.
    fn last(&self) -> BTreeMap<String, u64> {
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

fn stream(number: u128) -> StreamKey {
    StreamKey {
        stream_type: "order".parse().unwrap(),
        stream_id: StreamId::from(Uuid::new_v5(&Uuid::NAMESPACE_OID, &number.to_be_bytes())),
    }
}

fn at(second: u64) -> Timestamp {
    format!("2025-01-25T10:11:{second:02}Z").parse().unwrap()
}

fn commit(number: u128, first: u64, types: &[&str]) -> Appended {
    let revision = |number: u64| Revision::try_from(number).unwrap();
    let events: Vec<_> = (first..)
        .map(revision)
        .zip(types.iter().map(|name| name.parse().unwrap()))
        .collect();
    Appended {
        stream: stream(number),
        first: revision(first),
        last: events.last().unwrap().0,
        events,
        created_at: at(first),
    }
}

/// Nine streams of one to five events, the second commit of each a batch.
fn commits() -> Vec<Appended> {
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

/// Every event of the log from the second `since` on.
fn events_since(world: &World, since: u64) -> BTreeSet<(String, u64, String)> {
    let log = world.log.lock().unwrap();
    log.values()
        .filter(|commit| commit.created_at >= at(since))
        .flat_map(|commit| {
            let of_stream = |(revision, name): &(Revision, _)| {
                (
                    commit.stream.to_string(),
                    revision.as_u64(),
                    ToString::to_string(name),
                )
            };
            commit.events.iter().map(of_stream).collect::<Vec<_>>()
        })
        .collect()
}

const LONG: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_lost_catalogue_is_made_again_and_nothing_is_announced_unasked() {
    let world = World::with(commits());
    let reconciled = world.run(Progress::begin(SEGMENTS, None), LONG).await;
    assert!(reconciled.progress.is_done() && reconciled.failure.is_none());
    assert_eq!(world.listed(), world.last());
    assert_eq!(world.feed.fed(), world.last());
    assert!(world.announced.lock().unwrap().is_empty());
    let tally = reconciled.tally;
    assert_eq!(
        (tally.commits, tally.streams, tally.notified),
        (commits().len(), 9, 0)
    );
    assert!(tally.updated >= 9, "{tally:?}");
}

#[tokio::test]
async fn a_catalogue_that_is_right_is_left_as_it_is() {
    let world = World::with(commits());
    world.run(Progress::begin(SEGMENTS, None), LONG).await;
    let again = world.run(Progress::begin(SEGMENTS, None), LONG).await;
    assert_eq!((again.tally.updated, again.tally.streams), (0, 9));
    assert_eq!(world.listed(), world.last());
    let entries = world.feed.entries().len();
    world.run(Progress::begin(SEGMENTS, None), LONG).await;
    assert_eq!(
        world.feed.entries().len(),
        entries,
        "nothing comes into the feed twice"
    );
}

#[tokio::test]
async fn every_event_since_the_asked_moment_is_announced_and_none_before() {
    let world = World::with(commits());
    let reconciled = world.run(Progress::begin(SEGMENTS, Some(at(2))), LONG).await;
    let expected = events_since(&world, 2);
    assert_eq!(*world.announced.lock().unwrap(), expected);
    assert_eq!(reconciled.tally.notified, expected.len());
}

#[tokio::test(start_paused = true)]
async fn cut_off_at_each_call_and_continued_nothing_is_left_out() {
    let mut whole = World::with(commits());
    whole.run(Progress::begin(SEGMENTS, Some(at(2))), LONG).await;
    let calls = whole.calls.get_mut().unwrap().len();
    assert!(calls > 30, "{calls} calls are too few to be cut off at");
    for wrong in [Wrong::Refused, Wrong::Hangs] {
        for at_call in 0..calls {
            let mut world = World::with(commits());
            world.interrupted(at_call, wrong);
            let short = Duration::from_millis(10);
            let stopped = world.run(Progress::begin(SEGMENTS, Some(at(2))), short).await;
            assert!(!stopped.progress.is_done(), "call {at_call} {wrong:?}");
            let refused = matches!(wrong, Wrong::Refused);
            assert_eq!(stopped.failure.is_some(), refused, "call {at_call} {wrong:?}");

            world.wrong = None;
            let text = stopped.progress.encode().unwrap();
            let continued = world.run(Progress::decode(&text).unwrap(), LONG).await;
            assert!(continued.progress.is_done());
            assert_eq!(world.listed(), world.last(), "call {at_call} {wrong:?}");
            assert_eq!(world.feed.fed(), world.last(), "call {at_call} {wrong:?}");
            assert_eq!(*world.announced.lock().unwrap(), events_since(&world, 2));
            let streams = stopped.tally.streams + continued.tally.streams;
            assert_eq!(streams, 9, "each stream is counted once");
        }
    }
}

#[tokio::test]
async fn what_one_segment_fails_at_does_not_hold_up_the_others() {
    let mut world = World::with(commits());
    world.interrupted(0, Wrong::Refused);
    let stopped = world.run(Progress::begin(SEGMENTS, None), LONG).await;
    let ends = stopped
        .progress
        .segments()
        .filter(|(_, position)| position.is_end());
    assert_eq!(ends.count(), SEGMENTS - 1);
    let cause = "the database refuses the request or gives an answer that makes no sense: no such table";
    assert_eq!(stopped.failure.as_deref(), Some(cause));
}

#[tokio::test]
async fn a_later_revision_that_the_relay_listed_meanwhile_is_not_set_back() {
    let world = World::with(commits());
    let (key, last) = (stream(0).to_string(), 9);
    world.listed.lock().unwrap().insert(key.clone(), last);
    world.run(Progress::begin(SEGMENTS, None), LONG).await;
    assert_eq!(world.listed()[&key], last);
}

#[tokio::test]
async fn a_stream_of_many_pages_of_the_scan_is_a_range_of_each() {
    let world = World::with((1..=5).map(|first| commit(1, first, &["placed"])));
    world.run(Progress::begin(1, None), LONG).await;
    let ranges: Vec<(u64, u64, bool)> = world
        .feed
        .entries()
        .iter()
        .map(|entry| {
            (
                entry.first().as_u64(),
                entry.last().as_u64(),
                entry.types().is_none(),
            )
        })
        .collect();
    assert_eq!(ranges, [(1, 2, true), (3, 4, true), (5, 5, true)]);
}

#[tokio::test]
async fn without_time_it_answers_where_it_was_asked_to_begin() {
    let world = World::with(commits());
    let progress = Progress::begin(SEGMENTS, Some(at(2)));
    let reconciled = world.run(progress.clone(), Duration::ZERO).await;
    assert_eq!(
        (reconciled.progress, reconciled.tally),
        (progress, Tally::default())
    );
    assert_eq!(reconciled.failure, None);
}

#[test]
fn an_item_that_is_no_commit_is_counted_and_passed_by() {
    let unreadable = |attribute| Unreadable {
        key: "order 1".to_owned(),
        attribute,
    };
    let page = Page {
        unreadable: vec![unreadable("pk"), unreadable("last")],
        ..Page::default()
    };
    assert_eq!(page.report_unreadable(), 2);
}
