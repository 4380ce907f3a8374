//! Reactions: each event at least once, in the order of its stream, with the same cause each time.

use std::collections::BTreeMap;
use std::time::Duration;

use event_store_client::BoxError;
use event_store_client::follow::{Cause, FileCheckpoints, FollowError, InMemory, Reaction};
use event_store_client::schema::Recorded;
use event_store_client::testing::InMemoryStore;
use event_store_client::types::{Provenance, StreamId};

use crate::{Notes, OrderEvent, append, brisk, orders, paid, placed, store_of};

type Note = (StreamId, u64, uuid::Uuid);

fn noting(notes: &Notes<Note>) -> impl Reaction<OrderEvent> + use<> {
    let notes = notes.clone();
    move |event: Recorded<OrderEvent>, cause: Cause| {
        let notes = notes.clone();
        async move {
            tokio::task::yield_now().await;
            notes.add((event.event.stream_id, event.event.revision.as_u64(), cause.id()));
            Ok::<_, BoxError>(())
        }
    }
}

#[tokio::test]
async fn each_event_is_reacted_to_in_the_order_of_its_stream() {
    let (_, orders) = store_of(3, 5).await;
    let notes = Notes::default();
    let following = orders
        .follow("noting")
        .react(noting(&notes), InMemory::<()>::default());
    assert_eq!(following.to_end().await.unwrap().handled, 15);
    for name in ["0", "1", "2"] {
        let of = notes
            .all()
            .into_iter()
            .filter(|(id, ..)| *id == orders.id_of(name));
        assert_eq!(
            of.map(|(_, revision, _)| revision).collect::<Vec<_>>(),
            [1, 2, 3, 4, 5]
        );
    }
    following.to_end().await.unwrap();
    assert_eq!(notes.all().len(), 15, "nothing is new");
}

#[tokio::test]
async fn a_cause_is_the_same_each_time_and_another_for_another_follower_and_hands_on_where_it_came_from() {
    let store = InMemoryStore::new();
    let orders = orders(store.client());
    let request = Provenance::default().correlated_with("checkout-7");
    let orders = orders.with_provenance(request);
    append(&orders, "A-1", [placed(1), paid(1)]).await;
    let causes = Notes::default();
    let noting = |causes: &Notes<(u64, Cause)>| {
        let causes = causes.clone();
        move |event: Recorded<OrderEvent>, cause: Cause| {
            causes.add((event.event.revision.as_u64(), cause));
            async { Ok::<_, BoxError>(()) }
        }
    };
    for name in ["one", "one", "other"] {
        let follow = orders.follow(name);
        follow
            .react(noting(&causes), InMemory::<()>::default())
            .to_end()
            .await
            .unwrap();
    }
    let causes = causes.all();
    assert_eq!(causes[..2], causes[2..4]);
    let mut ids: Vec<_> = causes[2..].iter().map(|(_, cause)| cause.id()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4);
    let provenance = causes[0].1.provenance();
    assert_eq!(provenance.correlation_id.as_deref(), Some("checkout-7"));
    assert!(provenance.causation_id.is_some());
}

#[tokio::test]
async fn a_reactor_that_is_killed_again_and_again_leaves_nothing_out() {
    let (_, orders) = store_of(7, 9).await;
    let folder = tempfile::tempdir().unwrap();
    let (mut kills, notes) = (0, Notes::default());
    let mut random = fastrand::Rng::with_seed(7);
    loop {
        let checkpoints = FileCheckpoints::in_folder(folder.path());
        let following = brisk(orders.follow("noting").react(noting(&notes), checkpoints)).page_size(10);
        let run = following.to_end();
        match tokio::time::timeout(Duration::from_micros(random.u64(200..8_000)), run).await {
            Ok(progress) => {
                assert_eq!(progress.unwrap().held, 0);
                break;
            }
            Err(_) => kills += 1,
        }
        assert!(kills < 10_000);
    }
    assert!(kills > 0);
    let mut effects = BTreeMap::<StreamId, BTreeMap<u64, uuid::Uuid>>::new();
    for (stream, revision, id) in notes.all() {
        let of_stream = effects.entry(stream).or_default();
        let reached = of_stream.keys().last().copied().unwrap_or(0);
        assert!(revision <= reached + 1, "none comes before the one before it");
        let known = of_stream.insert(revision, id);
        assert!(
            known.is_none_or(|known| known == id),
            "the cause is the same each time"
        );
    }
    assert_eq!(effects.len(), 7);
    assert!(effects.values().all(|of_stream| of_stream.len() == 9));
}

#[tokio::test]
async fn a_graceful_stop_finishes_what_is_under_way_and_repeats_nothing() {
    let (_, orders) = store_of(4, 6).await;
    let (checkpoints, notes) = (InMemory::<()>::default(), Notes::default());
    let mut random = fastrand::Rng::with_seed(3);
    let mut runs = 0;
    while notes.all().len() < 24 {
        let following = brisk(orders.follow("noting").react(noting(&notes), checkpoints.clone()));
        let stop = tokio::time::sleep(Duration::from_micros(random.u64(100..3_000)));
        following.page_size(5).until(stop).await.unwrap();
        runs += 1;
        assert!(runs < 10_000);
    }
    let mut seen = notes.all();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!((seen.len(), notes.all().len()), (24, 24), "in {runs} runs");
}

#[tokio::test]
async fn what_happened_before_a_moment_or_before_the_first_run_is_not_reacted_to() {
    let store = InMemoryStore::new();
    let orders = orders(store.client());
    store.set_time("2025-01-25T10:00:00Z".parse().unwrap());
    append(&orders, "A-1", [placed(1)]).await;
    store.set_time("2025-01-25T11:00:00Z".parse().unwrap());
    append(&orders, "A-1", [paid(1)]).await;

    let notes = Notes::default();
    let since = orders
        .follow("since")
        .since("2025-01-25T10:30:00Z".parse().unwrap());
    since
        .react(noting(&notes), InMemory::<()>::default())
        .to_end()
        .await
        .unwrap();
    assert_eq!(notes.all().len(), 1);
    assert_eq!(notes.all()[0].1, 2);

    let notes = Notes::default();
    let following = orders
        .follow("end")
        .from_end()
        .react(noting(&notes), InMemory::<()>::default());
    following.to_end().await.unwrap();
    assert_eq!(notes.all(), []);
    append(&orders, "A-1", [paid(2)]).await;
    following.to_end().await.unwrap();
    assert_eq!(notes.all()[0].1, 3);
}

#[tokio::test]
async fn a_reactor_does_not_begin_anew_by_itself_when_the_feed_does() {
    let (store, orders) = store_of(2, 2).await;
    let (checkpoints, notes) = (InMemory::<()>::default(), Notes::default());
    let following = orders.follow("noting").react(noting(&notes), checkpoints);
    following.to_end().await.unwrap();
    store.begin_feed_anew();
    let error = following.to_end().await.unwrap_err();
    assert!(
        matches!(&error, FollowError::Feed(error) if error.is_feed_begun_anew()),
        "{error:?}"
    );
    assert_eq!(notes.all().len(), 4);
}
