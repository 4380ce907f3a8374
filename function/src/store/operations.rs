//! The protocols against a database: each step's request sent, its answer handed back.

use event_store_types::{EventPage, Revision, Stream};

use super::append::{self, Append};
use super::read::{self, Forwards};
use super::tails::Tails;
use super::{EventLog, Put, StoreError, StreamKey, limits};

/// Appends, and says what came of it.
///
/// # Errors
/// When the database does not answer, or not within [`limits::OPERATION_TIMEOUT`]: whether the events were
/// written is then unknown. The same append may be tried again: it never writes twice.
pub async fn append(log: &impl EventLog, tails: &Tails, append: Append) -> Result<Appending, StoreError> {
    within_deadline(drive_append(log, tails, append)).await
}

/// What came of an append, and how it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appending {
    /// What came of it.
    pub outcome: append::Outcome,
    /// Where the proof of the revision before came from, or `None` when the append was to begin a stream.
    pub proof: Option<Proof>,
}

/// Where the proof of the revision before an append came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// It was remembered.
    Tail,
    /// It was read.
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
        step = match step {
            append::Step::Find(find) => {
                let newest = log.newest_at_or_before(&stream, find.revision()).await?;
                if let Some(newest) = &newest {
                    tails.remember(&stream, newest.tail());
                }
                find.found(newest)
            }
            append::Step::Put(put) => match log.put(&stream, put.commit()).await? {
                Put::Written => {
                    tails.remember(&stream, put.commit().tail());
                    put.written()
                }
                Put::Refused(there) => {
                    tails.remember(&stream, there.tail());
                    put.refused(there)
                }
            },
            append::Step::Tail(find) => {
                let tail = log.tail(&stream).await?;
                if let Some(tail) = tail {
                    tails.remember(&stream, tail);
                }
                find.found(tail)
            }
            append::Step::Done(outcome) => return Ok(Appending { outcome, proof }),
        };
    }
}

/// Reads a page of events, oldest first, or `None` when there is no such stream.
///
/// # Errors
/// When the database does not answer, or not within [`limits::OPERATION_TIMEOUT`], or shows a gap.
pub async fn read_forwards(
    log: &impl EventLog,
    tails: &Tails,
    read: Forwards,
) -> Result<Option<EventPage>, StoreError> {
    within_deadline(drive_read(log, tails, read)).await
}

async fn drive_read(
    log: &impl EventLog,
    tails: &Tails,
    read: Forwards,
) -> Result<Option<EventPage>, StoreError> {
    let stream = read.stream.clone();
    let mut step = read.begin();
    loop {
        step = match step {
            read::Step::Commits(find) => {
                let found = log.commits_after(&stream, find.after(), find.limit()).await?;
                if let Some(newest) = found.commits.last() {
                    tails.remember(&stream, newest.tail());
                }
                find.found(found)
            }
            read::Step::Before(find) => {
                let before = log.newest_at_or_before(&stream, find.position()).await?;
                if let Some(before) = &before {
                    tails.remember(&stream, before.tail());
                }
                find.found(before)
            }
            read::Step::Done(read::Outcome::Page(page)) => return Ok(Some(page)),
            read::Step::Done(read::Outcome::NotFound) => return Ok(None),
            read::Step::Done(read::Outcome::Gap { after }) => {
                let after = after.map_or(0, Revision::as_u64);
                return Err(StoreError::Fault(Gap { stream, after }.into()));
            }
        };
    }
}

/// The stream as it stands, or `None` when there is no such stream.
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
        tails.remember(stream, tail);
        stream.at(tail.revision, tail.created_at)
    }))
}

/// Ends `operation` with an error when it takes longer than [`limits::OPERATION_TIMEOUT`].
///
/// # Errors
/// Those of the operation, and [`StoreError::Unavailable`] for one that takes too long.
pub async fn within_deadline<T>(
    operation: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    // The futures of the SDK are large: on the heap, the layers above do not carry them along.
    tokio::time::timeout(limits::OPERATION_TIMEOUT, Box::pin(operation))
        .await
        .unwrap_or_else(|_| Err(StoreError::Unavailable(DeadlineExceeded.into())))
}

/// An operation that took too long.
#[derive(Debug, thiserror::Error)]
#[error("the operation took longer than `{:?}`", limits::OPERATION_TIMEOUT)]
struct DeadlineExceeded;

/// A revision that is missing, with later ones there: the log was changed by something else than the store.
#[derive(Debug, thiserror::Error)]
#[error("the stream `{stream}` has a gap after revision `{after}`")]
struct Gap {
    stream: StreamKey,
    after: u64,
}
