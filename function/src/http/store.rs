//! What the handlers share.

use std::sync::Arc;

use super::observation::Observation;
use crate::store::dynamo::{CatalogueTable, EventsTable};
use crate::store::tails::Tails;
use crate::telemetry::Gathering;

/// The store behind the API: both tables, and the ends of streams that this process remembers.
#[derive(Clone, Debug)]
pub struct Store {
    events: EventsTable,
    catalogue: CatalogueTable,
    tails: Arc<Tails>,
    measurements: Option<Arc<Gathering>>,
    name: Option<Arc<str>>,
}

impl Store {
    /// A store on both tables that remembers nothing yet.
    pub fn new(events: EventsTable, catalogue: CatalogueTable) -> Self {
        Self {
            events,
            catalogue,
            tails: Arc::new(Tails::new()),
            measurements: None,
            name: None,
        }
    }

    /// The same store, with metrics of its requests written for the deployment whose events table has this name.
    #[must_use]
    pub fn measured_as(self, events_table: &str) -> Self {
        Self {
            measurements: Some(Arc::new(Gathering::of(events_table))),
            ..self
        }
    }

    /// The same store, told from others that are served at its address at other times.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self {
            name: Some(name.into()),
            ..self
        }
    }

    /// What tells it from others at its address, if there are such.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What gathers measurements, if they are to be written.
    pub(super) fn measurements(&self) -> Option<Arc<Gathering>> {
        self.measurements.clone()
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
