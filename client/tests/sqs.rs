//! The receiver against a scripted SQS.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use event_store_client::sqs::{Receipt, Receiver};
use serde_json::{Value, json};
use wiremock::matchers::header;
use wiremock::{Mock, MockServer, ResponseTemplate};

const NOTIFICATION: &str =
    r#"{"StreamId":"2886e475-d5cc-40f7-aec5-401071388b3c","StreamType":"order","StreamRevision":"18"}"#;

async fn answering(operation: &str, response: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    let target = format!("AmazonSQS.{operation}");
    Mock::given(header("x-amz-target", target.as_str()))
        .respond_with(response)
        .mount(&server)
        .await;
    server
}

fn receiver(server: &MockServer) -> Receiver {
    let configuration = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .endpoint_url(server.uri())
        .build();
    Receiver::new(
        aws_sdk_sqs::Client::from_conf(configuration),
        format!("{}/queue", server.uri()),
    )
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
        .map(|index| message(&index.to_string(), NOTIFICATION))
        .collect();
    let response = ResponseTemplate::new(200).set_body_json(json!({ "Messages": messages }));
    let server = answering("ReceiveMessage", response).await;
    let deliveries = receiver(&server).receive().await.unwrap();
    deliveries.into_iter().map(|delivery| delivery.receipt).collect()
}

#[tokio::test]
async fn one_malformed_message_does_not_fail_the_others() {
    let envelope = json!({"Type": "Notification", "Message": NOTIFICATION}).to_string();
    let messages = [
        message("raw", NOTIFICATION),
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
    let server = answering(
        "ReceiveMessage",
        ResponseTemplate::new(400).set_body_json(refusal),
    )
    .await;
    let error = receiver(&server).receive().await.unwrap_err();
    assert!(error.queue_url.ends_with("/queue"));
    assert!(std::error::Error::source(&error).is_some());
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
}

#[tokio::test]
async fn a_call_that_fails_names_every_message_of_it() {
    let server = answering("DeleteMessageBatch", ResponseTemplate::new(500)).await;
    let receipts = receipts(2).await;
    let error = receiver(&server).acknowledge_all(&receipts).await.unwrap_err();
    assert_eq!(error.refusals.len(), 2);
    let error = receiver(&server).acknowledge(&receipts[0]).await.unwrap_err();
    assert_eq!(error.refusals[0].receipt, receipts[0]);
}
