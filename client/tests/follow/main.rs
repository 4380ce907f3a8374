//! Followers of a store in memory.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod another_store;
mod failing;
mod notified;
mod projecting;
mod reacting;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use event_store_client::follow::{Following, Projection};
use event_store_client::schema::Recorded;
use event_store_client::testing::InMemoryStore;
use event_store_client::types::{NewEvent, Revision, StreamId};
use event_store_client::{Backoff, Category, Client};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum OrderEvent {
    Placed { total: i64 },
    Paid { amount: i64 },
}

const fn placed(total: i64) -> OrderEvent {
    OrderEvent::Placed { total }
}

const fn paid(amount: i64) -> OrderEvent {
    OrderEvent::Paid { amount }
}

fn orders(client: Client) -> Category<OrderEvent> {
    Category::new(client, "order".parse().unwrap())
}

/// A store with `streams` orders of `events` events each: one that is placed for a thousand, and then payments of 1.
async fn store_of(streams: usize, events: usize) -> (InMemoryStore, Category<OrderEvent>) {
    let store = InMemoryStore::new();
    let orders = orders(store.client());
    for stream in 0..streams {
        let mut history = vec![paid(1); events];
        history[0] = placed(1_000);
        append(&orders, &stream.to_string(), history).await;
    }
    (store, orders)
}

async fn append(orders: &Category<OrderEvent>, name: &str, events: impl IntoIterator<Item = OrderEvent>) {
    let any = event_store_client::types::ExpectedRevision::Any;
    let events: Vec<OrderEvent> = events.into_iter().collect();
    orders.append(orders.id_of(name), any, events).await.unwrap();
}

async fn append_stored(orders: &Category<OrderEvent>, name: &str, event_type: &str, payload: impl Serialize) {
    let any = event_store_client::types::ExpectedRevision::Any;
    let event = NewEvent::of(event_type.parse().unwrap(), &payload).unwrap();
    let (client, id) = (orders.client(), orders.id_of(name));
    client.append(orders.stream_type(), id, any, event).await.unwrap();
}

/// What is due of an order; nobody pays 13.
fn due() -> impl Projection<OrderEvent, i64> {
    |event: &Recorded<OrderEvent>, due: &mut i64| {
        match event.data {
            OrderEvent::Placed { total } => *due += total,
            OrderEvent::Paid { amount: 13 } => {
                *due = -13;
                panic!("nobody pays 13");
            }
            OrderEvent::Paid { amount } => *due -= amount,
        }
        Ok(())
    }
}

/// As fast as a test wants it.
fn brisk(following: Following) -> Following {
    let (brief, longer) = (Duration::from_millis(1), Duration::from_millis(4));
    following
        .pauses(brief, longer)
        .backoff(Backoff::doubling(brief, longer))
}

fn revision(number: u64) -> Revision {
    number.try_into().unwrap()
}

/// Notes whatever happens. Clones share the notes.
struct Notes<T>(Arc<Mutex<Vec<T>>>);

impl<T> Default for Notes<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Clone for Notes<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Clone> Notes<T> {
    fn add(&self, note: T) {
        self.0.lock().unwrap().push(note);
    }

    fn all(&self) -> Vec<T> {
        self.0.lock().unwrap().clone()
    }
}

/// Waits until `is_so`, as long as a test may take.
async fn until(is_so: impl Fn() -> bool) {
    let wait = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), wait).await.unwrap();
}

fn ids(orders: &Category<OrderEvent>, names: impl IntoIterator<Item = usize>) -> Vec<StreamId> {
    let ids = names.into_iter().map(|name| orders.id_of(&name.to_string()));
    ids.collect()
}
