//! Reconciling: the feed, the catalogue, and notifications when asked, made again from the events table itself.
//!
//! It repairs what the table's stream cannot, which forgets after 24 hours: a catalogue that was thrown away, a feed that is younger
//! than the log or was made anew, notifications that subscribers have lost. What the feed lacks is added as it is read: stream by
//! stream in the order of the scan, and not in the order in which it happened. Of a stream that is a range for each page of the scan. The table is read once, in segments side by side, a page at a time; the effects of the relay
//! follow page by page, under the relay's own conditions. So it may run beside live traffic and beside another run of its own, be cut
//! off anywhere and be continued: whatever is done twice does no harm, and a page whose effects are not all done is not gone past.
//!
//! Memory does not grow with the table: each segment holds one page, of at most [`PAGE_COMMITS`] commits and 1 MB as the
//! database counts, without payloads. Of a page's commits a stream's newest is enough; the catalogue's condition puts those of
//! different pages in order.

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

/// Goes over the log and does again what the relay does.
#[derive(Clone, Debug)]
pub struct Reconciler<S, F, C, P, Q> {
    pub log: S,
    /// What is done with its commits.
    pub relay: Relay<F, C, P, Q>,
}

/// How far a run came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciled {
    /// Where the next run goes on; done when it came to the end.
    pub progress: Progress,
    /// What was done.
    pub tally: Tally,
    /// What kept a segment from going on, when it was not the deadline alone.
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
    /// Goes on from `progress` as long as `patience` lasts, trying what fails again.
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

    /// Goes over one segment, page by page.
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

/// How far one segment came.
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
