//! Futures that are dropped before they are done, as `select!` and timeouts do.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use event_store_client::Client;
use event_store_client::decider::Executor;
use event_store_client::testing::InMemoryStore;
use event_store_client::transport::{NoAnswer, Request, Transport};
use event_store_client::types::{EventId, ExpectedRevision};
use futures::future::BoxFuture;
use futures::{FutureExt, TryStreamExt};
use http::Response;
use tokio::sync::watch;

use crate::support::{Accounts, Command, account, account_type, accounts, paid_in, pay_in};

/// Carries every request out at once, and keeps the answers back while it is told to.
#[derive(Clone)]
struct Withholding {
    behind: InMemoryStore,
    withholds: watch::Sender<bool>,
    under_way: Arc<AtomicUsize>,
}

impl Withholding {
    fn start() -> (Client, Self) {
        let behind = InMemoryStore::new();
        let withholding = Self {
            behind: behind.clone(),
            withholds: watch::Sender::new(false),
            under_way: Arc::default(),
        };
        let builder = behind.client_builder().transport(withholding.clone());
        (builder.build().unwrap(), withholding)
    }

    fn withhold(&self) {
        self.withholds.send_replace(true);
    }

    fn release(&self) {
        self.withholds.send_replace(false);
    }

    /// How many requests wait for their answer.
    fn under_way(&self) -> usize {
        self.under_way.load(Ordering::SeqCst)
    }
}

impl Transport for Withholding {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response<Bytes>, NoAnswer>> {
        let mut withholds = self.withholds.subscribe();
        Box::pin(async move {
            let _counted = UnderWay::new(self.under_way.clone());
            let answer = self.behind.send(request).await;
            withholds.wait_for(|withholds| !withholds).await.unwrap();
            answer
        })
    }
}

impl fmt::Debug for Withholding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Withholding")
    }
}

/// Counts itself, and also when it is dropped.
struct UnderWay(Arc<AtomicUsize>);

impl UnderWay {
    fn new(count: Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn revisions(client: &Client) -> Vec<u64> {
    let events = client.events(&account_type(), account()).into_stream();
    let revisions = events.map_ok(|event| event.revision.as_u64());
    revisions.try_collect().await.unwrap()
}

#[tokio::test]
async fn an_append_that_was_dropped_is_recognised_by_its_ids_when_it_is_sent_again() {
    let (client, store) = Withholding::start();
    for end in [
        ExpectedRevision::NoStream,
        ExpectedRevision::Exact(1.try_into().unwrap()),
    ] {
        let events = [paid_in(1).with_id(EventId::random())];
        store.withhold();
        let accounts = account_type();
        let append = client.append(&accounts, account(), end, events.clone());
        assert!(append.now_or_never().is_none(), "it has no answer yet");
        assert_eq!(store.under_way(), 0, "nothing goes on behind the caller's back");
        store.release();
        let again = client.append(&account_type(), account(), end, events).await;
        assert!(again.unwrap().replayed);
    }
    assert_eq!(revisions(&client).await, [1, 2]);
}

#[tokio::test]
async fn a_page_whose_reading_was_dropped_is_read_again() {
    let (client, store) = Withholding::start();
    pay_in(&client, 4).await;
    let mut pages = client.events(&account_type(), account()).page_size(2).pages();
    let mut read = Vec::new();
    for _ in 0..2 {
        store.withhold();
        assert!(pages.next_page().now_or_never().is_none());
        store.release();
        let page = pages.next_page().await.unwrap().unwrap();
        read.extend(page.into_iter().map(|event| event.revision.as_u64()));
    }
    assert_eq!(read, [1, 2, 3, 4]);
}

#[tokio::test]
async fn a_stream_of_events_goes_on_where_waiting_for_the_next_was_given_up() {
    let (client, store) = Withholding::start();
    pay_in(&client, 5).await;
    let mut events = client
        .events(&account_type(), account())
        .page_size(2)
        .into_stream();
    let mut read = Vec::new();
    loop {
        store.withhold();
        // Either it was read ahead, or waiting for it is given up.
        let next = if let Some(next) = events.try_next().now_or_never() {
            next
        } else {
            store.release();
            events.try_next().await
        };
        let Some(event) = next.unwrap() else { break };
        read.push(event.revision.as_u64());
    }
    assert_eq!(read, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn a_command_after_one_that_was_dropped_is_decided_on_what_that_one_did() {
    let (client, store) = Withholding::start();
    let executor = Executor::new(accounts(client.clone()), Accounts::default()).cached(10);
    executor.execute(account(), &Command::PayIn(5)).await.unwrap();
    store.withhold();
    let dropped = Command::PayIn(7);
    assert!(executor.execute(account(), &dropped).now_or_never().is_none());
    store.release();
    // What is cached knows of 5 only.
    let executed = executor.execute(account(), &Command::PayOut(12)).await.unwrap();
    assert_eq!(executed.state, 0);
    assert_eq!(revisions(&client).await, [1, 2, 3]);
}
