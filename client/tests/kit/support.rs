//! A domain, and transports that watch and interfere.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use event_store_client::decider::Decider;
use event_store_client::testing::InMemoryStore;
use event_store_client::transport::{NoAnswer, Request, Transport};
use event_store_client::types::{ExpectedRevision, NewEvent, Revision, StreamId, StreamType};
use event_store_client::{Category, Client};
use futures::future::BoxFuture;
use http::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) fn revision(number: u64) -> Revision {
    number.try_into().unwrap()
}

pub(crate) fn account_type() -> StreamType {
    "account".parse().unwrap()
}

/// The stream that all tests use, each in a store of its own.
pub(crate) fn account() -> StreamId {
    StreamId::from_name(&account_type(), "A-1")
}

pub(crate) fn accounts(client: Client) -> Category<AccountEvent> {
    Category::new(client, account_type())
}

pub(crate) fn paid_in(amount: u64) -> NewEvent {
    NewEvent::of("paid-in".parse().unwrap(), &amount).unwrap()
}

/// Appends `count` payments of 1 to the account.
pub(crate) async fn pay_in(client: &Client, count: usize) {
    for _ in 0..count {
        client
            .append(&account_type(), account(), ExpectedRevision::Any, paid_in(1))
            .await
            .unwrap();
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AccountEvent {
    PaidIn(u64),
    PaidOut(u64),
}

#[derive(Debug)]
pub(crate) enum Command {
    PayIn(u64),
    PayOut(u64),
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is `{balance}`")]
pub(crate) struct Overdrawn {
    pub(crate) balance: u64,
}

/// Decides, and counts how often it is asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accounts {
    decisions: Arc<AtomicUsize>,
}

impl Accounts {
    pub(crate) fn decisions(&self) -> usize {
        self.decisions.load(Ordering::SeqCst)
    }
}

impl Decider for Accounts {
    type Command = Command;
    type Event = AccountEvent;
    type State = u64;
    type Error = Overdrawn;

    fn initial(&self) -> u64 {
        0
    }

    fn evolve(&self, balance: u64, event: &AccountEvent) -> u64 {
        match event {
            AccountEvent::PaidIn(amount) => balance + amount,
            AccountEvent::PaidOut(amount) => balance - amount,
        }
    }

    fn decide(&self, balance: &u64, command: &Command) -> Result<Vec<AccountEvent>, Overdrawn> {
        self.decisions.fetch_add(1, Ordering::SeqCst);
        match *command {
            Command::PayIn(0) | Command::PayOut(0) => Ok(vec![]),
            Command::PayIn(amount) => Ok(vec![AccountEvent::PaidIn(amount)]),
            Command::PayOut(amount) if amount > *balance => Err(Overdrawn { balance: *balance }),
            Command::PayOut(amount) => Ok(vec![AccountEvent::PaidOut(amount)]),
        }
    }
}

/// Notes every request, and lets another writer append just before those that it is told of.
#[derive(Clone)]
pub(crate) struct Watch {
    behind: Arc<Mutex<Arc<dyn Transport>>>,
    sent: Arc<Mutex<Vec<Request>>>,
    /// How many events another writer appends before each of the next requests.
    interference: Arc<Mutex<VecDeque<usize>>>,
    other: Client,
}

impl Watch {
    pub(crate) fn before(behind: impl Transport + 'static, store: &InMemoryStore) -> Self {
        Self {
            behind: Arc::new(Mutex::new(Arc::new(behind))),
            sent: Arc::default(),
            interference: Arc::default(),
            other: store.client(),
        }
    }

    /// A store, a client of it that is watched, and who watches.
    pub(crate) fn start() -> (InMemoryStore, Client, Self) {
        let store = InMemoryStore::new();
        let watch = Self::before(store.clone(), &store);
        let client = store.client_builder().transport(watch.clone()).build().unwrap();
        (store, client, watch)
    }

    pub(crate) fn interfere(&self, events: impl IntoIterator<Item = usize>) {
        self.interference.lock().unwrap().extend(events);
    }

    /// Lets all requests from now on go elsewhere.
    pub(crate) fn switch(&self, behind: impl Transport + 'static) {
        *self.behind.lock().unwrap() = Arc::new(behind);
    }

    /// The requests since the last call: method, and what is behind the stream in path and query.
    pub(crate) fn take(&self) -> Vec<String> {
        let sent = std::mem::take(&mut *self.sent.lock().unwrap());
        let described = sent.iter().map(|request| {
            let path = request.url.path();
            let below = path.rsplit('/').next().unwrap_or_default();
            let query = request
                .url
                .query()
                .map_or(String::new(), |query| format!("?{query}"));
            let expected = serde_json::from_slice::<Value>(&request.body)
                .map_or(String::new(), |body| format!(" {}", body["expectedRevision"]));
            format!("{} {below}{query}{expected}", request.method)
        });
        described.collect()
    }

    /// The bodies of the writes so far.
    pub(crate) fn bodies(&self) -> Vec<Bytes> {
        let sent = self.sent.lock().unwrap();
        sent.iter()
            .filter(|request| request.method == "POST")
            .map(|request| request.body.clone())
            .collect()
    }
}

impl Transport for Watch {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response<Bytes>, NoAnswer>> {
        self.sent.lock().unwrap().push(request.clone());
        let interference = self.interference.lock().unwrap().pop_front();
        Box::pin(async move {
            pay_in(&self.other, interference.unwrap_or(0)).await;
            let behind = self.behind.lock().unwrap().clone();
            behind.send(request).await
        })
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Watch")
    }
}
