//! The state that the handlers share.

use std::sync::Arc;

use super::observation::Observation;
use crate::dynamo::{CatalogueTable, EventsTable, FeedTable};
use crate::feed::reader::ReaderMemory;
use crate::store::tails::Tails;
use crate::telemetry::Gathering;

/// The store behind the API: its tables, and what this process caches of them.
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
    /// A store on its tables, with empty caches.
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

    /// The same store, which also writes metrics of its requests, for the deployment whose events table has
    /// this name.
    #[must_use]
    pub fn measured_as(self, events_table: &str) -> Self {
        Self {
            measurements: Some(Arc::new(Gathering::of(events_table))),
            ..self
        }
    }

    /// The same store with a name. It distinguishes the store from others that use the same address at other
    /// times.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self {
            name: Some(name.into()),
            ..self
        }
    }

    /// The same store, which also serves its feed as server-sent events. For servers on which a waiting
    /// request costs nothing.
    #[must_use]
    pub fn streaming(self) -> Self {
        Self {
            streams: true,
            ..self
        }
    }

    /// Whether the store serves its feed as server-sent events.
    pub(super) fn streams(&self) -> bool {
        self.streams
    }

    /// The name that distinguishes the store from others at its address, if it has one.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Gathers metrics, if this store writes them.
    pub(super) fn measurements(&self) -> Option<Arc<Gathering>> {
        self.measurements.clone()
    }

    /// The events table. Its consumption is counted in `observation`.
    pub(super) fn events(&self, observation: &Observation) -> EventsTable {
        self.events.metered(observation.meter.clone())
    }

    /// The catalogue. Its consumption is counted in `observation`.
    pub(super) fn catalogue(&self, observation: &Observation) -> CatalogueTable {
        self.catalogue.metered(observation.meter.clone())
    }

    /// The feed. Its consumption is counted in `observation`.
    pub(super) fn feed(&self, observation: &Observation) -> FeedTable {
        self.feed.metered(observation.meter.clone())
    }

    /// What this process caches of the feed.
    pub(super) fn reader(&self) -> &ReaderMemory {
        &self.reader
    }

    /// The cached ends of streams.
    pub(super) fn tails(&self) -> &Tails {
        &self.tails
    }
}
