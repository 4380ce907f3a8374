//! What is sent again, how often, and what is known afterwards.

use std::time::{Duration, Instant};

use event_store_client::{Client, RetryPolicy};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wiremock::ResponseTemplate;

use crate::store::{answering, brief, client, order, placed, problem, requests, stream, stream_id, written};

#[tokio::test]
async fn a_write_whose_answer_is_late_is_sent_again_word_for_word() {
    let late = written(2).set_delay(Duration::from_secs(30));
    let replayed = written(2).insert_header("idempotency-replayed", "true");
    let server = answering([late, replayed]).await;
    let client = Client::builder(server.uri())
        .attempt_timeout(Duration::from_secs(1))
        .retry(brief())
        .build()
        .unwrap();
    let appended = client
        .append(&order(), stream_id(), 2.try_into().unwrap(), placed())
        .await
        .unwrap();
    assert!(appended.replayed);
    let sent = requests(&server).await;
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].body, sent[1].body);
    assert!(sent[0].body_json::<Value>().unwrap()["event"]["eventId"].is_string());
}

#[tokio::test]
async fn a_connection_closed_instead_of_an_answer_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let store = tokio::spawn(async move {
        let (mut first, _) = listener.accept().await.unwrap();
        let written = read_request(&mut first).await;
        drop(first);
        let (mut second, _) = listener.accept().await.unwrap();
        let repeated = read_request(&mut second).await;
        let body = json!({"stream": stream(1)}).to_string();
        let head = format!("HTTP/1.1 201 Created\r\ncontent-length: {}\r\n\r\n", body.len());
        second
            .write_all(format!("{head}{body}").as_bytes())
            .await
            .unwrap();
        (written, repeated)
    });
    client(&format!("http://{address}"))
        .create_stream(&order(), placed())
        .await
        .unwrap();
    let (written, repeated) = store.await.unwrap();
    assert_eq!(written, repeated);
}

/// Reads until the last brace of the body.
async fn read_request(connection: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"}}") {
        assert_ne!(
            connection.read_buf(&mut bytes).await.unwrap(),
            0,
            "the request ends early"
        );
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn only_answers_that_may_change_are_asked_for_again() {
    for (status, expected) in [
        (400, 1),
        (403, 1),
        (404, 1),
        (405, 1),
        (409, 1),
        (413, 1),
        (415, 1),
        (429, 3),
        (500, 3),
        (502, 3),
        (503, 3),
        (504, 3),
    ] {
        let server = answering((0..3).map(|_| ResponseTemplate::new(status))).await;
        let error = client(&server.uri())
            .stream(&order(), stream_id())
            .await
            .unwrap_err();
        assert_eq!(requests(&server).await.len(), expected, "{status}");
        assert_eq!(error.attempts() as usize, expected, "{status}");
        assert_eq!(error.is_retryable(), expected > 1, "{status}");
    }
}

#[tokio::test]
async fn a_retry_after_is_waited_for() {
    let busy = problem(503, "throttled", &json!({})).insert_header("retry-after", "1");
    let server = answering([busy, written(1)]).await;
    let began = Instant::now();
    client(&server.uri())
        .create_stream(&order(), placed())
        .await
        .unwrap();
    assert!(began.elapsed() >= Duration::from_secs(1), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_retry_after_longer_than_is_waited_for_ends_the_trying() {
    let busy = problem(503, "throttled", &json!({})).insert_header("retry-after", "60");
    let server = answering([busy]).await;
    let error = client(&server.uri())
        .stream(&order(), stream_id())
        .await
        .unwrap_err();
    assert!(error.is_retryable());
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn a_policy_of_one_attempt_sends_once() {
    let server = answering([ResponseTemplate::new(500), written(1)]).await;
    let client = Client::builder(server.uri())
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    assert!(client.create_stream(&order(), placed()).await.is_err());
    assert_eq!(requests(&server).await.len(), 1);
}

#[tokio::test]
async fn a_write_that_may_have_been_carried_out_names_its_ids() {
    let server = answering((0..3).map(|_| problem(503, "store-unavailable", &json!({})))).await;
    let error = client(&server.uri())
        .create_stream(&order(), placed())
        .await
        .unwrap_err();
    let unsettled = error.unsettled().unwrap();
    let sent: Value = requests(&server).await[0].body_json().unwrap();
    assert_eq!(sent["streamId"], unsettled.stream_id.to_string());
    assert_eq!(sent["initialEvent"]["eventId"], unsettled.event_id.to_string());
}

#[tokio::test]
async fn a_refusal_by_aws_after_an_unknown_outcome_settles_nothing() {
    let forbidden = ResponseTemplate::new(403).set_body_json(json!({"Message": "Forbidden"}));
    let server = answering([ResponseTemplate::new(500), forbidden]).await;
    let error = client(&server.uri())
        .create_stream(&order(), placed())
        .await
        .unwrap_err();
    assert!(error.is_forbidden() && error.unsettled().is_some());
}

#[tokio::test]
async fn a_conflict_settles_what_was_unknown() {
    let conflict = problem(
        409,
        "revision-conflict",
        &json!({"expectedRevision": 1, "currentRevision": 3}),
    );
    let server = answering([ResponseTemplate::new(500), conflict]).await;
    let error = client(&server.uri())
        .append(&order(), stream_id(), 2.try_into().unwrap(), placed())
        .await
        .unwrap_err();
    assert!(error.is_conflict());
    assert_eq!(error.attempts(), 2);
    assert_eq!(error.unsettled(), None);
}

#[tokio::test]
async fn a_store_that_does_not_listen_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = Client::builder(format!("http://{address}"))
        .retry(brief())
        .build()
        .unwrap();
    let error = client.liveness().await.unwrap_err();
    assert!(error.is_retryable());
    assert_eq!(
        (error.attempts(), error.status(), error.request_id()),
        (3, None, None)
    );
    assert_eq!(
        error.to_string(),
        "`GET /liveness-check`: there was no answer (3 attempts)"
    );
}
