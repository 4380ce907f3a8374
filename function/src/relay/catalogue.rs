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
    /// Makes the catalogue list `stream` as it is given, unless it lists it at this revision or a later one, and note that all of it
    /// up to this revision is in `feed`.
    fn bring_forward(
        &self,
        stream: &Stream,
        feed: Incarnation,
    ) -> impl Future<Output = Result<BroughtForward, StoreError>> + Send;

    /// How far streams are in the feed, of those of which that was noted. The answer may be one of a moment ago.
    fn marks(
        &self,
        streams: &[StreamKey],
    ) -> impl Future<Output = Result<Vec<(StreamKey, Mark)>, StoreError>> + Send;
}

/// What came of bringing a stream forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BroughtForward {
    /// The catalogue was behind.
    Updated,
    /// The catalogue was not behind: a record that came twice or late.
    AlreadyThere,
}

/// How many streams are brought forward side by side.
const CONCURRENCY: usize = 16;

/// What came of bringing streams forward.
#[derive(Debug, Default)]
pub(super) struct Catalogued {
    /// How many of them the catalogue was behind of.
    pub(super) updated: usize,
    /// Those that could not be brought forward.
    pub(super) shortfalls: Vec<Shortfall>,
}

/// Brings every stream forward, and says which could not be.
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
