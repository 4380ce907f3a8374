//! The feed under faults: relays that fill it while clients append, one who follows it, and what it must hold.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axum::http::StatusCode;
use event_store_function::dynamo::{CatalogueTable, EventsTable, FeedTable};
use event_store_function::relay::batch::Notice;
use event_store_function::relay::call::CallError;
use event_store_function::relay::checkpoint::Checkpoint;
use event_store_function::relay::feeder::Feeder;
use event_store_function::relay::parking::{FailureQueue, ParkedRecord};
use event_store_function::relay::patience::Patience;
use event_store_function::relay::publisher::{NotTaken, Publisher};
use event_store_function::relay::reconcile::Reconciler;
use event_store_function::relay::reconcile::progress::Progress;
use event_store_function::relay::{Relay, Relayed};
use event_store_types::FeedEvent;
use event_store_types::wire::FeedPageBody;
use fastrand::Rng;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};
use tokio::time::{Instant, sleep, timeout};

use super::log::{self, Log, is_stored, tail};
use super::network::Network;
use super::world::World;
use crate::support::{CATALOGUE_TABLE, EVENTS_TABLE, FEED_TABLE, get};

/// How often what is left is delivered once nothing goes wrong any more.
const LAST_DELIVERIES: usize = 3;

/// How many pages in a row must be empty for the feed to be at its end: an eventual reading may show an earlier state.
const EMPTY_PAGES: usize = 20;

/// More pages than any run's feed has.
const MOST_PAGES: usize = 2_000;

/// A topic that takes everything.
#[derive(Clone)]
struct Anywhere;

impl Publisher for Anywhere {
    async fn publish(&self, _: &[&Notice]) -> Result<Vec<NotTaken>, CallError> {
        Ok(Vec::new())
    }
}

impl FailureQueue for Anywhere {
    async fn park(&self, record: &ParkedRecord<'_>) -> Result<(), CallError> {
        panic!("{record:?} is readable")
    }
}

type Process = Relay<FeedTable, CatalogueTable, Anywhere, Anywhere>;

/// A process of the relay, which remembers nothing yet.
fn process(network: &Network) -> Process {
    let client = network.client();
    Relay {
        feeder: Feeder::new(FeedTable::new(client.clone(), FEED_TABLE)),
        catalogue: CatalogueTable::new(client, CATALOGUE_TABLE),
        publisher: Anywhere,
        failure_queue: Anywhere,
    }
}

/// The stream of the events table: a record of each commit, which is delivered until a relay says that it is done with it.
#[derive(Default)]
pub(crate) struct Stream(RefCell<Records>);

#[derive(Default)]
struct Records {
    commits: BTreeSet<(String, String)>,
    all: Vec<Box<RawValue>>,
    missing: BTreeSet<usize>,
}

impl Stream {
    /// Looks for commits that have come since.
    fn look(&self, network: &Network) {
        let mut records = self.0.borrow_mut();
        for item in log::items(network.database()) {
            let key = (item["pk"].to_string(), item["sk"].to_string());
            if records.commits.insert(key) {
                let place = records.all.len();
                let record = json!({
                    "eventName": "INSERT",
                    "dynamodb": {"SequenceNumber": (place + 1).to_string(), "NewImage": item},
                });
                records.all.push(to_raw_value(&record).unwrap());
                records.missing.insert(place);
            }
        }
    }

    /// Some of the records that are missing, in any order, and some that are not.
    fn batch(&self, rng: &mut Rng) -> Vec<usize> {
        let records = self.0.borrow();
        let mut batch: Vec<usize> = records.missing.iter().copied().collect();
        batch.retain(|_| rng.u8(..100) < 70);
        if !records.all.is_empty() && rng.u8(..10) == 0 {
            batch.push(rng.usize(..records.all.len()));
        }
        rng.shuffle(&mut batch);
        batch
    }

    /// All that are missing, in their order.
    fn rest(&self) -> Vec<usize> {
        self.0.borrow().missing.iter().copied().collect()
    }

    async fn deliver(&self, batch: &[usize], to: &Process, patience: Patience) -> Relayed {
        let records: Vec<_> = {
            let records = self.0.borrow();
            batch.iter().map(|place| records.all[*place].clone()).collect()
        };
        let relayed = to.relay(&records, patience).await;
        let passed = |place: &usize| match &relayed.checkpoint {
            Checkpoint::Done => true,
            Checkpoint::From(number) => place + 1 < number.as_str().parse().unwrap(),
            Checkpoint::WholeBatch => false,
        };
        let mut records = self.0.borrow_mut();
        for place in batch.iter().filter(|place| passed(place)) {
            records.missing.remove(place);
        }
        relayed
    }
}

/// Relays until `is_over`. Its process may end anywhere, and another begins; at times it reconciles.
pub(crate) async fn relay(network: &Network, stream: &Stream, mut rng: Rng, is_over: &Cell<bool>) {
    let mut relay = process(network);
    while !is_over.get() {
        sleep(Duration::from_millis(rng.u64(20..400))).await;
        stream.look(network);
        let time = Duration::from_millis(rng.u64(20..8_000));
        let patience = Patience::until(Instant::now() + time);
        let death = Duration::from_millis(rng.u64(1..20_000));
        let is_alive = if rng.u8(..10) == 0 {
            let reconciler = Reconciler {
                log: EventsTable::new(network.client(), EVENTS_TABLE),
                relay: relay.clone(),
            };
            let work = Box::pin(reconciler.run(Progress::begin(2, None), patience));
            timeout(death, work).await.is_ok()
        } else {
            let batch = stream.batch(&mut rng);
            let work = Box::pin(stream.deliver(&batch, &relay, patience));
            timeout(death, work).await.is_ok()
        };
        if !is_alive {
            relay = process(network);
        }
    }
}

/// Delivers what is left, now that nothing goes wrong any more, and says what a relay could not do.
pub(crate) async fn deliver_the_rest(network: &Network, stream: &Stream) -> Vec<String> {
    let relay = process(network);
    let mut wrong = Vec::new();
    for _ in 0..LAST_DELIVERIES {
        stream.look(network);
        let rest = stream.rest();
        if rest.is_empty() {
            return Vec::new();
        }
        let patience = Patience::until(Instant::now() + Duration::from_secs(10));
        let relayed = stream.deliver(&rest, &relay, patience).await;
        wrong = relayed
            .shortfalls
            .into_iter()
            .map(|shortfall| format!("not relayed: {shortfall:?}"))
            .collect();
    }
    wrong
}

/// One who follows the feed.
#[derive(Default)]
pub(crate) struct Follower {
    after: Option<String>,
    /// How far each stream has been read.
    ends: BTreeMap<String, u64>,
    events: Vec<FeedEvent>,
    /// How many of the events had come before.
    repeated: usize,
    wrong: Vec<String>,
}

impl Follower {
    /// Follows until `is_over`.
    pub(crate) async fn follow(&mut self, world: &World, mut rng: Rng, is_over: &Cell<bool>) {
        while !is_over.get() {
            sleep(Duration::from_millis(rng.u64(20..400))).await;
            self.page(world, &mut rng).await;
        }
    }

    /// Reads to the end, and says what is wrong with what it has read since the beginning.
    pub(crate) async fn finish(mut self, world: &World, mut rng: Rng, log: &Log) -> (usize, Vec<String>) {
        let (mut empty, mut pages) = (0, 0);
        while empty < EMPTY_PAGES && pages < MOST_PAGES {
            let is_more = self.page(world, &mut rng).await;
            empty = if is_more { 0 } else { empty + 1 };
            pages += 1;
        }
        for (stream, commits) in log {
            let (end, tail) = (self.ends.get(stream).copied().unwrap_or_default(), tail(commits));
            if end != tail {
                self.wrong
                    .push(format!("the feed has {stream} up to {end} of {tail}"));
            }
        }
        for event in self.events {
            let stream = format!("{}/{}", event.stream_type, event.stream_id);
            let (_, event) = event.into_parts();
            if !log.get(&stream).is_some_and(|commits| is_stored(&event, commits)) {
                self.wrong
                    .push(format!("the feed has what is not there: {event:?}"));
            }
        }
        (self.repeated, self.wrong)
    }

    /// Reads a page, and says whether there is more.
    async fn page(&mut self, world: &World, rng: &mut Rng) -> bool {
        let limit = rng.usize(1..20);
        let path = match &self.after {
            Some(after) => format!("/feed?limit={limit}&after={after}"),
            None => format!("/feed?limit={limit}"),
        };
        let answer = get(&world.process(rng), &path).await;
        if answer.status == StatusCode::SERVICE_UNAVAILABLE {
            return true;
        }
        if answer.status != StatusCode::OK {
            self.wrong.push(format!("{path}: {}", answer.text));
            self.after = None;
            return false;
        }
        let FeedPageBody { feed_page } = serde_json::from_str(&answer.text).unwrap();
        let is_more = feed_page.has_more || !feed_page.events.is_empty();
        for event in feed_page.events {
            self.take(event);
        }
        self.after = Some(feed_page.next);
        is_more
    }

    fn take(&mut self, event: FeedEvent) {
        let stream = format!("{}/{}", event.stream_type, event.stream_id);
        let end = self.ends.entry(stream.clone()).or_default();
        let revision = event.revision.as_u64();
        if revision > *end + 1 {
            self.wrong.push(format!(
                "the feed has revision {revision} of {stream} after {end}"
            ));
        }
        if revision <= *end {
            self.repeated += 1;
        }
        *end = revision.max(*end);
        self.events.push(event);
    }
}
