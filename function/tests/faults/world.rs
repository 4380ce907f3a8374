//! What the clients of a run share: streams, processes, and the way to the database.

use std::cell::RefCell;

use axum::Router;
use event_store_function::dynamo::{CatalogueTable, EventsTable, FeedTable};
use event_store_function::http::{Store, router};
use fastrand::Rng;

use super::ledger::Ledger;
use super::network::Network;
use super::proposal::{Numbers, StreamPath};
use super::workload;
use crate::support::{CATALOGUE_TABLE, EVENTS_TABLE, FEED_TABLE};

/// What the clients of a run share.
pub(crate) struct World {
    pub(crate) network: Network,
    pub(crate) streams: Vec<StreamPath>,
    pub(crate) numbers: Numbers,
    pub(crate) ledger: RefCell<Ledger>,
    processes: RefCell<Vec<Router>>,
}

impl World {
    pub(crate) fn new(network: Network, streams: usize, processes: usize, rng: &mut Rng) -> Self {
        let processes = (0..processes).map(|_| process(&network)).collect();
        let streams = (0..streams).map(|_| workload::stream(rng));
        Self {
            streams: streams.collect(),
            ledger: RefCell::default(),
            processes: RefCell::new(processes),
            numbers: Numbers::default(),
            network,
        }
    }

    /// Some process of the API. It may just have been started anew, and remember nothing.
    pub(crate) fn process(&self, rng: &mut Rng) -> Router {
        let mut processes = self.processes.borrow_mut();
        let place = rng.usize(..processes.len());
        if rng.u8(..100) < 4 {
            processes[place] = process(&self.network);
        }
        processes[place].clone()
    }
}

/// A process of the API: the router, the store, and the SDK as in production.
pub(crate) fn process(network: &Network) -> Router {
    let client = network.client();
    router(Store::new(
        EventsTable::new(client.clone(), EVENTS_TABLE),
        CatalogueTable::new(client.clone(), CATALOGUE_TABLE),
        FeedTable::new(client, FEED_TABLE),
    ))
}
