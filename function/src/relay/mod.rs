//! The relay: carries commits from the events table's stream to the feed, the catalogue and SNS.
//!
//! A batch of records has three effects, in this order. Its commits are added to the feed. The catalogue is
//! brought forward and notes what the feed contains. Then every event is announced, so that a subscriber that
//! is woken finds it in the feed. Each effect may happen twice and in any order of the records. Whatever is
//! missing at the end is delivered again, from the first record that lacks an effect ([`checkpoint`]). What
//! is not in the feed is neither listed nor announced.
//!
//! What the stream has lost, or never had, is restored from the events table itself: [`reconcile`], the other
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
    /// The destination of poison records.
    pub failure_queue: Q,
}

/// The outcome of a batch.
#[derive(Debug)]
pub struct Relayed {
    /// Where redelivery must begin.
    pub checkpoint: Checkpoint,
    /// The number of streams in the batch.
    pub streams: usize,
    /// The number of events that were missing from the feed and were added.
    pub fed: u64,
    /// The number of streams for which the catalogue was behind.
    pub updated: usize,
    /// The number of events to announce.
    pub notices: usize,
    /// The number of records that were parked on the failure queue, or should have been.
    pub parked: usize,
    /// Whether the feed is corrupt, so that a retry does not help.
    pub feed_fault: bool,
    /// The records which report that the log was changed.
    pub tampered: Vec<(Identity, Tampering)>,
    /// The missing effects.
    pub shortfalls: Vec<Shortfall>,
}

impl<F: FeedWriter, C: CatalogueWriter, P: Publisher, Q: FailureQueue> Relay<F, C, P, Q> {
    /// Relays a batch, and retries what fails for as long as `patience` lasts.
    pub async fn relay(&self, records: &[Box<RawValue>], patience: Patience) -> Relayed {
        self.carry_out(Batch::read(records), patience).await
    }

    /// Carries out a batch, and retries what fails for as long as `patience` lasts.
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

    /// Adds the commits to the feed, brings the catalogue forward, announces every event, and parks those
    /// that the topic refuses for good.
    async fn effect(&self, batch: &Batch, patience: Patience) -> Effected {
        // Boxed, because it is large within the futures that hold it.
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

/// The records that lack an effect.
fn records(shortfalls: &[Shortfall]) -> impl Iterator<Item = usize> {
    shortfalls
        .iter()
        .flat_map(|shortfall| shortfall.records.iter().copied())
}

/// The outcome of a batch's effects.
struct Effected {
    feed_fault: bool,
    fed: u64,
    updated: usize,
    refused: usize,
    shortfalls: Vec<Shortfall>,
}

#[cfg(test)]
mod tests;
