//! Reading over pages.

use futures::TryStreamExt;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::store::{answering, client, event, order, problem, requests, stream, stream_id};

fn event_page(revisions: &[u64], has_more: bool, last: u64) -> ResponseTemplate {
    let events: Vec<Value> = revisions.iter().copied().map(event).collect();
    let page = json!({"events": events, "hasMore": has_more, "lastEvaluatedRevision": last});
    ResponseTemplate::new(200).set_body_json(json!({ "eventPage": page }))
}

fn stream_page(revisions: &[u64], has_more: bool, next: Option<&str>) -> ResponseTemplate {
    let streams: Vec<Value> = revisions.iter().copied().map(stream).collect();
    let mut page = json!({"streams": streams, "hasMore": has_more});
    if let Some(next) = next {
        page["nextPageKey"] = next.into();
    }
    ResponseTemplate::new(200).set_body_json(json!({ "streamPage": page }))
}

async fn queries(server: &wiremock::MockServer) -> Vec<String> {
    requests(server)
        .await
        .iter()
        .map(|sent| sent.url.query().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test]
async fn events_are_read_page_after_page_in_order() {
    let server = answering([
        event_page(&[3, 4], true, 4),
        event_page(&[5], true, 5),
        event_page(&[], false, 5),
    ])
    .await;
    let read = client(&server.uri())
        .events(&order(), stream_id())
        .after(2.try_into().unwrap())
        .page_size(2);
    let events: Vec<_> = read.into_stream().try_collect().await.unwrap();
    assert_eq!(
        events
            .iter()
            .map(|event| event.revision.as_u64())
            .collect::<Vec<_>>(),
        [3, 4, 5]
    );
    assert_eq!(
        queries(&server).await,
        [
            "after-revision=2&limit=2",
            "after-revision=4&limit=2",
            "after-revision=5&limit=2"
        ]
    );
}

#[tokio::test]
async fn a_limit_ends_the_reading_without_another_request() {
    let server = answering([event_page(&[1, 2, 3], true, 3)]).await;
    let read = client(&server.uri()).events(&order(), stream_id()).limit(2);
    let events: Vec<_> = read.into_stream().try_collect().await.unwrap();
    assert_eq!(events.len(), 2);
    assert_eq!(queries(&server).await, ["limit=2"]);
}

#[tokio::test]
async fn one_page_can_be_read_by_itself() {
    let server = answering([event_page(&[1, 2], true, 2)]).await;
    let page = client(&server.uri())
        .events(&order(), stream_id())
        .page()
        .await
        .unwrap();
    assert!(page.has_more);
    assert_eq!(page.last_evaluated_revision.as_u64(), 2);
    assert_eq!(queries(&server).await, [""]);
}

#[tokio::test]
async fn streams_are_listed_page_after_page() {
    let server = answering([
        stream_page(&[1], true, Some("v1.a b+c/d=")),
        stream_page(&[2], false, None),
    ])
    .await;
    let moment = "2025-01-25T10:11:12Z".parse().unwrap();
    let list = client(&server.uri()).streams(&order()).updated_after(moment);
    let streams: Vec<_> = list.into_stream().try_collect().await.unwrap();
    assert_eq!(streams.len(), 2);
    let sent = requests(&server).await;
    let query: Vec<_> = sent[1].url.query_pairs().into_owned().collect();
    assert_eq!(
        query,
        [
            (
                "updated-after".to_owned(),
                "2025-01-25T10:11:12.000000Z".to_owned()
            ),
            ("stream-next-page-key".to_owned(), "v1.a b+c/d=".to_owned())
        ]
    );
}

#[tokio::test]
async fn a_listing_can_be_continued_from_a_page_key() {
    let server = answering([stream_page(&[2], true, Some("next"))]).await;
    let page = client(&server.uri())
        .streams(&order())
        .page_key("key")
        .page_size(1)
        .page()
        .await
        .unwrap();
    assert_eq!(page.next_page_key.as_deref(), Some("next"));
    assert_eq!(queries(&server).await, ["stream-next-page-key=key&limit=1"]);
}

#[tokio::test]
async fn a_page_that_continues_with_itself_is_an_error_and_not_a_loop() {
    let server = answering([
        stream_page(&[1], true, Some("key")),
        stream_page(&[2], true, Some("key")),
    ])
    .await;
    let mut streams = client(&server.uri()).streams(&order()).into_stream();
    assert!(streams.try_next().await.unwrap().is_some());
    assert!(streams.try_next().await.unwrap().is_some());
    let error = streams.try_next().await.unwrap_err();
    insta::assert_snapshot!(error, @"`GET /streams/order`: the page after `key` says that it is followed by itself or by one before it");
    assert!(streams.try_next().await.unwrap().is_none());
    assert_eq!(requests(&server).await.len(), 2);
}

#[tokio::test]
async fn a_page_of_events_that_does_not_advance_is_an_error() {
    let server = answering([event_page(&[], true, 2)]).await;
    let mut events = client(&server.uri())
        .events(&order(), stream_id())
        .after(2.try_into().unwrap())
        .into_stream();
    let error = events.try_next().await.unwrap_err();
    assert!(error.to_string().contains("the page after `2`"), "{error}");
    assert_eq!(requests(&server).await.len(), 1);
}

#[tokio::test]
async fn a_page_that_does_not_tell_where_the_next_begins_is_an_error() {
    let server = answering([stream_page(&[1], true, None)]).await;
    let error = client(&server.uri())
        .streams(&order())
        .into_stream()
        .try_next()
        .await
        .unwrap_err();
    insta::assert_snapshot!(error, @"`GET /streams/order`: the page says that there is more, but not where");
}

#[tokio::test]
async fn an_absent_stream_ends_the_reading_with_an_error() {
    let server = answering([problem(404, "stream-not-found", &json!({}))]).await;
    let mut events = client(&server.uri()).events(&order(), stream_id()).into_stream();
    assert!(events.try_next().await.unwrap_err().is_not_found());
    assert!(events.try_next().await.unwrap().is_none());
}
