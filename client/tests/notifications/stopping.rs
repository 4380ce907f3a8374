//! The end of a run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use event_store_client::BoxError;
use event_store_client::types::Notification;
use futures::future::BoxFuture;
use serde_json::json;
use tokio::sync::Semaphore;
use wiremock::ResponseTemplate;

use crate::queue::Queue;
use crate::running::switch;
use crate::{body, receiver};

/// What a handler is held with.
#[derive(Clone)]
struct Gate {
    begun: Arc<Semaphore>,
    open: Arc<Semaphore>,
}

impl Gate {
    fn new() -> Self {
        Self {
            begun: Arc::new(Semaphore::new(0)),
            open: Arc::new(Semaphore::new(0)),
        }
    }

    /// A handler that ends when it is let.
    fn handler(
        &self,
    ) -> impl Fn(Notification) -> BoxFuture<'static, Result<(), BoxError>> + Send + Sync + 'static {
        let gate = self.clone();
        move |_| {
            let gate = gate.clone();
            Box::pin(async move {
                gate.begun.add_permits(1);
                gate.open.acquire().await?.forget();
                Ok(())
            })
        }
    }

    async fn begun(&self) {
        self.begun.acquire().await.unwrap().forget();
    }

    fn open(&self) {
        self.open.add_permits(10);
    }
}

#[tokio::test]
async fn what_is_in_hand_is_finished_and_what_has_not_begun_is_there_for_others_at_once() {
    let queue = Queue::start().await;
    for revision in 1..=3 {
        queue.send(&format!("m{revision}"), body(1, revision));
    }
    queue.send("other", body(2, 1));
    let gate = Gate::new();
    let (stop, stopped) = switch();
    let running = receiver(&queue.server)
        .run(gate.handler())
        .concurrency(1)
        .until(stopped);
    let (tally, receives) = tokio::join!(running, async {
        gate.begun().await;
        stop.send(()).unwrap();
        // Released while the first is still being handled.
        let receives = queue
            .until(|records| (records.hidings.len() == 3).then_some(records.receives.len()))
            .await;
        assert_eq!(queue.look(|records| records.acknowledged.len()), 0);
        gate.open();
        receives
    });
    let tally = tally.unwrap();
    assert_eq!((tally.handled, tally.released, tally.failed), (1, 3, 0));
    queue.look(|records| {
        let mut hidings = records.hidings.clone();
        hidings.sort();
        assert_eq!(hidings, ["m2", "m3", "other"].map(|id| (id.to_owned(), 0)));
        assert_eq!(records.acknowledged, ["m1"]);
        assert_eq!(records.receives.len(), receives, "nothing more is asked for");
    });
}

#[tokio::test]
async fn what_arrives_while_the_rest_is_finished_is_there_for_others_at_once() {
    let queue = Queue::start().await;
    queue.send("worked-on", body(1, 1));
    let gate = Gate::new();
    let (stop, stopped) = switch();
    let running = receiver(&queue.server)
        .run(gate.handler())
        .concurrency(2)
        .until(stopped);
    let (tally, ()) = tokio::join!(running, async {
        gate.begun().await;
        // Taken by the call, and on its way for a while.
        queue.delay(Duration::from_millis(300));
        queue.send("late", body(2, 1));
        queue
            .until(|records| records.received.contains(&"late".into()).then_some(()))
            .await;
        stop.send(()).unwrap();
        queue
            .until(|records| (records.hidings == [("late".to_owned(), 0)]).then_some(()))
            .await;
        gate.open();
    });
    let tally = tally.unwrap();
    assert_eq!((tally.handled, tally.released), (1, 1));
    assert_eq!(queue.look(|records| records.acknowledged.clone()), ["worked-on"]);
}

#[tokio::test]
async fn an_idle_run_stops_at_once() {
    let queue = Queue::start().await;
    let (stop, stopped) = switch();
    let running = receiver(&queue.server).run(Gate::new().handler()).until(stopped);
    let (tally, ()) = tokio::join!(running, async {
        queue
            .until(|records| (!records.receives.is_empty()).then_some(()))
            .await;
        stop.send(()).unwrap();
    });
    assert_eq!(tally.unwrap().handled, 0);
}

#[tokio::test]
async fn a_queue_that_does_not_exist_ends_the_run_after_what_is_in_hand() {
    let queue = Queue::start().await;
    queue.send("m1", body(1, 1));
    let gate = Gate::new();
    let running = receiver(&queue.server)
        .run(gate.handler())
        .concurrency(2)
        .until(std::future::pending());
    let (ended, ()) = tokio::join!(running, async {
        gate.begun().await;
        let missing = json!({"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "no such queue"});
        queue.answer_instead(
            "ReceiveMessage",
            ResponseTemplate::new(400).set_body_json(missing),
        );
        gate.open();
    });
    assert!(ended.unwrap_err().is_queue_missing());
    assert_eq!(queue.look(|records| records.acknowledged.clone()), ["m1"]);
}

#[tokio::test]
async fn dropping_a_run_drops_the_handling_and_acknowledges_nothing() {
    /// Notes when it is dropped.
    struct Noting(Arc<AtomicBool>);
    impl Drop for Noting {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let queue = Queue::start().await;
    queue.send("m1", body(1, 1));
    let (begun, dropped) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicBool::new(false)));
    let (telling, noting) = (Arc::clone(&begun), Arc::clone(&dropped));
    let handler = move |_: Notification| {
        let (telling, noting) = (Arc::clone(&telling), Noting(Arc::clone(&noting)));
        async move {
            telling.add_permits(1);
            std::future::pending::<()>().await;
            drop(noting);
            Ok::<_, BoxError>(())
        }
    };
    let running = receiver(&queue.server).run(handler).until(std::future::pending());
    tokio::select! {
        _ = running => panic!("nobody stops it"),
        permit = begun.acquire() => permit.unwrap().forget(),
    }
    while !dropped.load(Ordering::SeqCst) {
        tokio::task::yield_now().await;
    }
    assert_eq!(queue.look(|records| records.acknowledged.len()), 0);
}
