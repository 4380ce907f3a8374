//! The second effect: bringing the catalogue forward.

use event_store_types::Stream;
use futures::StreamExt as _;
use futures::stream::iter;

use super::batch::CatalogueUpdate;
use super::patience::Patience;
use super::shortfall::Shortfall;
use crate::feed::{Incarnation, Mark};
use crate::store::{StoreError, StreamKey};

/// The port to the catalogue.
pub trait CatalogueWriter {
    /// Makes the catalogue list `stream` in the given state, unless it lists this revision or a later one.
    /// Also notes that `feed` contains the stream up to this revision.
    fn bring_forward(
        &self,
        stream: &Stream,
        feed: Incarnation,
    ) -> impl Future<Output = Result<BroughtForward, StoreError>> + Send;

    /// How far the feed contains the given streams, for those with a mark. The answer may be slightly out of
    /// date.
    fn marks(
        &self,
        streams: &[StreamKey],
    ) -> impl Future<Output = Result<Vec<(StreamKey, Mark)>, StoreError>> + Send;
}

/// The outcome of bringing a stream forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BroughtForward {
    /// The catalogue was behind.
    Updated,
    /// The catalogue was up to date: the record came twice or late.
    AlreadyThere,
}

/// How many streams are brought forward concurrently.
const CONCURRENCY: usize = 16;

/// The outcome of bringing several streams forward.
#[derive(Debug, Default)]
pub(super) struct Catalogued {
    /// The number of streams for which the catalogue was behind.
    pub(super) updated: usize,
    /// The streams that could not be brought forward.
    pub(super) shortfalls: Vec<Shortfall>,
}

/// Brings every stream forward, and reports those for which it failed.
pub(super) async fn bring_forward(
    catalogue: &impl CatalogueWriter,
    updates: &[(&CatalogueUpdate, Incarnation)],
    patience: Patience,
) -> Catalogued {
    let calls: Vec<_> = updates
        .iter()
        .map(|(update, feed)| bring_one_forward(catalogue, update, *feed, patience))
        .collect();
    let outcomes: Vec<_> = iter(calls).buffer_unordered(CONCURRENCY).collect().await;
    let mut catalogued = Catalogued::default();
    for outcome in outcomes {
        match outcome {
            Ok(BroughtForward::Updated) => catalogued.updated += 1,
            Ok(BroughtForward::AlreadyThere) => {}
            Err(shortfall) => catalogued.shortfalls.push(shortfall),
        }
    }
    catalogued
}

async fn bring_one_forward(
    catalogue: &impl CatalogueWriter,
    update: &CatalogueUpdate,
    feed: Incarnation,
    patience: Patience,
) -> Result<BroughtForward, Shortfall> {
    let shortfall = |cause: &dyn std::error::Error| Err(Shortfall::of(update.records.iter().copied(), cause));
    let mut attempts = patience.begin();
    loop {
        let error = match attempts
            .attempt(catalogue.bring_forward(&update.stream, feed))
            .await
        {
            Ok(Ok(outcome)) => return Ok(outcome),
            Ok(Err(error @ StoreError::Fault(_))) => return shortfall(&error),
            Ok(Err(error @ (StoreError::Throttled(_) | StoreError::Unavailable(_)))) => error,
            Err(passed) => return shortfall(&passed),
        };
        if attempts.pause().await.is_err() {
            return shortfall(&error);
        }
    }
}
