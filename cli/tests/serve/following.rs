//! Followed by the client, without a topic: whatever is killed and whatever fails, nothing is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use event_store_client::follow::{Cause, FileCheckpoints, Follow, Following, InMemory};
use event_store_client::schema::Recorded;
use event_store_client::types::{EventId, ExpectedRevision, NewEvent, Payload, StreamId, StreamType};
use event_store_client::{Backoff, BoxError, Client, RetryPolicy};
use tempfile::TempDir;
use uuid::Uuid;

use crate::process::{Store, until};

const STREAMS: usize = 6;
const LIVES: u64 = 6;
/// How many events are appended in one life of the store, at least.
const A_LIFE: u64 = 24;
const BRIEF: Duration = Duration::from_millis(5);
const LONGER: Duration = Duration::from_millis(50);

/// A client that does not give up while the store is away.
fn client(url: &str) -> Client {
    let patient = RetryPolicy::default().attempts(1_000);
    let patient = patient.first_pause(BRIEF).longest_pause(LONGER);
    Client::builder(url).retry(patient).build().unwrap()
}

fn counters() -> StreamType {
    "counter".parse().unwrap()
}

/// Appends one event after the other to each stream until there are enough, and answers how many each has.
async fn write(client: Client, appended_events: Arc<AtomicU64>) -> BTreeMap<StreamId, u64> {
    let mut written = BTreeMap::new();
    let ids: Vec<_> = (0..STREAMS).map(|_| StreamId::from(Uuid::now_v7())).collect();
    while appended_events.load(Ordering::Relaxed) < LIVES * A_LIFE {
        for id in &ids {
            let count: &mut u64 = written.entry(*id).or_default();
            let expected = match *count {
                0 => ExpectedRevision::NoStream,
                count => ExpectedRevision::Exact(count.try_into().unwrap()),
            };
            let event = NewEvent::of("counted".parse().unwrap(), &*count).unwrap();
            let appended = client.append(&counters(), *id, expected, event).await.unwrap();
            *count += 1;
            assert_eq!(appended.stream.revision.as_u64(), *count);
            appended_events.fetch_add(1, Ordering::Relaxed);
        }
    }
    written
}

/// What fails at every fifth event of a stream, the first time that it comes.
#[derive(Clone, Default)]
struct Clumsy(Arc<Mutex<BTreeSet<EventId>>>);

impl Clumsy {
    fn meet(&self, event: &Recorded<Payload>) -> Result<(), BoxError> {
        let (revision, id) = (event.event.revision.as_u64(), event.event.event_id);
        if revision.is_multiple_of(5) && self.0.lock().unwrap().insert(id) {
            return Err("dropped".into());
        }
        Ok(())
    }

    fn failures(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

type Notes = Arc<Mutex<Vec<(StreamId, u64)>>>;

fn brisk(following: Following) -> Following {
    following
        .pauses(BRIEF, LONGER)
        .backoff(Backoff::doubling(BRIEF, LONGER))
}

/// Runs both until it is dropped; only an error that no waiting changes would end it.
async fn run(projecting: Following, reacting: Following) {
    let (projected, reacted) = tokio::join!(projecting.run(), reacting.run());
    panic!("{projected:?} {reacted:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_loses_nothing_while_the_store_and_it_are_killed_and_handlers_fail() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("store");
    let mut store = Store::on(&data).await;
    let url = store.url().to_owned();
    let port = url.rsplit(':').next().unwrap().trim_end_matches('/').to_owned();

    let (model, clumsy, notes) = (
        InMemory::<Vec<u64>>::default(),
        Clumsy::default(),
        Notes::default(),
    );
    let projecting = {
        let clumsy = clumsy.clone();
        let apply = move |event: &Recorded<Payload>, seen: &mut Vec<u64>| {
            seen.push(event.event.revision.as_u64());
            clumsy.meet(event)
        };
        let follow = Follow::new(&client(&url), "seen").stream_types([counters()]);
        brisk(follow.project(apply, model.clone()))
    };
    let clumsy_too = Clumsy::default();
    let reacting = {
        let (notes, clumsy) = (Arc::clone(&notes), clumsy_too.clone());
        let react = move |event: Recorded<Payload>, _: Cause| {
            let done = clumsy.meet(&event);
            if done.is_ok() {
                let note = (event.event.stream_id, event.event.revision.as_u64());
                notes.lock().unwrap().push(note);
            }
            async move { done }
        };
        let follow = Follow::new(&client(&url), "noted").stream_types([counters()]);
        let checkpoints = FileCheckpoints::in_folder(folder.path().join("checkpoints"));
        brisk(follow.react(react, checkpoints))
    };

    let appended = Arc::new(AtomicU64::new(0));
    let writer = tokio::spawn(write(client(&url), Arc::clone(&appended)));
    let mut followers = tokio::spawn(run(projecting.clone(), reacting.clone()));
    for life in 0..LIVES {
        until("appended", async || {
            let count = appended.load(Ordering::Relaxed);
            (count >= life * A_LIFE + A_LIFE / 2)
                .then_some(())
                .ok_or(count.to_string())
        })
        .await;
        store.kill().await;
        if life % 2 == 0 {
            // The follower dies, too, wherever it is.
            followers.abort();
            assert!(followers.await.unwrap_err().is_cancelled());
            followers = tokio::spawn(run(projecting.clone(), reacting.clone()));
        }
        store = Store::on_port(&port, &data).await;
    }
    let written = writer.await.unwrap();
    let events: u64 = written.values().sum();

    until("followed", async || {
        let reacted: BTreeSet<_> = notes.lock().unwrap().iter().copied().collect();
        let seen: usize = model.views("seen").iter().map(|(_, seen)| seen.len()).sum();
        let has_all = reacted.len() as u64 == events && seen as u64 == events;
        has_all
            .then_some(())
            .ok_or(format!("{seen} and {} of {events}", reacted.len()))
    })
    .await;
    followers.abort();

    for (id, seen) in model.views("seen") {
        assert_eq!(
            seen,
            (1..=written[&id]).collect::<Vec<_>>(),
            "once each, and in order"
        );
    }
    let notes = notes.lock().unwrap().clone();
    let mut reached = BTreeMap::<StreamId, u64>::new();
    for (id, revision) in &notes {
        let reached = reached.entry(*id).or_default();
        assert!(*revision <= *reached + 1, "nothing is passed over");
        *reached = (*reached).max(*revision);
    }
    assert_eq!(reached, written);
    let failures = (clumsy.failures(), clumsy_too.failures());
    assert!(failures.0 > 0 && failures.1 > 0, "{failures:?}");
    println!(
        "{events} events, {LIVES} kills of the store, 3 of the followers, {failures:?} failures, {} reactions",
        notes.len()
    );
}
