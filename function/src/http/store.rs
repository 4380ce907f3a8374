//! What the handlers share.

use std::sync::Arc;

use super::observe::Observation;
use crate::store::dynamo::{CatalogueTable, EventsTable};
use crate::store::tails::Tails;

/// The store behind the API: both tables, and the ends of streams that this process remembers.
#[derive(Clone, Debug)]
pub struct Store {
    events: EventsTable,
    catalogue: CatalogueTable,
    tails: Arc<Tails>,
}

impl Store {
    /// A store on both tables that remembers nothing yet.
    pub fn new(events: EventsTable, catalogue: CatalogueTable) -> Self {
        Self {
            events,
            catalogue,
            tails: Arc::new(Tails::new()),
        }
    }

    /// The events table, its use counted with `observation`.
    pub(super) fn events(&self, observation: &Observation) -> EventsTable {
        self.events.metered(observation.meter.clone())
    }

    /// The catalogue, its use counted with `observation`.
    pub(super) fn catalogue(&self, observation: &Observation) -> CatalogueTable {
        self.catalogue.metered(observation.meter.clone())
    }

    /// The ends of streams.
    pub(super) fn tails(&self) -> &Tails {
        &self.tails
    }
}
