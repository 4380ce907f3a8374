//! The feed: what is asked for, and what is made of the answers.

use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use serde_json::{Value, json};
use wiremock::{MockServer, ResponseTemplate};

use crate::store::{answering, client, event, order, problem, requests};

fn page(revisions: &[u64], has_more: bool, next: &str) -> ResponseTemplate {
    let of = |revision: &u64| {
        let mut event = event(*revision);
        event["streamType"] = "order".into();
        event
    };
    let events: Vec<Value> = revisions.iter().map(of).collect();
    let page = json!({"events": events, "hasMore": has_more, "next": next});
    ResponseTemplate::new(200).set_body_json(json!({ "feedPage": page }))
}

async fn asked(server: &MockServer) -> Vec<String> {
    let path = |sent: &wiremock::Request| match sent.url.query() {
        Some(query) => format!("{}?{query}", sent.url.path()),
        None => sent.url.path().to_owned(),
    };
    requests(server).await.iter().map(path).collect()
}

fn revisions(page: &event_store_client::types::FeedPage) -> Vec<u64> {
    page.events.iter().map(|event| event.revision.as_u64()).collect()
}

#[tokio::test]
async fn events_are_read_page_after_page_and_empty_pages_are_gone_past() {
    let server = answering([
        page(&[1, 2], true, "a"),
        page(&[], true, "b"),
        page(&[3], false, "c"),
    ])
    .await;
    let read = client(&server.uri()).feed().page_size(2);
    let events: Vec<_> = read.into_stream().try_collect().await.unwrap();
    let read: Vec<u64> = events.iter().map(|event| event.revision.as_u64()).collect();
    assert_eq!(read, [1, 2, 3]);
    assert_eq!(events[0].stream_type, order());
    assert_eq!(
        asked(&server).await,
        ["/feed?limit=2", "/feed?after=a&limit=2", "/feed?after=b&limit=2"]
    );
}

#[tokio::test]
async fn a_cursor_goes_in_and_comes_out_and_filters_are_named_each() {
    let server = answering([page(&[], true, "b"), page(&[], false, "c")]).await;
    let types = ["order".parse().unwrap(), "invoice".parse().unwrap()];
    let events = ["paid".parse().unwrap(), "a & b".parse().unwrap()];
    let read = client(&server.uri()).feed().after("a").stream_types(types);
    let mut pages = read.event_types(events).pages();
    assert!(pages.next_page().await.unwrap().is_none());
    assert_eq!(
        pages.cursor(),
        Some("c"),
        "what was passed over is not read again"
    );
    let filter = "stream-type=invoice&stream-type=order&event-type=a+%26+b&event-type=paid";
    assert_eq!(
        asked(&server).await,
        [
            format!("/feed?after=a&{filter}"),
            format!("/feed?after=b&{filter}")
        ]
    );
}

#[tokio::test]
async fn who_begins_at_the_end_asks_for_it_once() {
    let server = answering([page(&[], false, "e"), page(&[7], false, "f")]).await;
    let mut follow = client(&server.uri()).feed().from_end().follow();
    let first = follow.next_page().await.unwrap();
    assert_eq!(revisions(&first), [7]);
    assert_eq!(follow.cursor(), Some("f"));
    assert_eq!(asked(&server).await, ["/feed?after=end", "/feed?after=e"]);
}

#[tokio::test]
async fn a_follower_asks_again_from_where_it_was_and_a_full_page_at_once() {
    let server = answering([
        page(&[1], true, "a"),
        page(&[2], false, "b"),
        page(&[], false, "b"),
        page(&[3], false, "c"),
    ])
    .await;
    let brief = Duration::from_millis(1);
    let mut follow = client(&server.uri()).feed().follow().pauses(brief, brief);
    for expected in [1, 2, 3] {
        assert_eq!(revisions(&follow.next_page().await.unwrap()), [expected]);
    }
    assert_eq!(
        asked(&server).await,
        ["/feed", "/feed?after=a", "/feed?after=b", "/feed?after=b"]
    );
}

#[tokio::test]
async fn an_error_is_given_out_and_the_same_page_is_asked_for_again() {
    let server = answering([
        page(&[1], true, "a"),
        problem(400, "invalid-request", &json!({})),
        page(&[2], false, "b"),
    ])
    .await;
    let brief = Duration::from_millis(1);
    let mut events = client(&server.uri())
        .feed()
        .follow()
        .pauses(brief, brief)
        .into_stream();
    assert_eq!(events.next().await.unwrap().unwrap().revision.as_u64(), 1);
    events.next().await.unwrap().unwrap_err();
    assert_eq!(events.next().await.unwrap().unwrap().revision.as_u64(), 2);
    assert_eq!(asked(&server).await, ["/feed", "/feed?after=a", "/feed?after=a"]);
}

#[tokio::test]
async fn a_feed_that_was_begun_anew_is_told_apart_and_not_tried_again() {
    let server = answering([problem(410, "feed-begun-anew", &json!({}))]).await;
    let error = client(&server.uri()).feed().after("a").page().await.unwrap_err();
    assert!(error.is_feed_begun_anew() && !error.is_retryable(), "{error}");
    assert_eq!(asked(&server).await, ["/feed?after=a"]);
}

#[tokio::test]
async fn pages_that_go_round_end_the_reading() {
    let server = answering([page(&[1], true, "a"), page(&[1], true, "a")]).await;
    let error = client(&server.uri())
        .feed()
        .into_stream()
        .try_collect::<Vec<_>>()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("/feed"), "{error}");
}

#[tokio::test]
async fn the_types_of_streams_are_one_request() {
    let answer = json!({"streamTypes": ["invoice", "order"]});
    let server = answering([ResponseTemplate::new(200).set_body_json(answer)]).await;
    let types = client(&server.uri()).stream_types().await.unwrap();
    assert_eq!(types, ["invoice".parse().unwrap(), order()]);
    assert_eq!(asked(&server).await, ["/streams"]);
}
