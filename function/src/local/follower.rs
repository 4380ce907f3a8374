//! The relay in this process: it follows the log, lists each stream and announces each event.
//!
//! On Lambda, the events table's stream delivers commits to the relay. Here, [`Behind`] names the streams
//! with new commits, and the follower reads these commits from the last announced one on ([`Announced`]). The
//! effects are the relay's own.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use event_store_types::Revision;
use futures::future::{Either, join, select};
use futures::stream::iter;
use futures::{FutureExt as _, StreamExt as _};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout};

use super::announced::{Announced, MARKS_A_CALL};
use super::behind::Behind;
use super::condition::Condition;
use super::database::AskError;
use super::notifications::{FailureLog, Notifications};
use super::once::Once;
use crate::dynamo::{CatalogueTable, EventsTable, FeedTable};
use crate::relay::Relay;
use crate::relay::batch::Batch;
use crate::relay::patience::Patience;
use crate::relay::reconcile::Reconciler;
use crate::relay::reconcile::progress::{Progress, Tally};
use crate::relay::record::Appended;
use crate::store::{StoreError, StreamKey};
use crate::telemetry::chain;

/// Follows the log.
pub(super) struct Follower {
    pub(super) behind: Arc<Behind>,
    pub(super) events: EventsTable,
    pub(super) announced: Announced,
    pub(super) relay: Relay<FeedTable, CatalogueTable, Once<Notifications>, FailureLog>,
    /// The condition of the store, if it is on disk.
    pub(super) condition: Option<Arc<Condition>>,
}

/// How long a failing call is retried before other streams get their turn. Kept short, because new streams
/// wait that long to be listed while the topic does not answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long one attempt at the repair lasts, retries included, before it reports a failure.
const REPAIR_PATIENCE: Duration = Duration::from_secs(5);

/// The pause after something failed.
const PAUSE: Duration = Duration::from_secs(1);

/// The maximum number of commits of a stream that are relayed at once.
const COMMITS_A_STREAM: usize = 100;

/// The number of streams that are read concurrently.
const CONCURRENCY: usize = 8;

impl Follower {
    /// Follows the log until `told_to_end`, then relays the rest for at most `last_patience`. Meanwhile it
    /// repairs what an earlier process left undone, concurrently, so that new appends do not wait for a log
    /// that cannot be read to its end.
    pub(super) async fn run(self, told_to_end: oneshot::Receiver<()>, last_patience: Duration) {
        let told_to_end = told_to_end.map(|_| ()).shared();
        join(self.repair_at_last(told_to_end.clone()), self.follow(told_to_end)).await;
        let left = timeout(last_patience, self.relay_the_rest()).await;
        if left != Ok(true) {
            let streams = self.behind.len();
            tracing::warn!(
                streams,
                "ending before all is announced; with `--data`, the next start goes on with it"
            );
        }
    }

    /// Repairs, however often it takes, unless told to end.
    async fn repair_at_last(&self, told_to_end: impl Future<Output = ()>) {
        let repaired = async {
            let mut repair = Repair::begin();
            let mut told = None;
            while let Err(error) = self.repair(&mut repair).await {
                if told.as_ref() != Some(&error) {
                    tracing::error!(
                        error = error.as_str(),
                        "what an earlier process left undone cannot be repaired; it is tried again until it is"
                    );
                    told = Some(error);
                }
                sleep(PAUSE).await;
            }
        };
        // What is not repaired now is found again at the next start.
        select(pin!(repaired), pin!(told_to_end)).await;
    }

    /// Relays what is appended, as it comes. A round is never cut off: the streams that it has taken would be forgotten.
    async fn follow(&self, told_to_end: impl Future<Output = ()> + Clone + Unpin) {
        let mut failing = false;
        // To be told to end comes first: while something fails there is always a stream left behind.
        while let Either::Right((streams, _)) = select(told_to_end.clone(), pin!(self.behind.next())).await {
            let failure = self.round(streams).await;
            match &failure {
                Some(cause) if !failing => {
                    tracing::warn!(
                        error = cause.as_str(),
                        "not relayed; it is tried again until it is"
                    );
                }
                None if failing => tracing::info!("relayed again"),
                _ => {}
            }
            failing = failure.is_some();
            if failing {
                select(pin!(sleep(PAUSE)), told_to_end.clone()).await;
            }
        }
    }

    /// Relays what is left, and says whether that was possible.
    async fn relay_the_rest(&self) -> bool {
        while self.behind.len() > 0 {
            if self.round(self.behind.take()).await.is_some() {
                return false;
            }
        }
        true
    }

    /// Repairs what an earlier process left undone, once.
    ///
    /// # Errors
    /// Why it cannot be.
    pub(super) async fn repair_once(&self) -> Result<(), String> {
        self.repair(&mut Repair::begin()).await
    }

    /// Brings the catalogue to where the log is, and finds the streams that were not announced to their end.
    ///
    /// # Errors
    /// Why it came no further; `repair` knows how far it came.
    async fn repair(&self, repair: &mut Repair) -> Result<(), String> {
        let reconciler = Reconciler {
            log: self.events.clone(),
            relay: self.relay.clone(),
        };
        while !repair.progress.is_done() {
            let patience = Patience::until(Instant::now() + REPAIR_PATIENCE);
            let outcome = reconciler.run(repair.progress.clone(), patience).await;
            repair.progress = outcome.progress;
            repair.tally += outcome.tally;
            if let Some(failure) = outcome.failure {
                return Err(failure);
            }
        }
        if let Some(condition) = &self.condition
            && repair.tally.unreadable > 0
        {
            condition.has_unreadable(repair.tally.unreadable);
        }
        let unannounced = self.find_unannounced().await.map_err(|error| chain(&error))?;
        let Repair { started, tally, .. } = repair;
        tracing::debug!(
            commits = tally.commits,
            streams = tally.streams,
            updated = tally.updated,
            fed = tally.fed,
            unannounced,
            durationMs = started.elapsed().as_secs_f64() * 1e3,
            "reconciled"
        );
        if tally.updated > 0 || tally.fed > 0 || unannounced > 0 {
            tracing::info!(
                listed = tally.updated,
                fed = tally.fed,
                announced = unannounced,
                "repairing what was left undone"
            );
        }
        Ok(())
    }

    async fn find_unannounced(&self) -> Result<usize, AskError> {
        let mut found = 0;
        let mut after = None;
        loop {
            let (streams, next) = self.announced.unannounced(after).await?;
            found += streams.len();
            self.behind.add_all(streams);
            match next {
                None => return Ok(found),
                next => after = next,
            }
        }
    }

    /// Relays what is news of the streams, and says why some of them remain.
    pub(super) async fn round(&self, streams: BTreeSet<StreamKey>) -> Option<String> {
        let streams: Vec<StreamKey> = streams.into_iter().collect();
        let mut failure = None;
        for streams in streams.chunks(MARKS_A_CALL) {
            if let Err(cause) = self.relay(streams).await {
                failure = Some(cause);
            }
        }
        failure
    }

    /// Relays what is news of some streams. Those of which something is missing are left behind again.
    async fn relay(&self, streams: &[StreamKey]) -> Result<(), String> {
        let calls: Vec<_> = streams.iter().map(|stream| self.news(stream)).collect();
        let news: Vec<_> = iter(calls).buffered(CONCURRENCY).collect().await;
        let mut failure = Ok(());
        let mut commits = Vec::new();
        for (stream, news) in streams.iter().zip(news) {
            match news {
                Ok(news) => {
                    // There may be more.
                    if news.len() == COMMITS_A_STREAM {
                        self.behind.add(stream.clone());
                    }
                    commits.extend(news);
                }
                Err(error) => {
                    self.behind.add(stream.clone());
                    failure = Err(chain(&error));
                }
            }
        }
        let marks = marks(&commits);
        let owners: Vec<StreamKey> = commits.iter().map(|commit| commit.stream.clone()).collect();
        let patience = Patience::until(Instant::now() + PATIENCE);
        let relayed = self.relay.carry_out(Batch::of(commits, |_| true), patience).await;
        let mut missing: Vec<StreamKey> = Vec::new();
        for shortfall in relayed.shortfalls {
            missing.extend(
                shortfall
                    .records
                    .iter()
                    .filter_map(|index| owners.get(*index).cloned()),
            );
            failure = Err(shortfall.cause);
        }
        let done: Vec<_> = marks
            .into_iter()
            .filter(|(stream, _)| !missing.contains(stream))
            .collect();
        self.behind.add_all(missing);
        if done.is_empty() {
            return failure;
        }
        match self.announced.mark(&done).await {
            Ok(()) => {
                for (stream, last) in &done {
                    self.relay.publisher.is_noted(stream, *last);
                }
                failure
            }
            Err(error) => {
                self.behind.add_all(done.into_iter().map(|(stream, _)| stream));
                Err(chain(&error))
            }
        }
    }

    /// The oldest commits of the stream that have not been announced.
    async fn news(&self, stream: &StreamKey) -> Result<Vec<Appended>, NewsError> {
        let announced = self.announced.revision(stream).await?;
        Ok(self
            .events
            .appended_after(stream, announced, COMMITS_A_STREAM)
            .await?)
    }
}

/// How far the repair has come.
struct Repair {
    started: Instant,
    progress: Progress,
    tally: Tally,
}

impl Repair {
    fn begin() -> Self {
        Self {
            started: Instant::now(),
            // The database reads a table from beginning to end at the least cost: there is nothing to gain from segments.
            progress: Progress::begin(1, None),
            tally: Tally::default(),
        }
    }
}

/// The end of each stream's commits. They come stream by stream, in the order of their revisions.
fn marks(commits: &[Appended]) -> Vec<(StreamKey, Revision)> {
    let mut marks: Vec<(StreamKey, Revision)> = Vec::new();
    for commit in commits {
        match marks.last_mut() {
            Some((stream, last)) if *stream == commit.stream => *last = commit.last,
            _ => marks.push((commit.stream.clone(), commit.last)),
        }
    }
    marks
}

/// Why the news of a stream cannot be told.
#[derive(Debug, thiserror::Error)]
enum NewsError {
    #[error("how far the stream was announced cannot be told")]
    Announced(#[from] AskError),
    #[error("the stream's commits cannot be read")]
    Commits(#[from] StoreError),
}
