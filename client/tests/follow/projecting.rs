//! Read models: each event exactly once, in the order of its stream.

use event_store_client::Category;
use event_store_client::follow::{Follow, InMemory};
use event_store_client::schema::{Recorded, Schema};
use event_store_client::testing::{Fault, Faults, InMemoryStore, Lost, Unreliable};
use event_store_client::types::{ExpectedRevision, Payload};
use serde::Deserialize;

use crate::{
    Notes, OrderEvent, append, append_stored, brisk, due, ids, orders, paid, placed, revision, store_of,
    until,
};

#[tokio::test]
async fn a_read_model_has_each_event_once_and_goes_on_where_it_was() {
    let (_, orders) = store_of(3, 4).await;
    let model = InMemory::default();
    let following = orders.follow("due").project(due(), model.clone());
    let progress = following.to_end().await.unwrap();
    assert_eq!((progress.handled, progress.failures, progress.held), (12, 0, 0));
    assert!(progress.has_reached_end);
    let due_now = |name: &str| model.view("due", orders.stream_type(), orders.id_of(name));
    assert_eq!(due_now("0"), Some((revision(4), 997)));

    append(&orders, "0", [paid(7)]).await;
    append(&orders, "9", [placed(5)]).await;
    let progress = following.to_end().await.unwrap();
    assert_eq!(progress.handled, 14, "counted since the beginning");
    assert_eq!(due_now("0"), Some((revision(5), 990)));
    let mut views = model.views("due");
    views.sort_by_key(|(_, due)| *due);
    let due: Vec<i64> = views.into_iter().map(|(_, due)| due).collect();
    assert_eq!(due, [5, 990, 997, 997]);
    assert_eq!(model.views("another"), []);
}

#[tokio::test]
async fn what_the_feed_repeats_counts_once() {
    let (store, orders) = store_of(3, 4).await;
    store.repeat_in_feed(7);
    append(&orders, "0", [paid(1)]).await;
    store.repeat_in_feed(15);
    let model = InMemory::default();
    for page in [1, 2, 5, 1_000] {
        let name = format!("due-{page}");
        let following = orders.follow(&name).project(due(), model.clone()).page_size(page);
        assert_eq!(following.to_end().await.unwrap().handled, 13);
        let mut due: Vec<i64> = model.views(&name).into_iter().map(|(_, due)| due).collect();
        due.sort_unstable();
        assert_eq!(due, [996, 997, 997]);
    }
}

#[tokio::test]
async fn upcasters_reach_read_models_and_unknown_types_are_counted_and_told() {
    #[derive(Deserialize)]
    struct Ordered {
        euros: i64,
    }
    let store = InMemoryStore::new();
    let schema = Schema::new().upcast(
        "ordered",
        "placed",
        |Ordered { euros }| serde_json::json!({"total": euros * 100}),
    );
    let schema = schema.build().unwrap();
    let orders = Category::<OrderEvent>::with_schema(store.client(), "order".parse().unwrap(), schema);
    append_stored(&orders, "A-1", "ordered", serde_json::json!({"euros": 3})).await;
    append_stored(&orders, "A-1", "viewed", ()).await;
    append(&orders, "A-1", [paid(100)]).await;
    append_stored(&orders, "A-1", "viewed", ()).await;

    let (model, told) = (InMemory::default(), Notes::default());
    let notes = told.clone();
    let following = orders
        .follow("due")
        .project(due(), model.clone())
        .on_unknown(move |event| notes.add((event.event_type.to_string(), event.revision.as_u64())));
    let progress = following.to_end().await.unwrap();
    assert_eq!((progress.handled, progress.unknown), (4, 2));
    assert_eq!(model.views("due")[0].1, 200);
    assert_eq!(told.all(), [("viewed".into(), 2), ("viewed".into(), 4)]);
}

#[tokio::test]
async fn events_of_several_types_of_streams_can_be_followed_as_they_are_stored() {
    let (store, orders) = store_of(2, 2).await;
    let carts = Category::<OrderEvent>::new(store.client(), "cart".parse().unwrap());
    carts.create(placed(1)).await.unwrap();
    let count = |_: &Recorded<Payload>, count: &mut u64| {
        *count += 1;
        Ok(())
    };
    let model = InMemory::default();
    let all = Follow::new(orders.client(), "all").project(count, model.clone());
    assert_eq!(all.to_end().await.unwrap().handled, 5);
    assert_eq!(model.views("all").len(), 3);
    let some = Follow::new(orders.client(), "some").stream_types(["cart".parse().unwrap()]);
    assert_eq!(some.project(count, model).to_end().await.unwrap().handled, 1);
}

#[tokio::test]
async fn a_follower_that_runs_brings_in_what_comes_and_stops_when_it_is_told_to() {
    let (_, orders) = store_of(2, 2).await;
    let model = InMemory::default();
    let following = brisk(orders.follow("due").project(due(), model.clone()));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = {
        let following = following.clone();
        tokio::spawn(async move {
            let shutdown = async {
                let _ = stopped.await;
            };
            following.until(shutdown).await
        })
    };
    until(|| model.views("due").len() == 2).await;
    append(&orders, "9", [placed(5)]).await;
    until(|| model.views("due").len() == 3).await;
    stop.send(()).unwrap();
    assert_eq!(running.await.unwrap().unwrap().handled, 5);
    let checkpoint = following.checkpoint().await.unwrap();
    assert_eq!((checkpoint.handled, checkpoint.held), (5, vec![]));
    assert!(checkpoint.cursor.is_some());
}

#[tokio::test]
async fn a_store_that_is_away_is_asked_again() {
    let (store, orders) = store_of(2, 2).await;
    let faults = Faults::before(store.clone());
    let client = store.client_builder().transport(faults.clone()).build().unwrap();
    faults.next([Fault::Unreachable; 12]);
    let model = InMemory::default();
    let away = crate::orders(client).follow("due").project(due(), model.clone());
    assert_eq!(brisk(away).to_end().await.unwrap().handled, 4);
    assert_eq!(model.views("due").len(), 2);
    drop(orders);
}

#[tokio::test]
async fn a_rebuild_tells_how_far_of_how_much() {
    let (_, orders) = store_of(5, 4).await;
    let told = Notes::default();
    let notes = told.clone();
    let following = orders
        .follow("due")
        .project(due(), InMemory::default())
        .page_size(8)
        .counting()
        .on_progress(move |progress| notes.add((progress.handled, progress.of)));
    let progress = following.to_end().await.unwrap();
    assert_eq!((progress.handled, progress.of), (20, Some(20)));
    assert_eq!(
        progress.to_string(),
        "20 of 20 events handled, 0 of unknown types, 0 streams held, 0 of them parked"
    );
    let told = told.all();
    assert_eq!(told.last(), Some(&(20, Some(20))));
    assert!(told.is_sorted(), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_run_under_one_name_apply_each_event_once() {
    let (_, orders) = store_of(20, 10).await;
    let model = InMemory::default();
    let one = brisk(orders.follow("due").project(due(), model.clone()).page_size(7));
    let other = brisk(orders.follow("due").project(due(), model.clone()).page_size(11));
    let (one, other) = tokio::join!(one.to_end(), other.to_end());
    one.unwrap();
    other.unwrap();
    let views = model.views("due");
    assert_eq!(views.len(), 20);
    assert!(views.iter().all(|(_, due)| *due == 991), "{views:?}");
}

#[tokio::test]
async fn what_happened_before_is_passed_over_by_who_begins_at_the_end_but_for_streams_that_go_on() {
    let (_, orders) = store_of(2, 2).await;
    let model = InMemory::default();
    let following = orders.follow("due").from_end().project(due(), model.clone());
    assert_eq!(following.to_end().await.unwrap().handled, 0);
    append(&orders, "1", [paid(1)]).await;
    following.to_end().await.unwrap();
    let ids = ids(&orders, [1]);
    assert_eq!(
        model.views("due"),
        [(ids[0], 998)],
        "all of the stream is in its view"
    );
}

#[tokio::test]
async fn a_feed_that_was_begun_anew_is_read_from_its_beginning_and_nothing_counts_twice() {
    let (store, orders) = store_of(3, 4).await;
    let model = InMemory::default();
    let following = orders.follow("due").project(due(), model.clone());
    following.to_end().await.unwrap();
    store.begin_feed_anew();
    append(&orders, "0", [paid(1)]).await;
    let progress = following.counting().to_end().await.unwrap();
    assert_eq!(
        (progress.handled, progress.of),
        (13, Some(13)),
        "and not 25 of 13"
    );
    let mut due: Vec<i64> = model.views("due").into_iter().map(|(_, due)| due).collect();
    due.sort_unstable();
    assert_eq!(due, [996, 997, 997]);
}

#[tokio::test]
async fn an_append_to_a_stream_that_is_there_is_seen_at_its_revision() {
    let store = InMemoryStore::new();
    let orders = orders(store.client());
    let id = orders.id_of("A-1");
    orders
        .append(id, ExpectedRevision::NoStream, placed(3))
        .await
        .unwrap();
    let revisions = |event: &Recorded<OrderEvent>, seen: &mut Vec<u64>| {
        seen.push(event.event.revision.as_u64());
        Ok(())
    };
    let model = InMemory::default();
    let following = orders.follow("revisions").project(revisions, model.clone());
    for next in 2..=4 {
        following.to_end().await.unwrap();
        orders.append(id, revision(next - 1), paid(1)).await.unwrap();
    }
    following.to_end().await.unwrap();
    assert_eq!(model.views("revisions")[0].1, [1, 2, 3, 4]);
}

#[tokio::test]
async fn who_appends_reads_what_they_wrote_however_late_the_feed_is() {
    let store = InMemoryStore::new();
    let orders = orders(store.client());
    let model = InMemory::default();
    let following = orders.follow("due").project(due(), model.clone());
    let placed = orders.create([placed(5), paid(1)]).await.unwrap();
    following.catch_up(&placed.stream).await.unwrap();
    assert_eq!(model.views("due")[0].1, 4);
    following.to_end().await.unwrap();
    assert_eq!(model.views("due")[0].1, 4, "and the feed adds nothing");
}

#[tokio::test]
async fn a_follower_that_dies_between_commit_and_checkpoint_counts_nothing_twice() {
    let (_, orders) = store_of(5, 4).await;
    let due_now = InMemory::default();
    let model = Unreliable::over(due_now.clone());
    let following = brisk(orders.follow("due").project(due(), model.clone())).page_size(7);
    for _ in 0..3 {
        model.next_keeps([Lost::Call; 100]);
        following.to_end().await.unwrap_err();
        assert_eq!(
            following.checkpoint().await.unwrap().cursor,
            None,
            "nothing is kept"
        );
        assert!(
            due_now.views("due").iter().all(|(_, due)| *due == 997),
            "and all committed"
        );
    }
    model.recover();
    following.to_end().await.unwrap();
    assert_eq!(due_now.views("due").len(), 5);
    assert!(due_now.views("due").iter().all(|(_, due)| *due == 997));
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_counts_once() {
    let (_, orders) = store_of(5, 4).await;
    let due_now = InMemory::default();
    let model = Unreliable::over(due_now.clone());
    model.next_commits([Lost::Answer, Lost::Call, Lost::Answer, Lost::Answer]);
    model.next_keeps([Lost::Answer]);
    let following = brisk(orders.follow("due").project(due(), model.clone()));
    let progress = following.to_end().await.unwrap();
    assert_eq!(progress.failures, 4);
    assert_eq!(due_now.views("due").len(), 5);
    assert!(due_now.views("due").iter().all(|(_, due)| *due == 997));
}

#[tokio::test]
async fn streams_may_come_in_any_order_and_each_keeps_its_own() {
    let (store, orders) = store_of(0, 1).await;
    for round in 0..3 {
        for name in ["0", "1", "2"] {
            append(&orders, name, [if round == 0 { placed(10) } else { paid(1) }]).await;
        }
    }
    let order_of = async || {
        let events = orders.client().feed().into_stream();
        let events: Vec<_> = futures::TryStreamExt::try_collect::<Vec<_>>(events)
            .await
            .unwrap();
        let names = events
            .iter()
            .map(|event| (event.stream_id, event.revision.as_u64()));
        names.collect::<Vec<_>>()
    };
    let before = order_of().await;
    store.disorder_in_feed(9);
    let after = order_of().await;
    assert_ne!(before, after);
    let (mut first, mut other) = (before, after.clone());
    first.sort_unstable();
    other.sort_unstable();
    assert_eq!(first, other);
    for page in [1, 2, 1_000] {
        let seen = InMemory::default();
        let revisions = |event: &Recorded<OrderEvent>, seen: &mut Vec<u64>| {
            seen.push(event.event.revision.as_u64());
            Ok(())
        };
        let follow = orders.follow("seen").project(revisions, seen.clone());
        follow.page_size(page).to_end().await.unwrap();
        assert!(seen.views("seen").iter().all(|(_, seen)| *seen == [1, 2, 3]));
    }
}
