//! One follower, whatever tells it that there is news: a queue, a Lambda function, or the feed that a queue wakes it to read.

use std::time::Duration;

use aws_lambda_events::event::sqs::SqsEvent;
use event_store_client::Category;
use event_store_client::follow::{Following, InMemory};
use event_store_client::lambda::Function;
use event_store_client::schema::Recorded;
use event_store_client::testing::InMemoryStore;
use event_store_client::types::ExpectedRevision;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::queue::Queue;
use crate::receiver;
use crate::running::switch;

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum CounterEvent {
    Counted { by: u64 },
}

/// A store, a follower of it, and what that keeps: the sum of each counter.
struct Scene {
    store: InMemoryStore,
    counters: Category<CounterEvent>,
    sums: InMemory<u64>,
    following: Following,
}

impl Scene {
    fn new() -> Self {
        let store = InMemoryStore::new();
        let counters = Category::new(store.client(), "counter".parse().unwrap());
        let sums = InMemory::default();
        let add = |event: &Recorded<CounterEvent>, sum: &mut u64| {
            let CounterEvent::Counted { by } = event.data;
            *sum += by;
            Ok(())
        };
        let following = counters.follow("sums").project(add, sums.clone());
        Self {
            store,
            counters,
            sums,
            following,
        }
    }

    /// Counts on each of three counters, and answers the bodies of the messages that tell of it.
    async fn count(&self, by: u64) -> Vec<String> {
        for counter in ["a", "b", "c"] {
            let id = self.counters.id_of(counter);
            let counted = vec![CounterEvent::Counted { by }; 3];
            let appended = self.counters.append(id, ExpectedRevision::Any, counted);
            appended.await.unwrap();
        }
        let announced = self.store.take_notifications();
        let bodies = announced.iter().map(serde_json::to_string);
        bodies.collect::<Result<_, _>>().unwrap()
    }

    fn sums(&self) -> Vec<u64> {
        let views = self.sums.views("sums").into_iter();
        views.map(|(_, sum)| sum).collect()
    }
}

fn as_lambda_is_given(bodies: &[String]) -> SqsEvent {
    let records = bodies.iter().enumerate();
    let records = records.map(|(number, body)| json!({"messageId": number.to_string(), "body": body}));
    serde_json::from_value(json!({"Records": records.collect::<Vec<_>>()})).unwrap()
}

#[tokio::test]
async fn a_follower_does_the_same_on_a_queue_in_a_function_and_on_the_feed() {
    let scene = Scene::new();

    // On a queue, which delivers one message twice.
    let queue = Queue::start().await;
    let bodies = scene.count(1).await;
    for (number, body) in bodies.iter().chain([&bodies[0]]).enumerate() {
        queue.send(&number.to_string(), body);
    }
    let (stop, stopped) = switch();
    let running = receiver(&queue.server)
        .run(scene.following.clone())
        .until(stopped);
    let (tally, ()) = tokio::join!(running, async {
        queue
            .acknowledges(&["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"])
            .await;
        stop.send(()).unwrap();
    });
    assert_eq!((tally.unwrap().handled, scene.sums()), (10, vec![3, 3, 3]));

    // In a function, which is given what the queue has delivered, too.
    let mut given = scene.count(10).await;
    given.extend(bodies);
    given.reverse();
    let function = Function::new(scene.following.clone());
    let response = function.handle_sqs(as_lambda_is_given(&given)).await;
    assert!(response.batch_item_failures.is_empty(), "{response:?}");
    assert_eq!(scene.sums(), [33, 33, 33]);

    // On the feed, from its beginning: what is there already does not count again.
    scene.count(100).await;
    let progress = scene.following.to_end().await.unwrap();
    assert!(progress.has_reached_end);
    assert_eq!(scene.sums(), [333, 333, 333]);
}

#[tokio::test]
async fn a_queue_wakes_a_follower_to_read_the_feed_and_may_lose_its_messages() {
    let scene = Scene::new();
    let queue = Queue::start().await;
    let following = scene
        .following
        .clone()
        .pauses(Duration::from_millis(1), Duration::from_hours(24));
    let (stop, stopped) = switch();
    let (stop_queue, queue_stopped) = switch();
    let receiving = receiver(&queue.server)
        .run(following.waking())
        .until(queue_stopped);
    let (progress, tally, ()) = tokio::join!(following.until(stopped), receiving, async {
        for (round, expected) in [(1, 3), (10, 33), (100, 333)] {
            // Of nine messages eight are lost.
            let bodies = scene.count(round).await;
            queue.send(&round.to_string(), &bodies[4]);
            until(|| scene.sums() == [expected; 3]).await;
        }
        queue.acknowledges(&["1", "10", "100"]).await;
        stop.send(()).unwrap();
        stop_queue.send(()).unwrap();
    });
    assert_eq!((progress.unwrap().handled, tally.unwrap().handled), (27, 3));
}

async fn until(is_so: impl Fn() -> bool) {
    let wait = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), wait).await.unwrap();
}
