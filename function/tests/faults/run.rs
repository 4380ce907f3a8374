//! A run: clients at work on a store whose database fails, and what is to be said of it. All of it follows from a seed.

use std::cell::Cell;
use std::collections::BTreeMap;

use event_store_function::store::limits;
use fastrand::Rng;
use futures::future::{join, join_all};
use tokio::time::sleep;

use super::client::Client;
use super::defect::Defect;
use super::feed::{self, Follower};
use super::history::History;
use super::ledger::Question;
use super::log;
use super::network::Network;
use super::proposal::StreamPath;
use super::tally::Tally;
use super::verdict::contradictions;
use super::world::World;

/// How much happens in a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    pub(crate) streams: usize,
    pub(crate) clients: usize,
    pub(crate) operations: usize,
    /// How many relays fill the feed. What they do depends on ids that no seed gives, so that only without any a seed repeats its run
    /// to the letter.
    pub(crate) relays: usize,
}

/// What is to be said of a run.
#[derive(Debug)]
pub(crate) struct Report {
    /// In what the log, the answers and the contract contradict each other.
    pub(crate) contradictions: Vec<String>,
    /// In what the feed contradicts the log and its own contract.
    pub(crate) feed: Vec<String>,
    /// What happened to each stream.
    pub(crate) histories: BTreeMap<StreamPath, History>,
    pub(crate) tally: Tally,
    pub(crate) transcript: Vec<String>,
}

impl Report {
    /// Everything that is wrong. What clients saw is looked at only when nothing else is.
    pub(crate) fn wrong(&self) -> Vec<String> {
        if !self.contradictions.is_empty() {
            return self.contradictions.clone();
        }
        if !self.feed.is_empty() {
            return self.feed.clone();
        }
        let impossible = self
            .histories
            .iter()
            .filter(|(_, history)| !history.is_linearizable());
        impossible
            .map(|(stream, history)| format!("{stream}: one thing after another cannot lead to {history:#?}"))
            .collect()
    }
}

/// Lets the run happen that follows from `seed`, on a clock that stands still while anything is at work.
pub(crate) fn run(seed: u64, extent: impl FnOnce(&mut Rng) -> Extent, defect: Option<Defect>) -> Report {
    // The SDK takes the lengths of its waits from the generator of the thread.
    fastrand::seed(seed);
    let mut rng = Rng::with_seed(seed);
    let extent = extent(&mut rng);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(happen(rng, extent, defect))
}

async fn happen(mut rng: Rng, extent: Extent, defect: Option<Defect>) -> Report {
    let network = Network::new(rng.fork(), defect);
    let processes = rng.usize(1..4);
    let world = World::new(network.clone(), extent.streams, processes, &mut rng);
    let clients = (0..extent.clients).map(|name| Client::new(&world, name, rng.fork()));
    let work: Vec<_> = clients.map(|client| client.work(extent.operations)).collect();
    let stream = feed::Stream::default();
    let mut follower = Follower::default();
    let has_feed = extent.relays > 0;
    let is_over = Cell::new(!has_feed);
    let relays: Vec<_> = (0..extent.relays)
        .map(|_| feed::relay(&network, &stream, rng.fork(), &is_over))
        .collect();
    let feeding = join(join_all(relays), follower.follow(&world, rng.fork(), &is_over));
    let appending = async {
        join_all(work).await;
        is_over.set(true);
    };
    Box::pin(join(appending, feeding)).await;

    // What is still under way arrives.
    sleep(limits::OPERATION_TIMEOUT * 2).await;
    network.calm();
    let mut in_feed = Vec::new();
    if has_feed {
        in_feed.extend(feed::deliver_the_rest(&network, &stream).await);
        sleep(limits::OPERATION_TIMEOUT).await;
    }
    let log = log::log(network.database());
    let mut reader = Client::new(&world, extent.clients, rng.fork());
    for stream in &world.streams {
        let tail = log.get(&**stream).map_or(0, |commits| log::tail(commits));
        world.ledger.borrow_mut().acknowledge(stream, tail);
        for question in finally(tail, &mut rng) {
            reader.read(stream, question).await;
        }
    }

    let mut repeated = 0;
    for follower in [follower, Follower::default()].into_iter().filter(|_| has_feed) {
        let (times, wrong) = follower.finish(&world, rng.fork(), &log).await;
        repeated += times;
        in_feed.extend(wrong);
    }

    let ledger = world.ledger.into_inner();
    let mut contradictions = contradictions(&ledger, &log);
    contradictions.extend(ledger.improper);
    contradictions.extend(network.refused());
    let mut tally = network.tally();
    tally.add(&ledger.tally);
    tally.repeated += repeated;
    Report {
        contradictions,
        feed: in_feed,
        histories: ledger.histories,
        tally,
        transcript: ledger.transcript,
    }
}

/// What shows that the API reads all that is there, now that nothing goes wrong any more.
fn finally(tail: u64, rng: &mut Rng) -> [Question; 2] {
    [
        Question::After {
            revision: 0,
            limit: 1_000,
            is_strong: true,
        },
        Question::Before {
            revision: Some(tail + 1),
            limit: rng.usize(1..8),
            is_strong: true,
        },
    ]
}
