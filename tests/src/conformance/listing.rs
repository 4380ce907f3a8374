//! The promises about the listing of streams, which follows with a delay.

use std::collections::BTreeSet;
use std::time::Duration;

use event_store_client::types::{StreamId, StreamType};
use event_store_client::{Client, types};
use futures::TryStreamExt;
use uuid::Uuid;

use super::streams::{OwnStream, at, numbered, revision};

/// A type that no other streams have.
fn own_type() -> StreamType {
    let name = format!("conformance-{}", Uuid::now_v7().as_simple());
    name.parse().expect("it is a stream type")
}

async fn listed(client: &Client, stream_type: &StreamType) -> Vec<types::Stream> {
    let listed = client.streams(stream_type).page_size(3).into_stream();
    listed.try_collect().await.expect("they are listed")
}

/// Lists until all these streams appear with these revisions.
async fn once_listed(client: &Client, stream_type: &StreamType, revisions: u64) -> Vec<types::Stream> {
    const ATTEMPTS: u32 = 300;
    for _ in 0..ATTEMPTS {
        let streams = listed(client, stream_type).await;
        let sum: u64 = streams.iter().map(|stream| stream.revision.as_u64()).sum();
        if sum == revisions {
            return streams;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!(
        "not listed after {ATTEMPTS} attempts: {:?}",
        listed(client, stream_type).await
    );
}

async fn created(client: &Client, stream_type: &StreamType, count: usize) -> Vec<OwnStream> {
    let mut streams = Vec::new();
    for _ in 0..count {
        let stream = OwnStream::of_type(client, stream_type);
        stream
            .append_one(at(0), &numbered(1))
            .await
            .expect("it is created");
        streams.push(stream);
    }
    streams
}

/// A key is good for one listing.
pub async fn a_page_key_of_another_stream_type_is_refused(client: Client) {
    let stream_type = own_type();
    created(&client, &stream_type, 2).await;
    once_listed(&client, &stream_type, 2).await;
    let page = client.streams(&stream_type).page_size(1).page().await;
    let key = page.expect("it is listed").next_page_key.expect("there is more");
    let page = client.streams(&stream_type).page_key(&key).page().await;
    assert_eq!(page.expect("it is its own key").streams.len(), 1);
    let refused = client.streams(&own_type()).page_key(&key).page().await;
    let refused = refused.expect_err("it is another listing's");
    assert_eq!(
        refused.problem().map(|problem| problem.detail.as_str()),
        Some("`stream-next-page-key`: was issued for another stream type")
    );
}

/// In the order of their updates.
pub async fn every_stream_is_listed_once_over_several_pages(client: Client) {
    let stream_type = own_type();
    assert!(listed(&client, &stream_type).await.is_empty());
    let streams = created(&client, &stream_type, 10).await;
    let listed = once_listed(&client, &stream_type, 10).await;
    assert!(listed.is_sorted_by_key(|stream| stream.updated_at));
    let ids = |streams: &[types::Stream]| -> BTreeSet<StreamId> {
        streams.iter().map(|stream| stream.stream_id).collect()
    };
    assert_eq!(
        ids(&listed),
        streams.iter().map(|stream| stream.stream_id).collect()
    );
    assert_eq!(listed.len(), 10, "none is listed twice");

    let mut pages = client.streams(&stream_type).page_size(4).pages();
    let mut pulled = Vec::new();
    while let Some(page) = pages.next_page().await.expect("they are listed") {
        assert!(page.len() <= 4);
        pulled.extend(page);
    }
    assert_eq!(pulled, listed);
    let page = client
        .streams(&stream_type)
        .page_size(4)
        .page()
        .await
        .expect("they are listed");
    let key = page.next_page_key.expect("there is more");
    let rest: Vec<_> = client
        .streams(&stream_type)
        .page_key(key)
        .into_stream()
        .try_collect()
        .await
        .expect("they are listed");
    assert_eq!([page.streams, rest].concat(), listed);
    let few: Vec<_> = client
        .streams(&stream_type)
        .limit(7)
        .into_stream()
        .try_collect()
        .await
        .expect("they are listed");
    assert_eq!(few, listed[..7]);
    let all: Vec<_> = client
        .streams(&stream_type)
        .limit(500)
        .into_stream()
        .try_collect()
        .await
        .expect("they are listed");
    assert_eq!(all, listed);
}

/// And is listed with its current state.
pub async fn a_stream_that_is_updated_moves_to_the_end(client: Client) {
    let stream_type = own_type();
    let streams = created(&client, &stream_type, 3).await;
    once_listed(&client, &stream_type, 3).await;
    let first = &streams[0];
    let appended = first
        .append_one(at(1), &numbered(2))
        .await
        .expect("it is appended");
    let listed = once_listed(&client, &stream_type, 4).await;
    assert_eq!(listed.last(), Some(&appended.stream));
    assert_eq!(listed.len(), 3);
}

/// A client that polls from its last position misses nothing.
pub async fn a_listing_begins_at_a_moment_inclusively(client: Client) {
    let stream_type = own_type();
    created(&client, &stream_type, 4).await;
    let listed = once_listed(&client, &stream_type, 4).await;
    let moment = listed[2].updated_at;
    let later = client.streams(&stream_type).updated_after(moment).into_stream();
    let later: Vec<_> = later.try_collect().await.expect("they are listed");
    let expected: Vec<_> = listed
        .into_iter()
        .filter(|stream| stream.updated_at >= moment)
        .collect();
    assert_eq!(later, expected);
}

/// However often the client asks.
pub async fn polling_gives_out_each_update_once(client: Client) {
    let stream_type = own_type();
    let streams = created(&client, &stream_type, 3).await;
    once_listed(&client, &stream_type, 3).await;
    let mut poll = client.streams(&stream_type).page_size(2).polling();
    let first: Vec<_> = poll.round().try_collect().await.expect("they are listed");
    assert_eq!(first.len(), 3);
    streams[1]
        .append_one(at(1), &numbered(2))
        .await
        .expect("it is appended");
    once_listed(&client, &stream_type, 4).await;
    let second: Vec<_> = poll.round().try_collect().await.expect("they are listed");
    assert_eq!(second.len(), 1);
    assert_eq!(
        (second[0].stream_id, second[0].revision),
        (streams[1].stream_id, revision(2))
    );
    assert_eq!(poll.position(), Some(second[0].updated_at));
    assert!(poll.round().try_next().await.expect("they are listed").is_none());
}
