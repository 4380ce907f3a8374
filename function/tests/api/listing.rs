//! Listing the streams of a type.

use event_store_function::relay::catalogue::CatalogueWriter;
use event_store_types::Stream;
use serde_json::{Value, json};

use crate::support::Api;
use crate::support::a_feed;

/// Lists streams of type `order` in the catalogue, as the relay does, each a second after the one before.
async fn list(api: &Api, count: u128) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..count {
        let stream = Stream::new(
            "order".parse().unwrap(),
            uuid::Uuid::from_u128(number).into(),
            1.try_into().unwrap(),
            format!("2025-01-25T10:11:{number:02}Z").parse().unwrap(),
        );
        api.database
            .catalogue()
            .bring_forward(&stream, a_feed())
            .await
            .unwrap();
        ids.push(stream.stream_id.to_string());
    }
    ids
}

fn ids(page: &Value) -> Vec<String> {
    let streams = page["streamPage"]["streams"].as_array().unwrap();
    streams
        .iter()
        .map(|stream| stream["streamId"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn streams_come_oldest_update_first_in_pages() {
    let api = Api::start().await;
    let expected = list(&api, 25).await;
    for name in ["stream-next-page-key", "nextPageKey"] {
        let mut found = Vec::new();
        let mut path = "/streams/order?limit=10".to_owned();
        loop {
            let answer = api.get(&path).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            let page = answer.json();
            found.extend(ids(&page));
            if page["streamPage"]["hasMore"] == false {
                break;
            }
            path = format!(
                "/streams/order?limit=10&{name}={}",
                page["streamPage"]["nextPageKey"].as_str().unwrap()
            );
        }
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn streams_updated_at_the_moment_asked_for_or_later_are_listed() {
    let api = Api::start().await;
    let all = list(&api, 5).await;
    let answer = api
        .get("/streams/order?updated-after=2025-01-25T11:11:03.000000000%2B01:00")
        .await;
    assert_eq!(ids(&answer.json()), all[3..]);
}

#[tokio::test]
async fn a_type_without_streams_is_an_empty_page() {
    let api = Api::start().await;
    list(&api, 1).await;
    let answer = api.get("/streams/invoice").await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (200, json!({"streamPage": {"streams": [], "hasMore": false}}))
    );
}

#[tokio::test]
async fn a_page_key_of_another_type_is_refused() {
    let api = Api::start().await;
    list(&api, 3).await;
    let page = api.get("/streams/order?limit=1").await.json();
    let key = page["streamPage"]["nextPageKey"].as_str().unwrap();
    let answer = api.get(&format!("/streams/invoice?nextPageKey={key}")).await;
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.json()["details"]["messages"],
        json!({"nextPageKey": ["was issued for another stream type"]})
    );
}

#[tokio::test]
async fn a_page_asks_each_shard_once() {
    let api = Api::start().await;
    list(&api, 10).await;
    api.database.witness.take();
    api.get("/streams/order").await;
    assert_eq!(api.database.witness.take(), vec!["Query"; 8]);
}
