//! Whatever the order and number of notifications, whoever of many projectors takes them, whatever fails on the way: the
//! read model holds each event once, in order.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use event_store_types::{EventPage, Notification, Revision, StreamId, StreamType};
use futures::future::{BoxFuture, join_all};
use proptest::prelude::*;
use tokio::task::yield_now;

use super::super::source::StreamSource;
use super::super::{Advance, CheckpointKey, Checkpoints, Committed, InMemory, Kept, Loaded, ReadModel};
use super::scripted::Store;
use super::{Projector, Revisions, order, stream};
use crate::BoxError;

/// Chance, and a limited number of failures.
struct Fate {
    random: fastrand::Rng,
    failures: u32,
}

type SharedFate = Arc<Mutex<Fate>>;

/// Lets others go on for a while.
async fn wait(fate: &SharedFate) {
    let turns = fate.lock().unwrap().random.u32(0..4);
    for _ in 0..turns {
        yield_now().await;
    }
}

fn fails(fate: &SharedFate) -> bool {
    let mut fate = fate.lock().unwrap();
    let fails = fate.failures > 0 && fate.random.u32(0..4) == 0;
    if fails {
        fate.failures -= 1;
    }
    fails
}

struct SlowStore(Store, SharedFate);

impl StreamSource for SlowStore {
    type Error = BoxError;

    async fn events(
        &self,
        stream_type: &StreamType,
        stream_id: StreamId,
        after: Option<Revision>,
        limit: u16,
    ) -> Result<EventPage, BoxError> {
        wait(&self.1).await;
        if fails(&self.1) {
            return Err("the store does not answer".into());
        }
        let page = self.0.events(stream_type, stream_id, after, limit).await;
        wait(&self.1).await;
        page
    }
}

/// A read model that fails before it writes, or after, or takes few events at once. It notes each step that it took.
#[derive(Clone)]
struct Unreliable {
    kept: InMemory<Vec<u64>>,
    fate: SharedFate,
    at_most: u64,
    steps: Arc<Mutex<BTreeMap<StreamId, Vec<Advance>>>>,
}

impl Checkpoints for Unreliable {
    fn kept<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Kept>, BoxError>> {
        self.kept.kept(key)
    }

    fn keep<'a>(&'a self, key: &'a str, kept: Kept) -> BoxFuture<'a, Result<Committed, BoxError>> {
        self.kept.keep(key, kept)
    }
}

impl ReadModel for Unreliable {
    type Changes = Vec<u64>;
    type Error = BoxError;

    async fn load(&self, key: &CheckpointKey<'_>) -> Result<Loaded<Vec<u64>>, BoxError> {
        wait(&self.fate).await;
        if fails(&self.fate) {
            return Err("the read model does not answer".into());
        }
        let loaded = self.kept.load(key).await?;
        wait(&self.fate).await;
        Ok(loaded)
    }

    async fn commit(
        &self,
        key: &CheckpointKey<'_>,
        advance: Advance,
        view: Vec<u64>,
    ) -> Result<Committed, BoxError> {
        wait(&self.fate).await;
        if fails(&self.fate) {
            return Err("the read model did not write".into());
        }
        if advance.events() > self.at_most {
            return Ok(Committed::TooMuch);
        }
        let committed = self.kept.commit(key, advance, view).await?;
        if committed == Committed::Written {
            let mut steps = self.steps.lock().unwrap();
            steps.entry(key.stream_id).or_default().push(advance);
        }
        wait(&self.fate).await;
        if fails(&self.fate) {
            return Err("the read model did not say that it wrote".into());
        }
        Ok(committed)
    }
}

#[derive(Clone, Debug)]
struct Case {
    seed: u64,
    /// The number of the stream of each event, and whether its type is known.
    events: Vec<(u128, bool)>,
    projectors: usize,
    failures: u32,
    at_most: u64,
    events_a_commit: u16,
}

fn cases() -> impl Strategy<Value = Case> {
    (
        any::<u64>(),
        prop::collection::vec((1..4_u128, prop::bool::weighted(0.8)), 1..30),
        1..4_usize,
        0..20_u32,
        1..8_u64,
        1..12_u16,
    )
        .prop_map(
            |(seed, events, projectors, failures, at_most, events_a_commit)| Case {
                seed,
                events,
                projectors,
                failures,
                at_most,
                events_a_commit,
            },
        )
}

/// Appends, announces, and projects side by side until everything that was announced is done with.
async fn run(case: &Case) -> (Store, Unreliable) {
    let store = Store::default();
    let fate = Arc::new(Mutex::new(Fate {
        random: fastrand::Rng::with_seed(case.seed),
        failures: case.failures,
    }));
    let model = Unreliable {
        kept: InMemory::default(),
        fate: Arc::clone(&fate),
        at_most: case.at_most,
        steps: Arc::default(),
    };
    let queue: Mutex<Vec<Notification>> = Mutex::default();
    let left = Mutex::new(case.events.len());

    let appending = async {
        for (number, is_known) in &case.events {
            let announced = store.append(*number, if *is_known { "known" } else { "unknown" });
            let times = fate.lock().unwrap().random.usize(1..4);
            queue.lock().unwrap().extend(vec![announced; times]);
            *left.lock().unwrap() -= 1;
            wait(&fate).await;
        }
    };
    let projector = || {
        Projector::new(
            SlowStore(store.clone(), Arc::clone(&fate)),
            Revisions,
            model.clone(),
        )
        .events_a_commit(case.events_a_commit)
    };
    let working = join_all((0..case.projectors).map(|_| async {
        let projector = projector();
        loop {
            // Any of those that wait: there is no order.
            let next = {
                let mut waiting = queue.lock().unwrap();
                let count = waiting.len();
                (count > 0).then(|| waiting.swap_remove(fate.lock().unwrap().random.usize(0..count)))
            };
            match next {
                Some(notification) => {
                    if projector.catch_up(&notification).await.is_err() {
                        queue.lock().unwrap().push(notification);
                    }
                }
                None if *left.lock().unwrap() == 0 => return,
                None => yield_now().await,
            }
        }
    }));
    futures::join!(appending, working);
    (store, model)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn each_event_is_in_the_read_model_once_and_in_order(case in cases()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (store, model) = runtime.block_on(run(&case));
        for number in 1..4 {
            let events = store.look(|records| records.events(number));
            let Some(last) = events.last() else { continue };
            let (checkpoint, view) = model.kept.view("revisions", &order(), stream(number)).unwrap();
            prop_assert_eq!(checkpoint, last.revision);
            let known = events.iter().filter(|event| event.event_type.as_str() == "known");
            prop_assert_eq!(view, known.map(|event| event.revision.as_u64()).collect::<Vec<_>>());
            // Each step began where the one before it ended: no event was in two of them.
            let steps = model.steps.lock().unwrap()[&stream(number)].clone();
            let ends: Vec<_> = steps.iter().map(|step| Some(step.to)).collect();
            let begins: Vec<_> = steps.iter().map(|step| step.from).collect();
            prop_assert_eq!(begins[0], None);
            prop_assert_eq!(&begins[1..], &ends[..ends.len() - 1]);
        }
    }
}
