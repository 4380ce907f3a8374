//! What the handlers share.

use std::sync::Arc;

use super::observation::Observation;
use crate::store::dynamo::{CatalogueTable, EventsTable};
use crate::store::tails::Tails;

/// The store behind the API: both tables, and the ends of streams that this process remembers.
#[derive(Clone, Debug)]
pub struct Store {
    events: EventsTable,
    catalogue: CatalogueTable,
    tails: Arc<Tails>,
    measured_as: Option<Arc<str>>,
}

impl Store {
    /// A store on both tables that remembers nothing yet.
    pub fn new(events: EventsTable, catalogue: CatalogueTable) -> Self {
        Self {
            events,
            catalogue,
            tails: Arc::new(Tails::new()),
            measured_as: None,
        }
    }

    /// The same store, with metrics of each request written for the deployment whose events table has this name.
    #[must_use]
    pub fn measured_as(self, events_table: &str) -> Self {
        Self {
            measured_as: Some(events_table.into()),
            ..self
        }
    }

    /// The name under which metrics are written, if they are to be.
    pub(super) fn name_of_metrics(&self) -> Option<Arc<str>> {
        self.measured_as.clone()
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
