//! A scripted store: what it answers, and clients of it.

use std::time::Duration;

use event_store_client::types::{NewEvent, Payload, StreamId, StreamType};
use event_store_client::{Client, RetryPolicy};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

pub(crate) const STREAM_ID: &str = "2886e475-d5cc-40f7-aec5-401071388b3c";
pub(crate) const EVENT_ID: &str = "0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10";

/// A client that pauses briefly between attempts.
pub(crate) fn client(base_url: &str) -> Client {
    Client::builder(base_url).retry(brief()).build().unwrap()
}

pub(crate) fn brief() -> RetryPolicy {
    RetryPolicy::default()
        .attempts(3)
        .first_pause(Duration::from_millis(1))
}

/// Answers the given responses in turn, each once.
pub(crate) async fn answering(responses: impl IntoIterator<Item = ResponseTemplate>) -> MockServer {
    let server = MockServer::start().await;
    for (index, response) in responses.into_iter().enumerate() {
        let priority = u8::try_from(index + 1).unwrap();
        Mock::given(any())
            .respond_with(response)
            .up_to_n_times(1)
            .with_priority(priority)
            .mount(&server)
            .await;
    }
    server
}

pub(crate) async fn requests(server: &MockServer) -> Vec<Request> {
    server.received_requests().await.unwrap()
}

pub(crate) fn order() -> StreamType {
    "order".parse().unwrap()
}

pub(crate) fn stream_id() -> StreamId {
    STREAM_ID.parse().unwrap()
}

/// An event without an id.
pub(crate) fn placed() -> NewEvent {
    NewEvent::new(
        "placed".parse().unwrap(),
        Payload::from_text(r#"{"total": 12.50}"#).unwrap(),
    )
}

pub(crate) fn stream(revision: u64) -> Value {
    json!({
        "streamId": STREAM_ID,
        "streamType": "order",
        "revision": revision,
        "updatedAt": "2025-01-25T10:11:12.000000Z",
    })
}

pub(crate) fn event(revision: u64) -> Value {
    json!({
        "streamId": STREAM_ID,
        "revision": revision,
        "eventType": "placed",
        "payload": {},
        "createdAt": "2025-01-25T10:11:12.000000Z",
        "eventId": EVENT_ID,
    })
}

/// 201 with the stream at `revision`.
pub(crate) fn written(revision: u64) -> ResponseTemplate {
    ResponseTemplate::new(201).set_body_json(json!({"stream": stream(revision)}))
}

/// A problem of the store.
pub(crate) fn problem(status: u16, problem_type: &str, details: &Value) -> ResponseTemplate {
    let body = json!({
        "type": problem_type,
        "title": "A title",
        "status": status,
        "detail": "a detail",
        "requestId": "request-1",
        "message": "a detail",
        "details": details,
    });
    ResponseTemplate::new(status).set_body_raw(body.to_string(), "application/problem+json")
}
