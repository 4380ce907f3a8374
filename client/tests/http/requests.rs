//! What is sent, and what a good answer becomes.

use event_store_client::types::{EventId, Revision};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::store::{
    EVENT_ID, STREAM_ID, answering, client, order, placed, requests, stream, stream_id, written,
};

#[tokio::test]
async fn a_create_sends_ids_of_its_own() {
    let server = answering([written(1), written(1)]).await;
    let client = client(&server.uri());
    client.create_stream(&order(), placed()).await.unwrap();
    client.create_stream(&order(), placed()).await.unwrap();
    let sent = requests(&server).await;
    let bodies: Vec<Value> = sent.iter().map(|sent| sent.body_json().unwrap()).collect();
    for (sent, body) in sent.iter().zip(&bodies) {
        let stream_id = sent.url.path().split('/').nth(3).unwrap();
        let event_id = body["events"][0]["eventId"].as_str().unwrap();
        assert!(stream_id.parse::<uuid::Uuid>().is_ok() && event_id.parse::<uuid::Uuid>().is_ok());
    }
    assert_ne!(sent[0].url.path(), sent[1].url.path());
    assert_ne!(
        bodies[0]["events"][0]["eventId"],
        bodies[1]["events"][0]["eventId"]
    );
}

#[tokio::test]
async fn the_callers_ids_are_kept() {
    let server = answering([written(1)]).await;
    let mut event = placed();
    event.event_id = Some(EVENT_ID.parse::<EventId>().unwrap());
    let created = client(&server.uri())
        .create_stream_with_id(&order(), stream_id(), event)
        .await
        .unwrap();
    assert!(!created.replayed);
    assert_eq!(created.stream.revision, Revision::FIRST);
    let sent = &requests(&server).await[0];
    assert_eq!(
        (sent.method.as_str(), sent.url.path()),
        ("POST", format!("/streams/order/{STREAM_ID}/events").as_str())
    );
    assert_eq!(sent.headers["content-type"], "application/json");
    // The payload's text is untouched, white space included.
    assert_eq!(
        String::from_utf8(sent.body.clone()).unwrap(),
        format!(
            r#"{{"expectedRevision":0,"events":[{{"eventId":"{EVENT_ID}","eventType":"placed","payload":{{"total": 12.50}}}}]}}"#
        )
    );
}

#[tokio::test]
async fn an_append_is_sent_below_the_base_urls_path() {
    let server = answering([written(2).insert_header("idempotency-replayed", "true")]).await;
    let client = client(&format!("{}/_aws/lambda-url/abc/", server.uri()));
    let appended = client
        .append(&order(), stream_id(), Revision::FIRST, [placed(), placed()])
        .await
        .unwrap();
    assert!(appended.replayed);
    let sent = &requests(&server).await[0];
    assert_eq!(sent.method.as_str(), "POST");
    assert_eq!(
        sent.url.path(),
        format!("/_aws/lambda-url/abc/streams/order/{STREAM_ID}/events")
    );
    let body: Value = sent.body_json().unwrap();
    assert_eq!(body["expectedRevision"], 1);
    let ids: Vec<&str> = [0, 1]
        .map(|place| body["events"][place]["eventId"].as_str().unwrap())
        .into();
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn details_are_the_stream_as_it_stands() {
    let server = answering([ResponseTemplate::new(200).set_body_json(json!({"stream": stream(7)}))]).await;
    let found = client(&server.uri()).stream(&order(), stream_id()).await.unwrap();
    assert_eq!(found.revision.as_u64(), 7);
    assert_eq!(
        requests(&server).await[0].url.path(),
        format!("/streams/order/{STREAM_ID}/details")
    );
}

#[tokio::test]
async fn liveness_is_asked_for() {
    let body = json!({"status": "ok", "at": "2025-01-25T10:11:12.000000Z"});
    let server = answering([ResponseTemplate::new(200).set_body_json(body)]).await;
    assert_eq!(client(&server.uri()).liveness().await.unwrap().status, "ok");
    assert_eq!(requests(&server).await[0].url.path(), "/liveness-check");
}
