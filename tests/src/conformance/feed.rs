//! The promises about the feed, which follows with a delay.

use std::collections::BTreeMap;
use std::time::Duration;

use event_store_client::types::{FeedEvent, StreamId, StreamType};
use event_store_client::{Client, ReadFeed};
use futures::TryStreamExt;
use uuid::Uuid;

use super::streams::{OwnStream, at, numbered};

/// The interval at which the feed is read for appended events.
const ATTEMPTS: u32 = 300;

/// A type that no other streams have.
fn own_type() -> StreamType {
    let name = format!("conformance-{}", Uuid::now_v7().as_simple());
    name.parse().expect("it is a stream type")
}

/// The first occurrence of each event. These must come in the order of their revisions and without a gap.
fn first_occurrences(events: Vec<FeedEvent>) -> Vec<FeedEvent> {
    let mut ends: BTreeMap<StreamId, u64> = BTreeMap::new();
    let is_first = |event: &FeedEvent| {
        let end = ends.entry(event.stream_id).or_default();
        let revision = event.revision.as_u64();
        assert!(revision <= *end + 1, "revision {revision} comes after {end}");
        let is_first = revision > *end;
        *end = revision.max(*end);
        is_first
    };
    events.into_iter().filter(is_first).collect()
}

/// Reads until that many events are in the feed.
async fn once_there(read: &ReadFeed, count: usize) -> Vec<FeedEvent> {
    for _ in 0..ATTEMPTS {
        let events = read.clone().into_stream().try_collect().await;
        let events = first_occurrences(events.expect("the feed is read"));
        assert!(events.len() <= count, "{} events", events.len());
        if events.len() == count {
            return events;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("not in the feed after {ATTEMPTS} attempts");
}

/// A batch, an event, a batch to a stream of this type.
async fn appended(client: &Client, stream_type: &StreamType) -> OwnStream {
    let stream = OwnStream::of_type(client, stream_type);
    for (first, last) in [(1, 3), (4, 4), (5, 6)] {
        let events = (first..=last).map(numbered).collect();
        let appended = stream.append(at(first - 1), events).await;
        appended.expect("it is appended");
    }
    stream
}

/// For any page size.
pub async fn every_event_is_in_the_feed_and_each_stream_s_in_order(client: Client) {
    let stream_type = own_type();
    let streams = [
        appended(&client, &stream_type).await,
        appended(&client, &stream_type).await,
    ];
    let read = client.feed().stream_types([stream_type.clone()]);
    let all = once_there(&read, 12).await;
    for stream in &streams {
        let own: Vec<_> = all
            .iter()
            .filter(|event| event.stream_id == stream.stream_id)
            .collect();
        let events: Vec<_> = stream
            .events()
            .into_stream()
            .try_collect()
            .await
            .expect("it is read");
        assert_eq!(own.len(), 6);
        for (found, event) in own.into_iter().zip(events) {
            assert_eq!(found.clone().into_parts(), (stream_type.clone(), event));
        }
    }
    for size in [1, 2, 5] {
        assert_eq!(once_there(&read.clone().page_size(size), 12).await, all);
    }
}

/// Exactly there: events in the feed keep their place, and new ones, repeated events included, come after them.
pub async fn a_cursor_goes_on_where_a_page_ended(client: Client) {
    let stream_type = own_type();
    appended(&client, &stream_type).await;
    let read = client.feed().stream_types([stream_type.clone()]).page_size(4);
    once_there(&read, 6).await;
    let mut pages = read.clone().pages();
    let first = pages
        .next_page()
        .await
        .expect("it is read")
        .expect("there is one");
    assert_eq!(first.events.len(), 4);
    assert_eq!(pages.cursor(), Some(first.next.as_str()));
    let rest = read.clone().after(&first.next);
    let page = rest.clone().page().await.expect("it is read").events;
    let rest: Vec<FeedEvent> = rest.into_stream().try_collect().await.expect("it is read");
    let whole: Vec<FeedEvent> = read.into_stream().try_collect().await.expect("it is read");
    assert!(!page.is_empty() && rest.starts_with(&page), "{page:?} {rest:?}");
    assert_eq!(whole[..4], first.events);
    assert!(whole[4..].starts_with(&rest), "{whole:?} {rest:?}");
}

/// From the end.
pub async fn who_follows_is_given_what_comes(client: Client) {
    let stream_type = own_type();
    let before = appended(&client, &stream_type).await;
    let read = client.feed().stream_types([stream_type.clone()]);
    once_there(&read, 6).await;
    let end = read.clone().from_end().page().await.expect("it is read");
    assert!(end.events.is_empty() && !end.has_more);
    let mut follow = read.after(end.next).follow();
    before
        .append_one(at(6), &numbered(7))
        .await
        .expect("it is appended");
    let coming = async {
        loop {
            let page = follow.next_page().await.expect("it is read");
            assert_eq!(follow.cursor(), Some(page.next.as_str()));
            // An event may come once more.
            let new = page.events.into_iter().find(|event| event.revision.as_u64() > 6);
            if let Some(event) = new {
                break event;
            }
        }
    };
    let event = tokio::time::timeout(Duration::from_secs(30), coming).await;
    assert_eq!(event.expect("it comes").revision.as_u64(), 7);
}

/// A filter selects the types that it names; an unknown type is no error.
pub async fn a_filter_takes_the_types_that_it_names(client: Client) {
    let (one, other) = (own_type(), own_type());
    appended(&client, &one).await;
    appended(&client, &other).await;
    let both = client.feed().stream_types([one.clone(), other.clone()]);
    once_there(&both, 12).await;
    once_there(&client.feed().stream_types([one.clone()]), 6).await;
    once_there(&client.feed().stream_types([own_type()]), 0).await;
    let unknown = "a-type-that-no-event-has".parse().expect("it is an event type");
    once_there(&both.event_types([unknown]), 0).await;
    let types = client.stream_types().await.expect("they are listed");
    assert!(types.is_sorted() && types.contains(&one) && types.contains(&other));
}

/// And not answered as if there were no more events.
pub async fn what_is_no_cursor_is_refused(client: Client) {
    let error = client
        .feed()
        .after("no cursor")
        .page()
        .await
        .expect_err("it is refused");
    assert!(error.is_invalid(), "{error}");
    assert!(
        error
            .messages()
            .is_some_and(|messages| messages.contains_key("after"))
    );
}
