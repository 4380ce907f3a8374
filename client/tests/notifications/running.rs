//! Running a handler on a queue.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use event_store_client::sqs::Malformed;
use event_store_client::types::Notification;
use event_store_client::{Backoff, BoxError};
use serde_json::json;
use tokio::sync::{Barrier, Notify, oneshot};
use wiremock::ResponseTemplate;

use crate::queue::Queue;
use crate::{body, numbers, receiver};

/// What was handled, in that order.
type Handled = Arc<Mutex<Vec<(u128, u64)>>>;

/// A handler that notes what it is given, and fails at `failing`.
fn noting(
    handled: &Handled,
    failing: &'static [(u128, u64)],
) -> impl Fn(Notification) -> std::future::Ready<Result<(), BoxError>> + Send + Sync + 'static {
    let handled = Arc::clone(handled);
    move |notification| {
        let numbers = numbers(&notification);
        handled.lock().unwrap().push(numbers);
        std::future::ready(if failing.contains(&numbers) {
            Err("not today".into())
        } else {
            Ok(())
        })
    }
}

/// A switch, and the future of its being switched.
pub(crate) fn switch() -> (oneshot::Sender<()>, impl Future<Output = ()> + Send) {
    let (sender, receiver) = oneshot::channel();
    (sender, async move {
        let _ = receiver.await;
    })
}

#[tokio::test]
async fn what_is_handled_is_acknowledged_whatever_form_it_came_in() {
    let queue = Queue::start().await;
    for revision in 1..=25 {
        queue.send(&format!("m{revision}"), body(revision.into(), revision));
    }
    queue.send(
        "m26",
        json!({"Type": "Notification", "Message": body(26, 26)}).to_string(),
    );
    let handled = Handled::default();
    let (stop, stopped) = switch();
    let running = receiver(&queue.server).run(noting(&handled, &[])).until(stopped);
    let (tally, ()) = tokio::join!(running, async {
        let all: Vec<String> = (1..=26).map(|number| format!("m{number}")).collect();
        queue
            .acknowledges(&all.iter().map(String::as_str).collect::<Vec<_>>())
            .await;
        stop.send(()).unwrap();
    });
    let tally = tally.unwrap();
    assert_eq!((tally.handled, tally.failed, tally.released), (26, 0, 0));
    let mut handled = handled.lock().unwrap().clone();
    handled.sort_unstable();
    assert_eq!(handled, (1..=26).map(|n| (u128::from(n), n)).collect::<Vec<_>>());
    let call = queue.look(|records| records.receives[0].clone());
    assert_eq!(
        (
            &call["WaitTimeSeconds"],
            &call["MaxNumberOfMessages"],
            &call["VisibilityTimeout"]
        ),
        (&json!(20), &json!(10), &json!(30))
    );
}

#[tokio::test]
async fn streams_are_handled_side_by_side_and_no_more_of_them_than_allowed() {
    let queue = Queue::start().await;
    for stream in 1..=6 {
        queue.send(&format!("m{stream}"), body(stream, 1));
    }
    // Each waits for two others: fewer than three side by side would wait for ever.
    let barrier = Arc::new(Barrier::new(3));
    let (at_once, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let most_seen = Arc::clone(&most);
    let handler = move |_: Notification| {
        let (barrier, at_once, most) = (Arc::clone(&barrier), Arc::clone(&at_once), Arc::clone(&most));
        async move {
            most.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            barrier.wait().await;
            at_once.fetch_sub(1, Ordering::SeqCst);
            Ok::<_, BoxError>(())
        }
    };
    let (stop, stopped) = switch();
    let running = receiver(&queue.server).run(handler).concurrency(3).until(stopped);
    let (tally, ()) = tokio::join!(running, async {
        queue.acknowledges(&["m1", "m2", "m3", "m4", "m5", "m6"]).await;
        stop.send(()).unwrap();
    });
    assert_eq!(tally.unwrap().handled, 6);
    assert_eq!(most_seen.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn of_one_stream_one_notification_at_a_time_is_handled_and_by_revision() {
    let queue = Queue::start().await;
    for revision in [3, 1, 4, 2] {
        queue.send(&format!("m{revision}"), body(1, revision));
    }
    let steps = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&steps);
    let handler = move |notification: Notification| {
        let noted = Arc::clone(&noted);
        async move {
            let (_, revision) = numbers(&notification);
            noted.lock().unwrap().push(("begins", revision));
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            noted.lock().unwrap().push(("ends", revision));
            Ok::<_, BoxError>(())
        }
    };
    let (stop, stopped) = switch();
    let running = receiver(&queue.server).run(handler).until(stopped);
    let (tally, ()) = tokio::join!(running, async {
        queue.acknowledges(&["m1", "m2", "m3", "m4"]).await;
        stop.send(()).unwrap();
    });
    assert_eq!(tally.unwrap().handled, 4);
    let expected: Vec<_> = (1..=4).flat_map(|n| [("begins", n), ("ends", n)]).collect();
    assert_eq!(*steps.lock().unwrap(), expected);
}

#[tokio::test]
async fn a_failure_comes_again_after_a_growing_pause_with_its_stream_behind_it_and_no_other() {
    let queue = Queue::start().await;
    queue.send("fails", body(1, 1));
    queue.send("behind", body(1, 2));
    queue.send_again("fails-again", body(2, 1), 2);
    queue.send("other", body(3, 1));
    let handled = Handled::default();
    let (stop, stopped) = switch();
    let running = receiver(&queue.server)
        .run(noting(&handled, &[(1, 1), (2, 1)]))
        .until(stopped);
    let (tally, ()) = tokio::join!(running, async {
        queue.acknowledges(&["other"]).await;
        queue
            .until(|records| (records.hidings.len() == 3).then_some(()))
            .await;
        stop.send(()).unwrap();
    });
    let tally = tally.unwrap();
    assert_eq!((tally.handled, tally.failed, tally.held_back), (1, 2, 1));
    assert!(
        !handled.lock().unwrap().contains(&(1, 2)),
        "it waits for the one before it"
    );
    let mut hidings = queue.look(|records| records.hidings.clone());
    hidings.sort();
    let expected = [("behind", 5), ("fails", 5), ("fails-again", 20)];
    assert_eq!(hidings, expected.map(|(id, seconds)| (id.to_owned(), seconds)));
}

#[tokio::test]
async fn a_handler_that_panics_fails_that_notification_alone() {
    let queue = Queue::start().await;
    queue.send("panics", body(1, 1));
    queue.send("other", body(2, 1));
    let handler = |notification: Notification| async move {
        assert_ne!(numbers(&notification), (1, 1), "a panic on purpose");
        Ok::<_, BoxError>(())
    };
    let (stop, stopped) = switch();
    let running = receiver(&queue.server).run(handler).until(stopped);
    let (tally, ()) = tokio::join!(running, async {
        queue.acknowledges(&["other"]).await;
        queue
            .until(|records| (records.hidings == [("panics".to_owned(), 5)]).then_some(()))
            .await;
        stop.send(()).unwrap();
    });
    let tally = tally.unwrap();
    assert_eq!((tally.handled, tally.failed), (1, 1));
}

#[tokio::test]
async fn a_malformed_message_is_left_to_the_dead_letter_queue_unless_told_otherwise() {
    for (decision, acknowledged) in [(None, false), (Some(Malformed::Acknowledge), true)] {
        let queue = Queue::start().await;
        queue.send("bad", "{}");
        queue.send("good", body(1, 1));
        let told = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&told);
        let mut run = receiver(&queue.server).run(noting(&Handled::default(), &[]));
        if let Some(decision) = decision {
            run = run.on_malformed(move |delivery| {
                let body = delivery.notification.as_ref().unwrap_err().body.clone();
                noted.lock().unwrap().push((delivery.message_id.clone(), body));
                decision
            });
        }
        let (stop, stopped) = switch();
        let (tally, ()) = tokio::join!(run.until(stopped), async {
            let expected: &[&str] = if acknowledged { &["bad", "good"] } else { &["good"] };
            queue.acknowledges(expected).await;
            stop.send(()).unwrap();
        });
        let tally = tally.unwrap();
        assert_eq!((tally.handled, tally.malformed, tally.failed), (1, 1, 0));
        assert_eq!(
            queue.look(|records| records.hidings.clone()),
            [],
            "it comes again in its own time"
        );
        let told = told.lock().unwrap();
        assert_eq!(told.len(), usize::from(acknowledged));
        assert!(
            told.iter()
                .all(|told| *told == ("bad".to_owned(), "{}".to_owned()))
        );
    }
}

#[tokio::test]
async fn what_is_in_hand_stays_hidden_as_long_as_it_takes() {
    let queue = Queue::start().await;
    queue.send("worked-on", body(1, 1));
    queue.send("waiting", body(1, 2));
    let enough = Arc::new(Notify::new());
    let gate = Arc::clone(&enough);
    let handler = move |notification: Notification| {
        let gate = Arc::clone(&gate);
        async move {
            if numbers(&notification) == (1, 1) {
                gate.notified().await;
            }
            Ok::<_, BoxError>(())
        }
    };
    let (stop, stopped) = switch();
    let running = receiver(&queue.server)
        .run(handler)
        .visibility(Duration::from_secs(1))
        .until(stopped);
    let (tally, ()) = tokio::join!(running, async {
        let renewed = |id: &'static str| (id.to_owned(), 1);
        queue
            .until(|records| {
                let count = |id| {
                    records
                        .hidings
                        .iter()
                        .filter(|hiding| **hiding == renewed(id))
                        .count()
                };
                (count("worked-on") >= 2 && count("waiting") >= 2).then_some(())
            })
            .await;
        enough.notify_one();
        queue.acknowledges(&["worked-on", "waiting"]).await;
        stop.send(()).unwrap();
    });
    assert_eq!(tally.unwrap().handled, 2);
    assert_eq!(
        queue.look(|records| records.receives[0]["VisibilityTimeout"].clone()),
        1
    );
}

#[tokio::test]
async fn a_queue_that_does_not_answer_is_asked_again() {
    let queue = Queue::start().await;
    for status in [500, 503, 400] {
        queue.answer_instead("ReceiveMessage", ResponseTemplate::new(status));
    }
    queue.send("m1", body(1, 1));
    let (stop, stopped) = switch();
    let running = receiver(&queue.server)
        .run(noting(&Handled::default(), &[]))
        .after_failed_call(Backoff::doubling(
            Duration::from_millis(1),
            Duration::from_millis(2),
        ))
        .until(stopped);
    let (tally, ()) = tokio::join!(running, async {
        queue.acknowledges(&["m1"]).await;
        stop.send(()).unwrap();
    });
    let tally = tally.unwrap();
    assert_eq!((tally.handled, tally.failed_calls), (1, 3));
}

#[tokio::test]
async fn an_acknowledgement_that_fails_is_tried_again_as_long_as_that_may_help() {
    let queue = Queue::start().await;
    let entry = |is_senders: bool| json!([{"Id": "0", "Code": "Refused", "SenderFault": is_senders}]);
    let refusal = |is_senders| {
        ResponseTemplate::new(200).set_body_json(json!({"Successful": [], "Failed": entry(is_senders)}))
    };
    let handled = Handled::default();
    let (stop, stopped) = switch();
    let running = receiver(&queue.server).run(noting(&handled, &[])).until(stopped);
    let (tally, ()) = tokio::join!(running, async {
        // Twice in vain, in either way, and then it works.
        queue.answer_instead("DeleteMessageBatch", ResponseTemplate::new(500));
        queue.answer_instead("DeleteMessageBatch", refusal(false));
        queue.send("stubborn", body(1, 1));
        queue.acknowledges(&["stubborn"]).await;
        // Not to be helped: it is given up at once.
        queue.answer_instead("DeleteMessageBatch", refusal(true));
        queue.send("hopeless", body(2, 1));
        queue
            .until(|records| records.received.contains(&"hopeless".into()).then_some(()))
            .await;
        queue.send("last", body(3, 1));
        queue.acknowledges(&["stubborn", "last"]).await;
        // Three times in vain is enough.
        for _ in 0..3 {
            queue.answer_instead("DeleteMessageBatch", ResponseTemplate::new(500));
        }
        queue.send("luckless", body(4, 1));
        queue
            .until(|records| records.has_answered_all().then_some(()))
            .await;
        stop.send(()).unwrap();
    });
    let tally = tally.unwrap();
    assert_eq!((tally.handled, tally.unacknowledged), (4, 2));
    assert_eq!(
        queue.look(|records| records.acknowledged.clone()),
        ["stubborn", "last"]
    );
}
