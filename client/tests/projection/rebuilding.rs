//! Every stream of a type.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use event_store_client::notification::BoxError;
use event_store_client::projection::{
    EventSource, InMemory, NotRebuilt, Position, Projector, RebuildTally, Rebuilt,
};
use event_store_client::types::{EventPage, Revision, StreamId, StreamPage, StreamType, Timestamp};
use tokio::sync::{Barrier, Notify};

use crate::scripted::Store;
use crate::{Revisions, order, stream};

type Model = InMemory<Vec<u64>>;

fn projector(store: &Store) -> (Model, Projector<Store, Revisions, Model>) {
    let model = InMemory::default();
    (model.clone(), Projector::new(store.clone(), Revisions, model))
}

/// How far each stream is in the read model.
fn checkpoints(model: &Model, streams: impl IntoIterator<Item = u128>) -> Vec<u64> {
    streams
        .into_iter()
        .map(|number| {
            let view = model.view("revisions", &order(), stream(number));
            view.map_or(0, |(revision, _)| revision.as_u64())
        })
        .collect()
}

/// Five streams of one to five events, long ago.
fn five_streams() -> Store {
    let store = Store::default();
    for number in 1..=5_u32 {
        for _ in 0..number {
            let moment = format!("2025-01-25T10:00:0{number}Z").parse().unwrap();
            store.append_at(number.into(), "known", moment);
        }
    }
    store
}

fn numbers(tally: RebuildTally) -> (u64, u64, u64, u64) {
    (tally.streams, tally.applied, tally.unknown, tally.failed)
}

#[tokio::test]
async fn every_event_of_every_stream_is_brought_in_and_the_second_time_none() {
    let store = five_streams();
    let (model, projector) = projector(&store);
    let tally = projector.rebuild(&order()).run().await.unwrap();
    assert_eq!(numbers(tally), (5, 15, 0, 0));
    assert_eq!(
        tally.to_string(),
        "5 streams, 15 events applied, 0 unknown, 0 streams failed"
    );
    assert_eq!(checkpoints(&model, 1..=5), [1, 2, 3, 4, 5]);
    let again = projector.rebuild(&order()).run().await.unwrap();
    assert_eq!(numbers(again), (5, 0, 0, 0));
}

#[tokio::test]
async fn progress_is_told_after_each_page() {
    let store = five_streams();
    let (_, projector) = projector(&store);
    let mut told = Vec::new();
    let rebuild = projector
        .rebuild(&order())
        .on_progress(|progress| told.push((progress.position.walk, progress.tally.streams)));
    rebuild.run().await.unwrap();
    assert_eq!(
        told,
        [(1, 2), (1, 4), (2, 5)],
        "and the empty second walk ends it"
    );
}

#[tokio::test]
async fn the_second_walk_begins_before_the_first_and_finds_what_was_listed_late() {
    let store = five_streams();
    let four_minutes_ago = Timestamp::now()
        .as_jiff()
        .checked_sub(Duration::from_mins(4))
        .unwrap();
    store.append_at(6, "known", four_minutes_ago.try_into().unwrap());
    store.change(|records| {
        records.unlisted.insert(stream(6));
    });
    let (model, projector) = projector(&store);
    let (began, listed) = (Timestamp::now(), store.clone());
    let rebuild = projector.rebuild(&order()).on_progress(move |progress| {
        if progress.position.walk == 2 {
            listed.change(|records| records.unlisted.clear());
        }
    });
    assert_eq!(numbers(rebuild.run().await.unwrap()), (6, 16, 0, 0));
    assert_eq!(checkpoints(&model, [6]), [1]);
    let listings = store.look(|records| records.listings.clone());
    let since: Vec<_> = listings.iter().map(|(since, _)| *since).collect();
    assert_eq!(since[..3], [None; 3]);
    let first_began = since[3]
        .unwrap()
        .as_jiff()
        .checked_add(Duration::from_mins(5))
        .unwrap();
    assert!(began.as_jiff() <= first_began && first_began <= Timestamp::now().as_jiff());
}

/// Lets readings go on three at a time, and notes how many there were at once.
struct Meeting {
    store: Store,
    three: Barrier,
    now: AtomicUsize,
    most: Arc<AtomicUsize>,
}

impl EventSource for Meeting {
    type Error = BoxError;

    async fn events(
        &self,
        stream_type: &StreamType,
        stream_id: StreamId,
        after: Option<Revision>,
        limit: u16,
    ) -> Result<EventPage, BoxError> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        self.three.wait().await;
        self.now.fetch_sub(1, Ordering::SeqCst);
        self.store.events(stream_type, stream_id, after, limit).await
    }

    /// All on one page.
    async fn streams(
        &self,
        stream_type: &StreamType,
        updated_after: Option<Timestamp>,
        page_key: Option<&str>,
    ) -> Result<StreamPage, BoxError> {
        let mut page = self.store.streams(stream_type, updated_after, page_key).await?;
        while let Some(key) = page.next_page_key.take() {
            let next = self.store.streams(stream_type, updated_after, Some(&key)).await?;
            page.streams.extend(next.streams);
            page.next_page_key = next.next_page_key;
        }
        page.has_more = false;
        Ok(page)
    }
}

#[tokio::test]
async fn as_many_streams_as_allowed_are_brought_in_at_once() {
    let store = five_streams();
    store.append(6, "known");
    let most = Arc::new(AtomicUsize::new(0));
    let source = Meeting {
        store,
        three: Barrier::new(3),
        now: AtomicUsize::new(0),
        most: Arc::clone(&most),
    };
    let projector = Projector::new(source, Revisions, Model::default());
    let tally = projector.rebuild(&order()).concurrency(3).run().await.unwrap();
    assert_eq!((tally.applied, most.load(Ordering::SeqCst)), (16, 3));
}

#[tokio::test]
async fn a_rebuild_that_was_stopped_goes_on_where_it_stood() {
    let store = five_streams();
    let (model, projector) = projector(&store);
    let enough = Arc::new(Notify::new());
    let telling = Arc::clone(&enough);
    let rebuilt = projector
        .rebuild(&order())
        .on_progress(move |_| telling.notify_one())
        .until(async move { enough.notified().await })
        .await
        .unwrap();
    let Rebuilt::Stopped { position, tally, .. } = rebuilt else {
        panic!("{rebuilt:?}")
    };
    assert_eq!(numbers(tally), (2, 3, 0, 0));
    assert_eq!(checkpoints(&model, 1..=5), [1, 2, 0, 0, 0]);

    let kept = serde_json::to_string(&position).unwrap();
    let position: Position = serde_json::from_str(&kept).unwrap();
    store.change(|records| records.listings.clear());
    let tally = projector
        .rebuild(&order())
        .resume(position.clone())
        .run()
        .await
        .unwrap();
    assert_eq!(numbers(tally), (3, 12, 0, 0));
    assert_eq!(checkpoints(&model, 1..=5), [1, 2, 3, 4, 5]);
    let first = store.look(|records| records.listings[0].clone());
    assert_eq!(
        first,
        (None, position.page_key),
        "the page that was done is not listed again"
    );
}

#[tokio::test]
async fn a_stop_amid_a_page_finishes_the_streams_that_have_begun_and_does_the_page_again() {
    let store = Store::default();
    let moment = "2025-01-25T10:00:00Z".parse().unwrap();
    store.append_at(1, "unknown", moment);
    store.append_at(2, "known", moment);
    let enough = Arc::new(Notify::new());
    let telling = Arc::clone(&enough);
    let model = Model::default();
    let projector =
        Projector::new(store.clone(), Revisions, model.clone()).on_unknown(move |_| telling.notify_one());
    let rebuilt = projector
        .rebuild(&order())
        .concurrency(1)
        .until(async move { enough.notified().await })
        .await
        .unwrap();
    let Rebuilt::Stopped { position, tally, .. } = rebuilt else {
        panic!("{rebuilt:?}")
    };
    assert_eq!((numbers(tally), &position.page_key), ((1, 0, 1, 0), &None));
    assert_eq!(checkpoints(&model, 1..=2), [1, 0]);
    let tally = projector.rebuild(&order()).resume(position).run().await.unwrap();
    assert_eq!(
        (numbers(tally), checkpoints(&model, 1..=2)),
        ((2, 1, 0, 0), vec![1, 1])
    );
}

#[tokio::test]
async fn a_stream_that_fails_keeps_no_other_back_and_is_tried_again_from_its_page() {
    let store = five_streams();
    store.change(|records| {
        records.broken.insert(stream(3));
    });
    let (model, projector) = projector(&store);
    let mut positions = Vec::new();
    let rebuild = projector
        .rebuild(&order())
        .on_progress(|progress| positions.push(progress.position.clone()));
    let error = rebuild.run().await.unwrap_err();
    assert_eq!(error.to_string(), "1 of 5 streams are not in the read model");
    let NotRebuilt::StreamsFailed {
        failures,
        position,
        tally,
        ..
    } = error
    else {
        panic!("{error:?}")
    };
    assert_eq!(failures[0].stream_id, stream(3));
    assert_eq!(numbers(tally), (5, 12, 0, 1));
    assert_eq!(checkpoints(&model, 1..=5), [1, 2, 0, 4, 5]);
    assert!(
        positions.iter().all(|told| *told == position),
        "who keeps the position loses no failure"
    );
    assert!(position.page_key.is_some() && position.walk == 1);

    store.change(|records| records.broken.clear());
    let tally = projector.rebuild(&order()).resume(position).run().await.unwrap();
    assert_eq!(numbers(tally), (3, 3, 0, 0));
    assert_eq!(checkpoints(&model, 1..=5), [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn too_many_failures_end_it() {
    let store = five_streams();
    store.change(|records| records.broken = BTreeSet::from([1, 2, 3].map(stream)));
    let (_, projector) = projector(&store);
    let rebuild = projector.rebuild(&order()).most_failures(1).concurrency(1);
    let error = rebuild.run().await.unwrap_err();
    let NotRebuilt::StreamsFailed {
        failures,
        position,
        tally,
        ..
    } = error
    else {
        panic!("{error:?}")
    };
    assert_eq!((failures.len(), tally.streams, position.page_key), (2, 2, None));
}

#[tokio::test]
async fn a_listing_that_fails_leaves_a_position_to_go_on_from() {
    let store = five_streams();
    let (model, projector) = projector(&store);
    let breaking = store.clone();
    let rebuild = projector
        .rebuild(&order())
        .on_progress(move |_| breaking.change(|records| records.is_listing_broken = true));
    let error = rebuild.run().await.unwrap_err();
    assert_eq!(error.to_string(), "the streams cannot be listed");
    let NotRebuilt::NotListed { position, .. } = error else {
        panic!("{error:?}")
    };
    store.change(|records| records.is_listing_broken = false);
    projector.rebuild(&order()).resume(position).run().await.unwrap();
    assert_eq!(checkpoints(&model, 1..=5), [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn unknown_events_are_counted() {
    let store = five_streams();
    store.append(1, "unknown");
    let told = Arc::new(Mutex::new(0));
    let noted = Arc::clone(&told);
    let projector =
        Projector::new(store, Revisions, Model::default()).on_unknown(move |_| *noted.lock().unwrap() += 1);
    let tally = projector.rebuild(&order()).run().await.unwrap();
    assert_eq!((tally.applied, tally.unknown, *told.lock().unwrap()), (15, 1, 1));
}
