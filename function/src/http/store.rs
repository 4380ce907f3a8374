//! What the handlers share.

use std::sync::Arc;

use super::observation::Observation;
use crate::dynamo::{CatalogueTable, EventsTable, FeedTable};
use crate::feed::reader::ReaderMemory;
use crate::store::tails::Tails;
use crate::telemetry::Gathering;

/// The store behind the API: its tables, and what this process remembers of them.
#[derive(Clone, Debug)]
pub struct Store {
    events: EventsTable,
    catalogue: CatalogueTable,
    feed: FeedTable,
    reader: ReaderMemory,
    tails: Arc<Tails>,
    measurements: Option<Arc<Gathering>>,
    name: Option<Arc<str>>,
    streams: bool,
}

impl Store {
    /// A store on its tables that remembers nothing yet.
    pub fn new(events: EventsTable, catalogue: CatalogueTable, feed: FeedTable) -> Self {
        Self {
            events,
            catalogue,
            feed,
            reader: ReaderMemory::default(),
            tails: Arc::new(Tails::new()),
            measurements: None,
            name: None,
            streams: false,
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

    /// The same store with a name, which tells it from others that are served at its address at other times.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self {
            name: Some(name.into()),
            ..self
        }
    }

    /// The same store, which also serves its feed as server-sent events: a request that waits costs nothing here.
    #[must_use]
    pub fn streaming(self) -> Self {
        Self {
            streams: true,
            ..self
        }
    }

    /// Whether it serves the feed as server-sent events.
    pub(super) fn streams(&self) -> bool {
        self.streams
    }

    /// The name that tells it from others at its address, if it has one.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Gathers measurements, if they are written.
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

    /// The feed, its use counted with `observation`.
    pub(super) fn feed(&self, observation: &Observation) -> FeedTable {
        self.feed.metered(observation.meter.clone())
    }

    /// What this process remembers of the feed.
    pub(super) fn reader(&self) -> &ReaderMemory {
        &self.reader
    }

    /// The ends of streams.
    pub(super) fn tails(&self) -> &Tails {
        &self.tails
    }
}
