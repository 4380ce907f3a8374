//! Runs the protocols against a database: sends each step's request, and passes back its answer.

use std::time::Duration;

use backon::BackoffBuilder as _;
use event_store_types::{EventPage, Revision, Stream};

use super::append::{self, Append};
use super::append_at_end::{self, AppendAtEnd};
use super::commit::Commit;
use super::read::{self, Read};
use super::tails::Tails;
use super::{Consistency, EventLog, Order, Put, StoreError, StreamKey, limits};

/// Appends, and returns the outcome.
///
/// # Errors
/// When the database does not answer, or not within [`limits::OPERATION_TIMEOUT`]: it is then unknown whether
/// the events were written. The same append may be retried: it never writes twice.
pub async fn append(log: &impl EventLog, tails: &Tails, append: Append) -> Result<Appending, StoreError> {
    within_deadline(drive_append(log, tails, append)).await
}

/// Appends at the end of the stream, and returns the outcome.
///
/// # Errors
/// Those of [`append()`]. The same append may be retried: it is recognised among the newest
/// [`limits::RECENT_COMMITS`] commits.
pub async fn append_at_end(
    log: &impl EventLog,
    tails: &Tails,
    append: AppendAtEnd,
) -> Result<append_at_end::Outcome, StoreError> {
    within_deadline(drive_append_at_end(log, tails, append)).await
}

/// The outcome of an append, and how it was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appending {
    /// The outcome.
    pub outcome: append::Outcome,
    /// The source of the proof of the preceding revision, or `None` if the append starts a stream.
    pub proof: Option<Proof>,
}

/// The source of the proof of the revision before an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The cache of tails.
    Tail,
    /// A read.
    Read,
}

async fn drive_append(log: &impl EventLog, tails: &Tails, append: Append) -> Result<Appending, StoreError> {
    let stream = append.stream().clone();
    let expected = append.expected();
    let mut step = append.begin(expected.and_then(|expected| tails.ending_at(&stream, expected)));
    let proof = match (&step, expected) {
        (append::Step::Find(_), _) => Some(Proof::Read),
        (_, Some(_)) => Some(Proof::Tail),
        (_, None) => None,
    };
    loop {
        let next = match step {
            append::Step::Find(find) => {
                let newest = log.newest_at_or_before(&stream, find.revision(), Consistency::Strong);
                find.found(newest.await?)
            }
            append::Step::Put(put) => match log.put(&stream, put.commit()).await? {
                Put::Written => put.written(),
                Put::Refused(there) => put.refused(there),
            },
            append::Step::Tail(find) => find.found(log.tail(&stream).await?),
            append::Step::Done(outcome) => return Ok(Appending { outcome, proof }),
        };
        tails.learn(&stream, next.learned);
        step = next.step;
    }
}

async fn drive_append_at_end(
    log: &impl EventLog,
    tails: &Tails,
    append: AppendAtEnd,
) -> Result<append_at_end::Outcome, StoreError> {
    let stream = append.stream().clone();
    let mut pauses = limits::AT_END_PAUSES.build();
    let mut step = append.begin();
    loop {
        let next = match step {
            append_at_end::Step::Recent(find) => {
                if find.attempt() > 1 {
                    step_aside(pauses.next().unwrap_or_default()).await;
                }
                let recent = log.newest_commits(&stream, find.limit());
                find.found(&recent.await?.commits)
            }
            append_at_end::Step::Put(put) => match log.put(&stream, put.commit()).await? {
                Put::Written => put.written(),
                Put::Refused(there) => put.refused(there),
            },
            append_at_end::Step::Done(outcome) => return Ok(outcome),
        };
        tails.learn(&stream, next.learned);
        step = next.step;
    }
}

/// Waits for a random time of at most `longest`, so that writers that collided do not collide again.
async fn step_aside(longest: Duration) {
    tokio::time::sleep(longest.mul_f64(fastrand::f64())).await;
}

/// Reads a page of events.
///
/// # Errors
/// When the database does not answer, or not within [`limits::OPERATION_TIMEOUT`], or shows a gap.
pub async fn read(log: &impl EventLog, tails: &Tails, read: Read) -> Result<Reading, StoreError> {
    within_deadline(drive_read(log, tails, read)).await
}

async fn drive_read(log: &impl EventLog, tails: &Tails, read: Read) -> Result<Reading, StoreError> {
    let stream = read.stream.clone();
    let mut step = read.begin();
    loop {
        step = match step {
            read::Step::Commits(find) => {
                let order = find.order();
                let found = log.commits_starting(&stream, find.starts(), order, find.consistency());
                let found = found.await?;
                let newest = match order {
                    Order::OldestFirst => found.commits.last(),
                    Order::NewestFirst => found.commits.first(),
                };
                tails.learn(&stream, newest.map(Commit::tail));
                find.found(found)
            }
            read::Step::Newest(find) => {
                let newest = log.newest_at_or_before(&stream, find.position(), find.consistency());
                let newest = newest.await?;
                tails.learn(&stream, newest.as_ref().map(Commit::tail));
                find.found(newest)
            }
            read::Step::Tail(find) => {
                let tail = log.tail(&stream).await?;
                tails.learn(&stream, tail);
                find.found(tail)
            }
            read::Step::Done(outcome) => return reading(stream, outcome),
        };
    }
}

/// The outcome of a read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A page.
    Page(EventPage),
    /// There is no such stream.
    NotFound,
    /// The stream ends before the revision after which the read begins.
    NotReached {
        /// The revision after which the read begins.
        after: Revision,
        /// The current revision.
        current: Revision,
    },
}

fn reading(stream: StreamKey, outcome: read::Outcome) -> Result<Reading, StoreError> {
    match outcome {
        read::Outcome::Page(page) => Ok(Reading::Page(page)),
        read::Outcome::NotFound => Ok(Reading::NotFound),
        read::Outcome::NotReached { after, current } => Ok(Reading::NotReached { after, current }),
        read::Outcome::Gap { after } => {
            let after = after.map_or(0, Revision::as_u64);
            Err(StoreError::Fault(Gap { stream, after }.into()))
        }
    }
}

/// The current state of the stream, or `None` if it does not exist.
///
/// # Errors
/// When the database does not answer, or not within [`limits::OPERATION_TIMEOUT`].
pub async fn details(
    log: &impl EventLog,
    tails: &Tails,
    stream: &StreamKey,
) -> Result<Option<Stream>, StoreError> {
    let tail = within_deadline(log.tail(stream)).await?;
    Ok(tail.map(|tail| {
        tails.learn(stream, Some(tail));
        stream.at(tail.revision, tail.created_at)
    }))
}

/// Fails `operation` if it takes longer than [`limits::OPERATION_TIMEOUT`].
///
/// # Errors
/// Those of the operation, and [`StoreError::Unavailable`] if it takes too long.
pub async fn within_deadline<T>(
    operation: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    // The SDK's futures are large: on the heap, they do not enlarge the futures of the layers above.
    tokio::time::timeout(limits::OPERATION_TIMEOUT, Box::pin(operation))
        .await
        .unwrap_or_else(|_| Err(StoreError::Unavailable(DeadlineExceeded.into())))
}

/// The error for an operation that took too long.
#[derive(Debug, thiserror::Error)]
#[error("the operation took longer than `{:?}`", limits::OPERATION_TIMEOUT)]
struct DeadlineExceeded;

/// A missing revision with later ones present: something other than the store changed the log.
#[derive(Debug, thiserror::Error)]
#[error("the stream `{stream}` has a gap after revision `{after}`")]
struct Gap {
    stream: StreamKey,
    after: u64,
}
