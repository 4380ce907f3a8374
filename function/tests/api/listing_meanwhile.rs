//! Listing while the relay goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use event_store_function::relay::catalogue::CatalogueWriter;
use event_store_types::Stream;
use event_store_types::wire::StreamPageBody;
use futures::StreamExt as _;
use futures::future::join_all;

use crate::support::Api;
use crate::support::a_feed;

const STREAMS: u32 = 400;

/// How often each stream that moves is updated.
const UPDATES: u32 = 2;

/// How many updates there are, together.
const ALL_UPDATES: usize = (STREAMS.div_ceil(3) * UPDATES) as usize;

/// A stream of the type `order`, updated in the course of second `second`.
fn stream(number: u32, revision: u64, second: u32) -> Stream {
    Stream::new(
        "order".parse().unwrap(),
        uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, &number.to_be_bytes()).into(),
        revision.try_into().unwrap(),
        format!("2025-01-25T10:{:02}:{:02}Z", second / 60, second % 60)
            .parse()
            .unwrap(),
    )
}

/// Every third stream moves.
fn moves(number: u32) -> bool {
    number.is_multiple_of(3)
}

/// Brings the streams that move forward, some to the end of the listing and some just a little, and counts how often.
async fn update(api: &Api, updates: &AtomicUsize) {
    let catalogue = api.database.catalogue();
    for update in 1..=UPDATES {
        for number in (0..STREAMS).filter(|number| moves(*number)).rev() {
            let second = if number.is_multiple_of(2) {
                1_000 * update
            } else {
                number / 4 + 20 * update
            };
            let moved = stream(number, 1 + u64::from(update), second);
            catalogue.bring_forward(&moved, a_feed()).await.unwrap();
            updates.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Everything that a walk in pages of `limit` shows, and how many updates there were between its first page and its last.
async fn walk(api: &Api, limit: usize, updates: &AtomicUsize) -> (Vec<Stream>, usize) {
    let mut path = format!("/streams/order?limit={limit}");
    let mut streams = Vec::new();
    let before = updates.load(Ordering::Relaxed);
    loop {
        let answer = api.get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let page = serde_json::from_str::<StreamPageBody>(&answer.text)
            .unwrap()
            .stream_page;
        streams.extend(page.streams);
        let Some(key) = page.next_page_key else {
            return (streams, updates.load(Ordering::Relaxed) - before);
        };
        path = format!("/streams/order?limit={limit}&nextPageKey={key}");
    }
}

/// Walks as long as there are updates.
async fn walk_on(api: &Api, limit: usize, updates: &AtomicUsize) -> Vec<(Vec<Stream>, usize)> {
    let mut walks = Vec::new();
    while updates.load(Ordering::Relaxed) < ALL_UPDATES {
        walks.push(walk(api, limit, updates).await);
    }
    walks
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_is_not_updated_meanwhile_is_seen_exactly_once() {
    let api = Api::start().await;
    let catalogue = api.database.catalogue();
    let streams: Vec<Stream> = (0..STREAMS).map(|number| stream(number, 1, number / 4)).collect();
    let writes: Vec<_> = streams
        .iter()
        .map(|stream| catalogue.bring_forward(stream, a_feed()))
        .collect();
    let written: Vec<_> = futures::stream::iter(writes).buffer_unordered(8).collect().await;
    assert!(written.iter().all(Result::is_ok));

    let updates = AtomicUsize::new(0);
    let walkers = join_all([7, 30, 100].map(|limit| walk_on(&api, limit, &updates)));
    let ((), walkers) = futures::join!(update(&api, &updates), walkers);

    let quiet: BTreeSet<_> = (0..STREAMS)
        .filter(|number| !moves(*number))
        .map(|number| stream(number, 1, number / 4).stream_id)
        .collect();
    for walks in walkers {
        let meanwhile: usize = walks.iter().map(|(_, meanwhile)| meanwhile).sum();
        println!("{} walks, with {meanwhile} updates meanwhile", walks.len());
        assert!(meanwhile > ALL_UPDATES / 2, "of {ALL_UPDATES}");
        for (seen, _) in walks {
            let is_in_order = seen.is_sorted_by_key(|stream| (stream.updated_at, stream.stream_id));
            assert!(is_in_order, "oldest update first");
            let mut times: BTreeMap<_, usize> = BTreeMap::new();
            for stream in &seen {
                *times.entry(stream.stream_id).or_default() += 1;
            }
            assert_eq!(
                times.len(),
                streams.len(),
                "none is skipped, whether it moves or not"
            );
            assert!(
                quiet.iter().all(|id| times[id] == 1),
                "none is repeated that stays"
            );
        }
    }
}
