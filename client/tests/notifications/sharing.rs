//! Messages that come while they are in hand already, and receivers that share a queue.

use std::sync::{Arc, Mutex};

use event_store_client::BoxError;
use event_store_client::types::Notification;
use tokio::sync::{Barrier, Notify};

use crate::queue::Queue;
use crate::running::switch;
use crate::{body, numbers, receiver};

/// What was handled, in that order.
type Handled = Arc<Mutex<Vec<(u128, u64)>>>;

#[tokio::test]
async fn what_comes_again_while_it_is_in_hand_is_handled_again_and_never_beside_itself() {
    let queue = Queue::start().await;
    queue.send("m1", body(1, 1));
    let (begun, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let steps = Arc::new(Mutex::new(Vec::new()));
    let (noted, tell_begun, may_finish) = (Arc::clone(&steps), Arc::clone(&begun), Arc::clone(&finish));
    let handler = move |_: Notification| {
        let (noted, tell_begun, may_finish) = (
            Arc::clone(&noted),
            Arc::clone(&tell_begun),
            Arc::clone(&may_finish),
        );
        async move {
            noted.lock().unwrap().push("begins");
            tell_begun.notify_one();
            may_finish.notified().await;
            noted.lock().unwrap().push("ends");
            Ok::<_, BoxError>(())
        }
    };
    let (stop, stopped) = switch();
    let running = receiver(&queue.server).run(handler).until(stopped);
    let (tally, ()) = tokio::join!(running, async {
        begun.notified().await;
        // The time that it was hidden for has run out.
        queue.send_again("m1", body(1, 1), 1);
        queue
            .until(|records| (records.received.len() == 2).then_some(()))
            .await;
        finish.notify_one();
        begun.notified().await;
        finish.notify_one();
        queue.acknowledges(&["m1", "m1"]).await;
        stop.send(()).unwrap();
    });
    assert_eq!(tally.unwrap().handled, 2);
    assert_eq!(*steps.lock().unwrap(), ["begins", "ends", "begins", "ends"]);
}

#[tokio::test]
async fn two_receivers_share_a_queue_and_nothing_is_lost_or_handled_twice() {
    let queue = Queue::start().await;
    let all: Vec<String> = (1..=40).map(|number| format!("m{number}")).collect();
    for (number, id) in (0_u64..).zip(&all) {
        queue.send(id, body((number / 2).into(), 1 + number % 2));
    }
    // Neither can empty the queue while the other has not begun.
    let barrier = Arc::new(Barrier::new(2));
    let handled = [Handled::default(), Handled::default()];
    let noting = |handled: &Handled| {
        let (handled, barrier) = (Arc::clone(handled), Arc::clone(&barrier));
        move |notification: Notification| {
            let (handled, barrier) = (Arc::clone(&handled), Arc::clone(&barrier));
            async move {
                let is_first = {
                    let mut handled = handled.lock().unwrap();
                    handled.push(numbers(&notification));
                    handled.len() == 1
                };
                if is_first {
                    barrier.wait().await;
                }
                Ok::<_, BoxError>(())
            }
        }
    };
    let [(stop_one, one_stopped), (stop_other, other_stopped)] = [switch(), switch()];
    let one = receiver(&queue.server)
        .run(noting(&handled[0]))
        .concurrency(1)
        .until(one_stopped);
    let other = receiver(&queue.server)
        .run(noting(&handled[1]))
        .concurrency(1)
        .until(other_stopped);
    let (one, other, ()) = tokio::join!(one, other, async {
        queue
            .acknowledges(&all.iter().map(String::as_str).collect::<Vec<_>>())
            .await;
        stop_one.send(()).unwrap();
        stop_other.send(()).unwrap();
    });
    let (one, other) = (one.unwrap().handled, other.unwrap().handled);
    assert!(one > 0 && other > 0, "{one} and {other}");
    assert_eq!(one + other, 40);
    let mut together: Vec<_> = handled
        .iter()
        .flat_map(|handled| handled.lock().unwrap().clone())
        .collect();
    together.sort_unstable();
    let sent: Vec<_> = (0_u64..40)
        .map(|number| (u128::from(number / 2), 1 + number % 2))
        .collect();
    assert_eq!(together, sent);
}
