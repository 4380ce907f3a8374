//! A handler as a Lambda function.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aws_lambda_events::event::sns::SnsEvent;
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use event_store_client::BoxError;
use event_store_client::lambda::{Function, from_sqs};
use event_store_client::notification::Handler;
use event_store_client::types::Notification;
use serde_json::{Value, json};
use tokio::sync::{Barrier, Notify};

use crate::{body, numbers};

/// An event as a queue's event source mapping gives it, of messages by id and body.
fn event(messages: &[(&str, String)]) -> SqsEvent {
    let records: Vec<Value> = messages
        .iter()
        .map(|(id, body)| {
            json!({
                "messageId": id,
                "receiptHandle": format!("receipt-{id}"),
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183"},
                "messageAttributes": {"StreamType": {"stringValue": "order", "dataType": "String"}},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:orders",
                "awsRegion": "eu-central-1",
            })
        })
        .collect();
    serde_json::from_value(json!({ "Records": records })).unwrap()
}

/// As Lambda reads the answer.
fn failures(response: &SqsBatchResponse) -> Vec<String> {
    let answer = serde_json::to_value(response).unwrap();
    let failures = answer["batchItemFailures"].as_array().unwrap();
    failures
        .iter()
        .map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned())
        .collect()
}

/// What a handler was given.
type Handled = Arc<Mutex<Vec<(u128, u64)>>>;

/// A handler that fails at the revisions `failing` of any stream, and what it was given.
fn failing_at(failing: &'static [u64]) -> (Handled, Function<impl Handler>) {
    let handled = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&handled);
    let function = Function::new(move |notification: Notification| {
        let (stream, revision) = numbers(&notification);
        noted.lock().unwrap().push((stream, revision));
        std::future::ready(if failing.contains(&revision) {
            Err(BoxError::from("not today"))
        } else {
            Ok(())
        })
    });
    (handled, function)
}

#[tokio::test]
async fn a_batch_that_is_handled_has_no_failures() {
    let (handled, function) = failing_at(&[]);
    let enveloped = json!({"Type": "Notification", "Message": body(2, 1)}).to_string();
    let response = function
        .handle_sqs(event(&[("a", body(1, 1)), ("b", enveloped)]))
        .await;
    assert_eq!(
        serde_json::to_string(&response).unwrap(),
        r#"{"batchItemFailures":[]}"#
    );
    assert_eq!(handled.lock().unwrap().len(), 2);
    assert_eq!(
        failures(&function.handle_sqs(event(&[])).await),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_failure_fails_what_is_behind_it_in_its_stream_and_nothing_else() {
    let (handled, function) = failing_at(&[2]);
    let batch = [
        ("1-3", body(1, 3)),
        ("1-2", body(1, 2)),
        ("1-1", body(1, 1)),
        ("2-1", body(2, 1)),
        ("2-3", body(2, 3)),
    ];
    let response = function.handle_sqs(event(&batch)).await;
    assert_eq!(
        failures(&response),
        ["1-3", "1-2"],
        "in the order in which they came"
    );
    let mut handled = handled.lock().unwrap().clone();
    handled.sort_unstable();
    assert_eq!(handled, [(1, 1), (1, 2), (2, 1), (2, 3)], "and 1-3 was not begun");
}

#[tokio::test]
async fn a_malformed_message_is_a_failure_of_its_own() {
    let (handled, function) = failing_at(&[]);
    let batch = [
        ("bad", "{}".to_owned()),
        ("good", body(1, 1)),
        ("empty", String::new()),
    ];
    assert_eq!(
        failures(&function.handle_sqs(event(&batch)).await),
        ["bad", "empty"]
    );
    assert_eq!(*handled.lock().unwrap(), [(1, 1)]);
    let received = from_sqs(event(&batch));
    assert_eq!(received[0].notification.as_ref().unwrap_err().body, "{}");
    assert_eq!(received[1].message_id, "good");
}

#[tokio::test]
async fn a_message_without_an_id_fails_the_batch_for_want_of_a_name() {
    let (_, function) = failing_at(&[1]);
    let without_id = json!({"Records": [{"body": body(1, 1)}, {"messageId": "b", "body": body(2, 2)}]});
    let response = function
        .handle_sqs(serde_json::from_value(without_id).unwrap())
        .await;
    assert_eq!(failures(&response), [""]);
}

#[tokio::test]
async fn a_panic_fails_that_notification_alone() {
    let function = Function::new(|notification: Notification| async move {
        assert_ne!(numbers(&notification), (1, 1), "a panic on purpose");
        Ok::<_, BoxError>(())
    });
    let batch = [
        ("panics", body(1, 1)),
        ("behind", body(1, 2)),
        ("other", body(2, 1)),
    ];
    assert_eq!(
        failures(&function.handle_sqs(event(&batch)).await),
        ["panics", "behind"]
    );
}

#[tokio::test]
async fn streams_go_side_by_side_up_to_the_limit_and_each_by_revision() {
    let barrier = Arc::new(Barrier::new(2));
    let (at_once, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let order = Arc::new(Mutex::new(Vec::new()));
    let (most_seen, noted) = (Arc::clone(&most), Arc::clone(&order));
    let function = Function::new(move |notification: Notification| {
        let (barrier, at_once, most) = (Arc::clone(&barrier), Arc::clone(&at_once), Arc::clone(&most));
        noted.lock().unwrap().push(numbers(&notification));
        async move {
            most.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            barrier.wait().await;
            at_once.fetch_sub(1, Ordering::SeqCst);
            Ok::<_, BoxError>(())
        }
    })
    .concurrency(2);
    let batch: Vec<_> = (1..=4)
        .flat_map(|stream| [("later", body(stream, 2)), ("first", body(stream, 1))])
        .collect();
    assert_eq!(
        failures(&function.handle_sqs(event(&batch)).await),
        Vec::<String>::new()
    );
    assert_eq!(most_seen.load(Ordering::SeqCst), 2);
    let of_stream = |wanted| {
        let order = order.lock().unwrap().clone();
        order
            .into_iter()
            .filter(move |(stream, _)| *stream == wanted)
            .collect::<Vec<_>>()
    };
    for stream in 1..=4 {
        assert_eq!(of_stream(stream), [(stream, 1), (stream, 2)]);
    }
}

#[tokio::test]
async fn what_is_not_finished_at_the_deadline_comes_again() {
    let done = Arc::new(Notify::new());
    let telling = Arc::clone(&done);
    let function = Function::new(move |notification: Notification| {
        let telling = Arc::clone(&telling);
        async move {
            match numbers(&notification) {
                (1, _) => std::future::pending().await,
                _ => telling.notify_one(),
            }
            Ok::<_, BoxError>(())
        }
    });
    let batch = [
        ("slow", body(1, 1)),
        ("behind", body(1, 2)),
        ("quick", body(2, 1)),
    ];
    let deadline = async {
        done.notified().await;
        // One more round, so that the quick one is seen to have ended.
        tokio::task::yield_now().await;
    };
    let response = function.handle_sqs_until(event(&batch), deadline).await;
    assert_eq!(failures(&response), ["slow", "behind"]);
}

#[tokio::test]
async fn a_topic_s_own_messages_are_handled_or_fail_together() {
    let message = |id: &str, text: String| {
        json!({
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": "arn:aws:sns:eu-central-1:123456789012:events:1",
            "Sns": {
                "Type": "Notification",
                "MessageId": id,
                "TopicArn": "arn:aws:sns:eu-central-1:123456789012:events",
                "Message": text,
                "Timestamp": "2025-01-25T10:11:12.000Z",
                "SignatureVersion": "1",
                "Signature": "",
                "SigningCertUrl": "https://sns.eu-central-1.amazonaws.com/cert.pem",
                "UnsubscribeUrl": "https://sns.eu-central-1.amazonaws.com/",
                "MessageAttributes": {"StreamType": {"Type": "String", "Value": "order"}},
            },
        })
    };
    let event =
        |records: Value| -> SnsEvent { serde_json::from_value(json!({ "Records": records })).unwrap() };
    let (handled, function) = failing_at(&[2]);
    function
        .handle_sns(event(json!([message("a", body(1, 1))])))
        .await
        .unwrap();
    let mixed = json!([
        message("a", body(1, 1)),
        message("b", body(2, 2)),
        message("c", "{}".into())
    ]);
    let error = function.handle_sns(event(mixed)).await.unwrap_err();
    assert_eq!(error.to_string(), "2 of 3 messages are not handled");
    assert_eq!(error.message_ids, ["b", "c"]);
    assert_eq!(*handled.lock().unwrap(), [(1, 1), (1, 1), (2, 2)]);
}
