//! The relay: from the events table's stream to the feed, the catalogue and SNS.
//!
//! A batch of records has three effects, one after the other: its commits are brought into the feed, the catalogue is brought forward
//! and notes what is in the feed, and every event is announced, so that whoever is woken finds it there. Each may happen twice and
//! in any order of the records, so whatever is missing at the end is delivered again from the first record that misses it
//! ([`checkpoint`]). What is not in the feed is neither listed nor announced.
//!
//! What the stream has lost, or never had, is repaired from the events table itself: [`reconcile`], the other
//! kind of [`invocation`].

pub mod batch;
pub mod call;
pub mod catalogue;
pub mod checkpoint;
pub mod feeder;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
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
#[cfg(test)]
pub(crate) mod testing;

use std::collections::BTreeSet;

use serde_json::value::RawValue;

use batch::{Batch, Poison};
use catalogue::CatalogueWriter;
use checkpoint::Checkpoint;
use feeder::Feeder;
use parking::FailureQueue;
use patience::Patience;
use publisher::Publisher;
use record::{Identity, Tampering};
use shortfall::Shortfall;

use crate::feed::port::FeedWriter;

/// Relays batches of records to a feed, a catalogue and a topic.
#[derive(Clone, Debug)]
pub struct Relay<F, C, P, Q> {
    /// The feed.
    pub feeder: Feeder<F>,
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
    /// How many events the feed lacked, and has now.
    pub fed: u64,
    /// How many of them the catalogue was behind of.
    pub updated: usize,
    /// How many events it asked to announce.
    pub notices: usize,
    /// How many times something was put on the failure queue, or tried to.
    pub parked: usize,
    /// Whether the feed is not what it should be, so that trying again does not help.
    pub feed_fault: bool,
    /// The records that say that the log was changed.
    pub tampered: Vec<(Identity, Tampering)>,
    /// The effects that are missing.
    pub shortfalls: Vec<Shortfall>,
}

impl<F: FeedWriter, C: CatalogueWriter, P: Publisher, Q: FailureQueue> Relay<F, C, P, Q> {
    /// Relays a batch, trying what fails again as long as `patience` lasts.
    pub async fn relay(&self, records: &[Box<RawValue>], patience: Patience) -> Relayed {
        self.carry_out(Batch::read(records), patience).await
    }

    /// Does what a batch asks for, trying what fails again as long as `patience` lasts.
    pub(crate) async fn carry_out(&self, batch: Batch, patience: Patience) -> Relayed {
        let (effected, parked) = futures::join!(
            self.effect(&batch, patience),
            self.park(&batch.poison, &batch, patience),
        );
        let Effected {
            feed_fault,
            fed,
            updated,
            refused,
            mut shortfalls,
        } = effected;
        shortfalls.extend(parked);
        let missing = records(&shortfalls).collect();
        let tampered = batch.tampered.iter();
        Relayed {
            checkpoint: Checkpoint::of(&batch.identities, &missing),
            streams: batch.updates.len(),
            fed,
            updated,
            notices: batch.notices.len(),
            parked: batch.poison.len() + refused,
            feed_fault,
            tampered: tampered
                .map(|found| (batch.identities[found.record].clone(), found.tampering))
                .collect(),
            shortfalls,
        }
    }

    /// Brings the commits into the feed, then the catalogue forward, then announces every event, and parks those that the topic will
    /// never take.
    async fn effect(&self, batch: &Batch, patience: Patience) -> Effected {
        // It is large within the futures that hold it.
        let outcome = Box::pin(self.feeder.feed(&self.catalogue, batch.entries.clone(), patience)).await;
        let mut shortfalls = Vec::new();
        let mut updates = Vec::new();
        for update in &batch.updates {
            match outcome.feed_of(update) {
                Some(feed) => updates.push((update, feed)),
                None => shortfalls.push(outcome.shortfall(update)),
            }
        }
        let missing: BTreeSet<usize> = records(&shortfalls).collect();
        let catalogued = catalogue::bring_forward(&self.catalogue, &updates, patience).await;
        shortfalls.extend(catalogued.shortfalls);
        let published = if missing.is_empty() {
            publisher::publish(&self.publisher, &batch.notices, patience).await
        } else {
            let mut notices = batch.notices.clone();
            notices.retain(|notice| !missing.contains(&notice.record));
            publisher::publish(&self.publisher, &notices, patience).await
        };
        shortfalls.extend(published.shortfalls);
        shortfalls.extend(self.park(&published.poison, batch, patience).await);
        Effected {
            feed_fault: outcome.is_fault(),
            fed: outcome.added(),
            updated: catalogued.updated,
            refused: published.poison.len(),
            shortfalls,
        }
    }

    async fn park(&self, poison: &[Poison], batch: &Batch, patience: Patience) -> Vec<Shortfall> {
        parking::park(&self.failure_queue, poison, &batch.identities, patience).await
    }
}

/// The records that miss an effect.
fn records(shortfalls: &[Shortfall]) -> impl Iterator<Item = usize> {
    shortfalls
        .iter()
        .flat_map(|shortfall| shortfall.records.iter().copied())
}

/// What came of the effects of a batch.
struct Effected {
    feed_fault: bool,
    fed: u64,
    updated: usize,
    refused: usize,
    shortfalls: Vec<Shortfall>,
}

#[cfg(test)]
mod tests;
