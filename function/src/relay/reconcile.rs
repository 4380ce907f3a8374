//! Reconciling: rebuilds the feed, the catalogue and, on request, notifications from the events table itself.
//!
//! It repairs what the table's stream cannot, because the stream forgets after 24 hours: a lost catalogue, a
//! feed that is younger than the log or was recreated, or notifications that subscribers have lost. What the
//! feed lacks is added in the order of the scan, stream by stream, not in the order in which it happened.
//! Each page of the scan adds one range per stream. The table is read once, in parallel segments, page by
//! page. The effects of the relay follow each page, under the relay's own conditions. So a run may coincide
//! with live traffic and with other runs, and may be interrupted anywhere and continued: doing something
//! twice does no harm, and no page is passed before all its effects are done.
//!
//! Memory does not grow with the table. Each segment holds one page, of at most [`PAGE_COMMITS`] commits and
//! 1 MB as the database counts, without payloads. Only the newest commit of each stream on a page updates the
//! catalogue; the catalogue's condition orders those of different pages.

pub mod answer;
pub mod progress;
pub mod survey;

use futures::future::join_all;
use tokio::time::Instant;

use super::Relay;
use super::batch::Batch;
use super::catalogue::CatalogueWriter;
use super::parking::FailureQueue;
use super::patience::{DeadlinePassed, Patience};
use super::publisher::Publisher;
use crate::feed::port::FeedWriter;
use crate::store::StoreError;
use crate::telemetry::chain;

use progress::{Position, Progress, Tally};
use survey::{LogSurvey, Page, Segment};

pub use survey::PAGE_COMMITS;

/// Walks over the log and repeats the relay's effects.
#[derive(Clone, Debug)]
pub struct Reconciler<S, F, C, P, Q> {
    pub log: S,
    /// The relay that handles the commits.
    pub relay: Relay<F, C, P, Q>,
}

/// The result of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciled {
    /// Where the next run continues; done if this one reached the end.
    pub progress: Progress,
    /// What the run did.
    pub tally: Tally,
    /// What stopped a segment, unless it was only the deadline.
    pub failure: Option<String>,
}

impl<S, F, C, P, Q> Reconciler<S, F, C, P, Q>
where
    S: LogSurvey,
    F: FeedWriter,
    C: CatalogueWriter,
    P: Publisher,
    Q: FailureQueue,
{
    /// Continues from `progress` for as long as `patience` lasts, and retries what fails.
    pub async fn run(&self, progress: Progress, patience: Patience) -> Reconciled {
        let walks = progress
            .segments()
            .map(|(segment, position)| self.walk(segment, position.clone(), &progress, patience));
        let mut tally = Tally::default();
        let mut positions = Vec::new();
        let mut failure = None;
        for walk in join_all(walks).await {
            tally += walk.tally;
            positions.push(walk.position);
            failure = failure.or(walk.failure);
        }
        Reconciled {
            progress: progress.moved_to(positions),
            tally,
            failure,
        }
    }

    /// Walks over one segment, page by page.
    async fn walk(&self, segment: Segment, begin: Position, progress: &Progress, patience: Patience) -> Walk {
        let mut walk = Walk {
            position: begin,
            tally: Tally::default(),
            failure: None,
        };
        while !walk.position.is_end() && Instant::now() < patience.deadline {
            let page = match self.read(segment, &walk.position, patience).await {
                Ok(page) => page,
                Err(stopped) => {
                    walk.failure = stopped.failure();
                    break;
                }
            };
            let streams = page.streams_begun();
            let commits = page.commits.len();
            let unreadable = page.report_unreadable();
            let batch = Batch::of(page.commits, |commit| progress.notifies(commit.created_at));
            let relayed = self.relay.carry_out(batch, patience).await;
            walk.tally.updated += relayed.updated;
            walk.tally.fed += relayed.fed;
            if let Some(shortfall) = relayed.shortfalls.first() {
                walk.failure = (!shortfall.is_out_of_time()).then(|| shortfall.cause.clone());
                break;
            }
            walk.tally += Tally {
                commits,
                streams,
                notified: relayed.notices - relayed.parked,
                parked: relayed.parked,
                unreadable,
                updated: 0,
                fed: 0,
            };
            walk.position = Position::behind(page.next);
        }
        walk
    }

    async fn read(&self, segment: Segment, position: &Position, patience: Patience) -> Result<Page, Stopped> {
        let mut attempts = patience.begin();
        loop {
            let call = self.log.page(segment, position.place());
            let error = match attempts.attempt(call).await? {
                Ok(page) => return Ok(page),
                Err(error @ StoreError::Fault(_)) => return Err(Stopped::Failed(error)),
                Err(error @ (StoreError::Throttled(_) | StoreError::Unavailable(_))) => error,
            };
            if attempts.pause().await.is_err() {
                return Err(Stopped::Failed(error));
            }
        }
    }
}

/// The result of walking over one segment.
struct Walk {
    position: Position,
    tally: Tally,
    failure: Option<String>,
}

/// Why a page could not be read.
enum Stopped {
    OutOfTime,
    Failed(StoreError),
}

impl Stopped {
    fn failure(&self) -> Option<String> {
        match self {
            Self::OutOfTime => None,
            Self::Failed(error) => Some(chain(error)),
        }
    }
}

impl From<DeadlinePassed> for Stopped {
    fn from(_: DeadlinePassed) -> Self {
        Self::OutOfTime
    }
}

#[cfg(test)]
mod tests;
