//! The relay: from the events table's stream to the catalogue and SNS.
//!
//! A batch of records has two independent effects: the catalogue is brought forward, and every event is
//! announced. Both may happen twice and in any order, so whatever is missing at the end is delivered again
//! from the first record that misses it ([`checkpoint`]).
//!
//! What the stream has lost, or never had, is repaired from the events table itself: [`reconcile`], the other
//! kind of [`invocation`].

pub mod batch;
pub mod call;
pub mod catalogue;
pub mod checkpoint;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
pub mod handler;
pub mod invocation;
pub mod parking;
pub mod patience;
pub mod publisher;
pub mod reconcile;
pub mod record;
#[cfg(test)]
mod scripted;
pub mod sequence_number;
pub mod shortfall;
pub mod sns;
pub mod sqs;
#[cfg(test)]
pub(crate) mod testing;

use serde_json::value::RawValue;

use batch::{Batch, Poison};
use catalogue::CatalogueWriter;
use checkpoint::Checkpoint;
use parking::FailureQueue;
use patience::Patience;
use publisher::Publisher;
use record::{Identity, Tampering};
use shortfall::Shortfall;

/// Relays batches of records to a catalogue and a topic.
#[derive(Clone, Debug)]
pub struct Relay<C, P, Q> {
    /// The catalogue.
    pub catalogue: C,
    /// The topic.
    pub publisher: P,
    /// Where poison records go.
    pub failure_queue: Q,
}

/// What came of a batch.
#[derive(Debug)]
pub struct Relayed {
    /// From where on the batch must be delivered again.
    pub checkpoint: Checkpoint,
    /// How many streams it touched.
    pub streams: usize,
    /// How many of them the catalogue was behind of.
    pub updated: usize,
    /// How many events it announced, or tried to.
    pub notices: usize,
    /// How many times something was put on the failure queue, or tried to.
    pub parked: usize,
    /// The records that say that the log was changed.
    pub tampered: Vec<(Identity, Tampering)>,
    /// The effects that are missing.
    pub shortfalls: Vec<Shortfall>,
}

impl<C: CatalogueWriter, P: Publisher, Q: FailureQueue> Relay<C, P, Q> {
    /// Relays a batch, trying what fails again as long as `patience` lasts.
    pub async fn relay(&self, records: &[Box<RawValue>], patience: Patience) -> Relayed {
        self.carry_out(Batch::read(records), patience).await
    }

    /// Does what a batch asks for, trying what fails again as long as `patience` lasts.
    pub(crate) async fn carry_out(&self, batch: Batch, patience: Patience) -> Relayed {
        let (catalogued, announced, parked) = futures::join!(
            catalogue::bring_forward(&self.catalogue, &batch.updates, patience),
            self.announce(&batch, patience),
            self.park(&batch.poison, &batch, patience),
        );
        let shortfalls: Vec<Shortfall> = catalogued
            .shortfalls
            .into_iter()
            .chain(announced.shortfalls)
            .chain(parked)
            .collect();
        let missing = shortfalls
            .iter()
            .flat_map(|shortfall| shortfall.records.iter().copied())
            .collect();
        let tampered = batch.tampered.iter();
        Relayed {
            checkpoint: Checkpoint::of(&batch.identities, &missing),
            streams: batch.updates.len(),
            updated: catalogued.updated,
            notices: batch.notices.len(),
            parked: batch.poison.len() + announced.refused,
            tampered: tampered
                .map(|found| (batch.identities[found.record].clone(), found.tampering))
                .collect(),
            shortfalls,
        }
    }

    /// Announces every event, and parks those that the topic will never take.
    async fn announce(&self, batch: &Batch, patience: Patience) -> Announced {
        let published = publisher::publish(&self.publisher, &batch.notices, patience).await;
        let mut shortfalls = published.shortfalls;
        shortfalls.extend(self.park(&published.poison, batch, patience).await);
        Announced {
            refused: published.poison.len(),
            shortfalls,
        }
    }

    async fn park(&self, poison: &[Poison], batch: &Batch, patience: Patience) -> Vec<Shortfall> {
        parking::park(&self.failure_queue, poison, &batch.identities, patience).await
    }
}

/// What came of announcing a batch.
struct Announced {
    refused: usize,
    shortfalls: Vec<Shortfall>,
}

#[cfg(test)]
mod tests;
