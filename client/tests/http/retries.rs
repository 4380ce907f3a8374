//! What is sent again, how often, and what is known afterwards.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use event_store_client::types::{ExpectedRevision, Revision};
use event_store_client::{Client, RetryPolicy};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use wiremock::ResponseTemplate;

use crate::store::{answering, brief, client, event, order, placed, problem, requests, stream_id, written};

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
        .append(&order(), stream_id(), Revision::FIRST, placed())
        .await
        .unwrap();
    assert!(appended.replayed);
    let sent = requests(&server).await;
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].body, sent[1].body);
    assert!(sent[0].body_json::<Value>().unwrap()["events"][0]["eventId"].is_string());
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
    let error = client.create_stream(&order(), placed()).await.unwrap_err();
    assert_eq!(error.attempts(), 1);
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
    let sent = &requests(&server).await[0];
    assert!(sent.url.path().contains(&unsettled.stream_id.to_string()));
    let sent: Value = sent.body_json().unwrap();
    assert_eq!(unsettled.expected_revision, ExpectedRevision::NoStream);
    let event_id = unsettled.events[0].event_id.unwrap().to_string();
    assert_eq!(sent["events"][0]["eventId"], event_id);
    let debug = format!("{error:?}");
    assert_eq!(
        debug.matches("12.50").count(),
        1,
        "the payload is told once: {debug}"
    );
}

#[tokio::test]
async fn an_unsettled_write_is_settled_in_the_same_words() {
    let replayed = written(1).insert_header("idempotency-replayed", "true");
    let failures = (0..3).map(|_| ResponseTemplate::new(502));
    let server = answering(failures.chain([replayed])).await;
    let client = client(&server.uri());
    let error = client.create_stream(&order(), placed()).await.unwrap_err();
    // Another process may be the one that settles it.
    let kept = serde_json::to_string(error.unsettled().unwrap()).unwrap();
    let settled = client
        .settle(&serde_json::from_str(&kept).unwrap())
        .await
        .unwrap();
    assert!(settled.replayed);
    let sent = requests(&server).await;
    assert_eq!(sent[0].body, sent[3].body);
}

#[tokio::test]
async fn what_settles_nothing_leaves_a_write_unsettled() {
    let refusal = ResponseTemplate::new(403).set_body_json(json!({"Message": "Forbidden"}));
    // The stream may grow up to the revision before an attempt that is still under way arrives.
    let early = problem(
        409,
        "revision-conflict",
        &json!({"expectedRevision": 1, "currentRevision": 1}),
    );
    for answer in [refusal, early] {
        let server = answering([ResponseTemplate::new(500), answer.clone(), answer]).await;
        let client = client(&server.uri());
        let error = client.create_stream(&order(), placed()).await.unwrap_err();
        assert!(error.is_forbidden() || error.is_conflict());
        let again = client.settle(error.unsettled().unwrap()).await.unwrap_err();
        assert!(again.unsettled().is_some());
    }
}

#[tokio::test]
async fn a_lost_race_settles_what_was_unknown() {
    let details = json!({"expectedRevision": 1, "currentRevision": 3, "event": event(2)});
    let conflict = problem(409, "revision-conflict", &details);
    let server = answering([ResponseTemplate::new(500), conflict]).await;
    let error = client(&server.uri())
        .append(&order(), stream_id(), Revision::FIRST, placed())
        .await
        .unwrap_err();
    assert!(error.is_conflict() && error.unsettled().is_none());
    assert_eq!(error.attempts(), 2);
}

#[tokio::test]
async fn each_retry_is_told_with_its_reason_and_its_pause() {
    let server = answering([ResponseTemplate::new(502), ResponseTemplate::new(500), written(1)]).await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let noted = told.clone();
    let client = Client::builder(server.uri())
        .retry(brief())
        .on_retry(move |retry| {
            assert!(retry.pause > Duration::ZERO);
            let status = retry.error.status().unwrap().as_u16();
            noted.lock().unwrap().push((retry.error.attempts(), status));
        })
        .build()
        .unwrap();
    client.create_stream(&order(), placed()).await.unwrap();
    assert_eq!(*told.lock().unwrap(), [(1, 502), (2, 500)]);
}

#[tokio::test]
async fn an_operation_ends_at_its_timeout_however_often_it_could_be_tried() {
    let server = answering([problem(503, "throttled", &json!({})).insert_header("retry-after", "3")]).await;
    let client = Client::builder(server.uri())
        .operation_timeout(Duration::from_secs(2))
        .build()
        .unwrap();
    // Waiting as long as asked for would take it beyond.
    let error = client.create_stream(&order(), placed()).await.unwrap_err();
    assert_eq!(error.attempts(), 1);
    assert!(error.is_retryable() && error.unsettled().is_some());
}

#[tokio::test]
async fn an_operation_cuts_an_attempt_short() {
    let server = answering([written(1).set_delay(Duration::from_secs(30))]).await;
    let client = Client::builder(server.uri())
        .operation_timeout(Duration::from_millis(500))
        .build()
        .unwrap();
    let error = client.create_stream(&order(), placed()).await.unwrap_err();
    assert_eq!((error.attempts(), error.status()), (1, None));
    assert!(error.unsettled().is_some());
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
        "`GET /liveness-check`: the store could not be reached (3 attempts)"
    );
}

#[tokio::test]
async fn a_hung_server_is_given_up_after_a_while_that_nobody_had_to_set() {
    let client = Client::builder("http://127.0.0.1:1").build().unwrap();
    assert!(
        format!("{client:?}").contains("operation_timeout: Some(30s)"),
        "{client:?}"
    );
    // Times that no clock reaches are no time-outs.
    let server = answering([written(1)]).await;
    let client = Client::builder(server.uri())
        .operation_timeout(Duration::MAX)
        .attempt_timeout(Duration::MAX)
        .build()
        .unwrap();
    client.create_stream(&order(), placed()).await.unwrap();
}

#[tokio::test]
async fn an_error_tells_what_led_to_it_when_it_is_asked_to() {
    let client = Client::builder("http://127.0.0.1:1")
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let error = client.liveness().await.unwrap_err();
    let (brief, all) = (format!("{error}"), format!("{error:#}"));
    assert!(all.starts_with(&brief) && all.len() > brief.len(), "{all}");
    assert!(all.to_lowercase().contains("connection refused"), "{all}");
}
