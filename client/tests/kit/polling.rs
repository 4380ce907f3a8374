//! Polling: what is asked for, and what is given out of it.

use std::time::Duration;

use event_store_client::testing::{Fault, Faults, InMemoryStore};
use event_store_client::types::{ExpectedRevision, Stream, StreamId};
use event_store_client::{PollStreams, RetryPolicy};
use futures::{StreamExt, TryStreamExt};

use crate::support::{Watch, account_type, paid_in};

fn id(name: &str) -> StreamId {
    StreamId::from_name(&account_type(), name)
}

/// Appends to the account `name` at `time` o'clock.
async fn append(store: &InMemoryStore, name: &str, time: &str) {
    store.set_time(format!("2025-01-25T{time}Z").parse().unwrap());
    store
        .client()
        .append(&account_type(), id(name), ExpectedRevision::Any, paid_in(1))
        .await
        .unwrap();
}

/// The accounts of a round with their revisions.
async fn round(poll: &mut PollStreams) -> Vec<(StreamId, u64)> {
    let streams: Vec<Stream> = poll.round().try_collect().await.unwrap();
    let given = streams
        .iter()
        .map(|stream| (stream.stream_id, stream.revision.as_u64()));
    given.collect()
}

#[tokio::test]
async fn each_round_begins_five_minutes_before_the_newest_update_and_gives_nothing_out_twice() {
    let (store, client, watch) = Watch::start();
    append(&store, "A-1", "10:00:00").await;
    append(&store, "A-2", "10:10:00").await;
    let mut poll = client.streams(&account_type()).polling();
    assert_eq!(round(&mut poll).await, [(id("A-1"), 1), (id("A-2"), 1)]);
    assert_eq!(round(&mut poll).await, []);

    // Listed late: it was updated before the newest that was given out.
    append(&store, "A-3", "10:06:00").await;
    assert_eq!(round(&mut poll).await, [(id("A-3"), 1)]);
    append(&store, "A-1", "10:11:00").await;
    assert_eq!(round(&mut poll).await, [(id("A-1"), 2)]);
    assert_eq!(round(&mut poll).await, []);
    assert_eq!(
        watch.take(),
        [
            "GET account",
            "GET account?updated-after=2025-01-25T10%3A05%3A00.000000Z",
            "GET account?updated-after=2025-01-25T10%3A05%3A00.000000Z",
            "GET account?updated-after=2025-01-25T10%3A05%3A00.000000Z",
            "GET account?updated-after=2025-01-25T10%3A06%3A00.000000Z",
        ]
    );
}

#[tokio::test]
async fn who_continues_at_a_position_begins_before_it_by_the_overlap_that_is_set() {
    let (store, client, watch) = Watch::start();
    append(&store, "A-1", "10:00:00").await;
    append(&store, "A-2", "10:10:00").await;
    let mut first = client.streams(&account_type()).polling();
    round(&mut first).await;
    watch.take();
    let position = first.position().unwrap();
    let mut poll = client
        .streams(&account_type())
        .updated_after(position)
        .polling()
        .overlap(Duration::from_secs(30));
    assert_eq!(round(&mut poll).await, [(id("A-2"), 1)]);
    assert_eq!(
        watch.take(),
        ["GET account?updated-after=2025-01-25T10%3A09%3A30.000000Z"]
    );
}

#[tokio::test]
async fn an_error_ends_its_round_and_not_the_polling() {
    let store = InMemoryStore::new();
    append(&store, "A-1", "10:00:00").await;
    let faults = Faults::before(store.clone());
    let client = store.client_builder().transport(faults.clone());
    let client = client.retry(RetryPolicy::never()).build().unwrap();
    let mut updates = client
        .streams(&account_type())
        .polling()
        .into_stream(Duration::from_millis(1));
    assert_eq!(updates.next().await.unwrap().unwrap().stream_id, id("A-1"));
    faults.next([Fault::Unreachable]);
    assert!(updates.next().await.unwrap().unwrap_err().is_retryable());
    append(&store, "A-2", "10:00:01").await;
    assert_eq!(updates.next().await.unwrap().unwrap().stream_id, id("A-2"));
}
