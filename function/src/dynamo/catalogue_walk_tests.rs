//! Walks over the catalogue, and compares their DynamoDB cost with the same streams in an index without
//! shards.

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use futures::StreamExt as _;

use super::*;
use crate::store::list::{Catalogue, ShardQuery};
use crate::store::position::Start;
use crate::store::{Consumed, Meter, limits};

/// The number of streams to walk over.
const STREAMS: u32 = 10_000;

/// The number of items that one `BatchWriteItem` accepts.
const ITEMS_A_CALL: usize = 25;

/// A type whose streams all lie in one shard, so that its index is effectively unsharded. Its name is as long
/// as `order`, because it is part of every item's size.
fn plain() -> StreamType {
    "plain".parse().unwrap()
}

/// The stream as a catalogue item, listed in `shard`.
fn item(stream: &Stream, shard: Shard) -> Item {
    let key = StreamKey {
        stream_type: stream.stream_type.clone(),
        stream_id: stream.stream_id,
    };
    let texts = [
        ("pk", key.to_string()),
        ("updatedAt", stream.updated_at.to_string()),
        ("shard", shard.key(&stream.stream_type)),
        ("position", Position::of(stream).to_string()),
    ];
    let texts = texts.map(|(name, text)| (name.to_owned(), AttributeValue::S(text)));
    let revision = AttributeValue::N(stream.revision.to_string());
    let of_feed = AttributeValue::B(Blob::new(feed(1).to_bytes()));
    texts
        .into_iter()
        .chain([("feed".to_owned(), of_feed)])
        .chain(["revision", "fed"].map(|name| (name.to_owned(), revision.clone())))
        .collect()
}

/// Lists [`STREAMS`] streams of the type `order`, some of which share a time of update, and as many of the
/// type `plain`, all in one shard. Returns the former in the order of the listing.
async fn fill(catalogue: &CatalogueTable) -> Vec<Stream> {
    let mut streams: Vec<Stream> = (0..STREAMS)
        .map(|number| stream(number.into(), 12, u64::from(number / 3)))
        .collect();
    let plain = streams
        .iter()
        .map(|stream| Stream::new(plain(), stream.stream_id, stream.revision, stream.updated_at));
    let items = streams
        .iter()
        .map(|stream| item(stream, Shard::of(&stream.stream_id)));
    let items: Vec<Item> = items
        .chain(plain.map(|stream| item(&stream, Shard::ALL[0])))
        .collect();
    let writes = items.chunks(ITEMS_A_CALL).map(|items| {
        let put = |item: &Item| {
            PutRequest::builder()
                .set_item(Some(item.clone()))
                .build()
                .unwrap()
        };
        let requests = items
            .iter()
            .map(|item| WriteRequest::builder().put_request(put(item)).build());
        let call = catalogue.client.batch_write_item();
        call.request_items(CATALOGUE_TABLE, requests.collect()).send()
    });
    let written: Vec<_> = futures::stream::iter(writes.collect::<Vec<_>>())
        .buffer_unordered(4)
        .collect()
        .await;
    for answer in written {
        assert!(answer.unwrap().unprocessed_items.unwrap_or_default().is_empty());
    }
    streams.sort_by_key(Position::of);
    streams
}

/// Reads up to `count` pages of `limit` streams of the type `order`, and returns the consumption of each
/// page.
async fn walk(catalogue: &CatalogueTable, limit: usize, count: usize) -> (Vec<Stream>, Vec<Consumed>) {
    let (mut streams, mut consumed) = (Vec::new(), Vec::new());
    let mut page_key = None;
    while consumed.len() < count {
        let meter = Meter::default();
        let request = ListStreams {
            stream_type: order(),
            updated_after: None,
            page_key,
            limit,
        };
        let page = list_streams(&catalogue.metered(meter.clone()), request)
            .await
            .unwrap();
        consumed.push(meter.consumed());
        streams.extend(page.streams);
        let Some(key) = page.next_page_key else { break };
        page_key = Some(PageKey::decode(&key, &order()).unwrap());
    }
    (streams, consumed)
}

/// The consumption of one query for `limit` streams of the type `plain`, after the first hundred.
async fn unsharded(catalogue: &CatalogueTable, limit: usize) -> Consumed {
    let query = |start, limit| ShardQuery {
        shard: Shard::ALL[0],
        start,
        limit,
    };
    let first = catalogue
        .query(&plain(), query(Start::Beginning, 100))
        .await
        .unwrap();
    let meter = Meter::default();
    let behind = Start::After(first.more_after.unwrap());
    let metered = catalogue.metered(meter.clone());
    let answer = metered.query(&plain(), query(behind, limit)).await.unwrap();
    assert_eq!(answer.streams.len(), limit);
    meter.consumed()
}

fn rru(consumed: &[Consumed]) -> (f64, f64) {
    let sum: f64 = consumed.iter().map(|consumed| consumed.rru).sum();
    let dearest = consumed.iter().map(|consumed| consumed.rru).fold(0.0, f64::max);
    (sum / f64::from(u32::try_from(consumed.len()).unwrap()), dearest)
}

#[tokio::test]
async fn a_walk_of_ten_thousand_streams_reads_each_once_at_no_more_than_twice_one_unsharded_query_a_page() {
    let catalogue = catalogue_table().await;
    let expected = fill(&catalogue).await;
    let (found, consumed) = walk(&catalogue, limits::PAGE_STREAMS, usize::MAX).await;
    assert_eq!(found, expected);
    assert_eq!(consumed.len(), 100);

    let unsharded = unsharded(&catalogue, limits::PAGE_STREAMS).await.rru;
    let (mean, dearest) = rru(&consumed);
    let queries: u32 = consumed.iter().map(|consumed| consumed.requests).sum();
    println!(
        "a page of 100: {mean} RRU, at most {dearest}, in {} queries; one unsharded query: {unsharded} RRU",
        f64::from(queries) / 100.0
    );
    assert!(dearest <= 2.0 * unsharded, "{dearest} RRU instead of {unsharded}");

    // A page of fewer streams costs the minimum for querying every shard: half a unit each.
    for limit in [1, 10, 25, 50] {
        let (found, consumed) = walk(&catalogue, limit, 20).await;
        assert_eq!(found, expected[..20 * limit]);
        let (mean, dearest) = rru(&consumed);
        println!("a page of {limit}: {mean} RRU, at most {dearest}");
        assert!(
            (4.0..=4.5).contains(&dearest),
            "{dearest} RRU for a page of {limit}"
        );
    }
}

#[tokio::test]
async fn the_walks_above_are_over_items_as_the_relay_writes_them() {
    let catalogue = catalogue_table().await;
    let stream = stream(7, 12, 7);
    catalogue.bring_forward(&stream, feed(1)).await.unwrap();
    let expected = item(&stream, Shard::of(&stream.stream_id));
    let key = expected["pk"].clone();
    let read = catalogue
        .client
        .get_item()
        .table_name(CATALOGUE_TABLE)
        .key("pk", key);
    assert_eq!(read.send().await.unwrap().item, Some(expected));
}
