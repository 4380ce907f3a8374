//! Receiving, acknowledging and hiding, call by call.

use std::time::Duration;

use event_store_client::sqs::Receipt;
use serde_json::{Value, json};
use wiremock::matchers::header;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{body, receiver};

async fn answering(operation: &str, response: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    let target = format!("AmazonSQS.{operation}");
    Mock::given(header("x-amz-target", target.as_str()))
        .respond_with(response)
        .mount(&server)
        .await;
    server
}

async fn sent(server: &MockServer) -> Vec<Value> {
    let requests = server.received_requests().await.unwrap();
    requests
        .iter()
        .map(|request| request.body_json().unwrap())
        .collect()
}

fn message(id: &str, body: &str) -> Value {
    // Without `MD5OfBody`, which the SDK would check.
    json!({
        "MessageId": id,
        "ReceiptHandle": format!("receipt-{id}"),
        "Body": body,
        "Attributes": {"ApproximateReceiveCount": "2"},
    })
}

/// Receipts come from receiving only.
async fn receipts(count: usize) -> Vec<Receipt> {
    let messages: Vec<Value> = (0..count)
        .map(|index| message(&index.to_string(), &body(1, 18)))
        .collect();
    let response = ResponseTemplate::new(200).set_body_json(json!({ "Messages": messages }));
    let server = answering("ReceiveMessage", response).await;
    let deliveries = receiver(&server).receive().await.unwrap();
    deliveries.into_iter().map(|delivery| delivery.receipt).collect()
}

#[tokio::test]
async fn one_malformed_message_does_not_fail_the_others() {
    let notification = body(1, 18);
    let envelope = json!({"Type": "Notification", "Message": notification}).to_string();
    let messages = [
        message("raw", &notification),
        message("bad", "{}"),
        message("enveloped", &envelope),
    ];
    let response = ResponseTemplate::new(200).set_body_json(json!({ "Messages": messages }));
    let server = answering("ReceiveMessage", response).await;
    let deliveries = receiver(&server).receive().await.unwrap();
    let [raw, bad, enveloped] = &deliveries[..] else {
        panic!("{deliveries:?}")
    };
    assert_eq!(
        raw.notification.as_ref().unwrap(),
        enveloped.notification.as_ref().unwrap()
    );
    assert_eq!(bad.notification.as_ref().unwrap_err().body, "{}");
    assert_eq!(bad.receipt.as_str(), "receipt-bad");
    assert_eq!((bad.message_id.as_str(), bad.times_received), ("bad", 2));
}

#[tokio::test]
async fn an_empty_queue_is_waited_on_and_gives_nothing() {
    let server = answering(
        "ReceiveMessage",
        ResponseTemplate::new(200).set_body_json(json!({})),
    )
    .await;
    assert!(receiver(&server).receive().await.unwrap().is_empty());
    let sent = &sent(&server).await[0];
    assert_eq!(
        (&sent["WaitTimeSeconds"], &sent["MaxNumberOfMessages"]),
        (&json!(20), &json!(10))
    );
}

#[tokio::test]
async fn a_queue_that_does_not_exist_is_named() {
    let refusal = json!({"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "no such queue"});
    let plain = ResponseTemplate::new(400).set_body_json(refusal);
    let code_of_old = "AWS.SimpleQueueService.NonExistentQueue;Sender";
    let as_on_aws = plain.clone().insert_header("x-amzn-query-error", code_of_old);
    for response in [plain, as_on_aws] {
        let server = answering("ReceiveMessage", response).await;
        let error = receiver(&server).receive().await.unwrap_err();
        assert!(error.is_queue_missing() && error.queue_url.ends_with("/queue"));
        assert!(std::error::Error::source(&error).is_some());
    }
    let server = answering("ReceiveMessage", ResponseTemplate::new(503)).await;
    assert!(!receiver(&server).receive().await.unwrap_err().is_queue_missing());
}

#[tokio::test]
async fn messages_are_acknowledged_ten_a_call() {
    let all_done = ResponseTemplate::new(200).set_body_json(json!({"Successful": [], "Failed": []}));
    let server = answering("DeleteMessageBatch", all_done).await;
    receiver(&server)
        .acknowledge_all(&receipts(12).await)
        .await
        .unwrap();
    let sizes: Vec<usize> = sent(&server)
        .await
        .iter()
        .map(|call| call["Entries"].as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [10, 2]);
}

#[tokio::test]
async fn nothing_to_acknowledge_calls_nobody() {
    let server = MockServer::start().await;
    receiver(&server).acknowledge_all(&[]).await.unwrap();
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_partial_failure_names_what_was_not_acknowledged() {
    let failed =
        json!([{"Id": "1", "Code": "ReceiptHandleIsInvalid", "Message": "expired", "SenderFault": true}]);
    let response = ResponseTemplate::new(200).set_body_json(json!({"Successful": [], "Failed": failed}));
    let server = answering("DeleteMessageBatch", response).await;
    let receipts = receipts(3).await;
    let error = receiver(&server).acknowledge_all(&receipts).await.unwrap_err();
    assert_eq!(error.to_string(), "1 of 3 messages are not acknowledged");
    assert_eq!(error.refusals[0].receipt, receipts[1]);
    assert_eq!(error.refusals[0].code.as_deref(), Some("ReceiptHandleIsInvalid"));
    assert!(
        !error.refusals[0].is_retryable,
        "the receipt stays as bad as it is"
    );
}

#[tokio::test]
async fn a_call_that_fails_names_every_message_of_it() {
    let server = answering("DeleteMessageBatch", ResponseTemplate::new(500)).await;
    let receipts = receipts(2).await;
    let error = receiver(&server).acknowledge_all(&receipts).await.unwrap_err();
    assert_eq!(error.refusals.len(), 2);
    assert!(error.refusals.iter().all(|refusal| refusal.is_retryable));
    let error = receiver(&server).acknowledge(&receipts[0]).await.unwrap_err();
    assert_eq!(error.refusals[0].receipt, receipts[0]);
}

#[tokio::test]
async fn a_call_that_fails_is_told_in_a_line() {
    let receipts = receipts(1).await;
    let denied =
        json!({"__type": "AccessDeniedException", "message": "User `reader` may not sqs:DeleteMessage"});
    let mut reasons = Vec::new();
    for response in [
        ResponseTemplate::new(403).set_body_json(denied),
        ResponseTemplate::new(502).set_body_string("<html>"),
    ] {
        let server = answering("DeleteMessageBatch", response).await;
        let error = receiver(&server).acknowledge_all(&receipts).await.unwrap_err();
        let refusal = &error.refusals[0];
        reasons.push(format!("{:?} {}", refusal.code, refusal.reason));
    }
    insta::assert_snapshot!(reasons.join("\n"), @r#"
    Some("AccessDeniedException") User `reader` may not sqs:DeleteMessage
    None service error: unhandled error: Error at offset 0: unexpected token '<'. Expected one of '{', '[', '"', 'null', 'true', 'false', <number>
    "#);
}

#[tokio::test]
async fn messages_are_hidden_ten_a_call_for_whole_seconds() {
    let all_done = ResponseTemplate::new(200).set_body_json(json!({"Successful": [], "Failed": []}));
    let server = answering("ChangeMessageVisibilityBatch", all_done).await;
    let receipts = receipts(11).await;
    let receiver = receiver(&server);
    receiver
        .hide(&receipts, Duration::from_millis(2_900))
        .await
        .unwrap();
    receiver
        .hide(&receipts[..1], Duration::from_hours(13))
        .await
        .unwrap();
    let calls = sent(&server).await;
    let entries = |call: usize| calls[call]["Entries"].as_array().unwrap();
    assert_eq!((entries(0).len(), entries(1).len()), (10, 1));
    assert_eq!(entries(0)[3]["ReceiptHandle"], "receipt-3");
    assert!(entries(0).iter().all(|entry| entry["VisibilityTimeout"] == 2));
    assert_eq!(
        entries(2)[0]["VisibilityTimeout"],
        12 * 60 * 60,
        "SQS takes no more"
    );
}

#[tokio::test]
async fn a_message_that_is_not_hidden_is_named() {
    let failed = json!([{"Id": "1", "Code": "InternalError", "SenderFault": false}]);
    let response = ResponseTemplate::new(200).set_body_json(json!({"Successful": [], "Failed": failed}));
    let server = answering("ChangeMessageVisibilityBatch", response).await;
    let receipts = receipts(2).await;
    let error = receiver(&server)
        .hide(&receipts, Duration::ZERO)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "1 of 2 messages are not hidden as long as they should be"
    );
    assert_eq!(error.refusals[0].receipt, receipts[1]);
    assert!(error.refusals[0].is_retryable);
}

#[tokio::test]
async fn the_queue_decides_for_how_long_messages_are_hidden_unless_the_receiver_does() {
    let server = answering(
        "ReceiveMessage",
        ResponseTemplate::new(200).set_body_json(json!({})),
    )
    .await;
    receiver(&server).receive().await.unwrap();
    let own = receiver(&server).visibility(Duration::from_secs(90));
    own.receive().await.unwrap();
    let calls = sent(&server).await;
    assert!(calls[0].get("VisibilityTimeout").is_none());
    assert_eq!(calls[1]["VisibilityTimeout"], 90);
}
