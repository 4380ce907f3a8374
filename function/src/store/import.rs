//! Imports events that happened elsewhere, at their own revisions, with their own ids and times.
//!
//! An import is the append of [`super::append`] with a time other than now, so it never overwrites an event
//! and leaves no gap. It skips identical events that the stream already has, however they were divided into
//! commits. After an interrupted import, simply start again.

use event_store_types::{Event, Revision};

use super::append::{self, Append};
use super::commit::{BeyondLastRevision, CommitEvent, CommitEvents, InvalidCommit};
use super::operations::{self, Reading};
use super::read::{Read, Start};
use super::tails::Tails;
use super::{Consistency, EventLog, StoreError, StreamKey};

/// The outcome of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// The stream contains all events; `there` of them were there before.
    Done { there: usize },
    /// The stream has a different event at this revision.
    Differs(Revision),
    /// The stream ends too early for the event at this revision to follow.
    Gap(Revision),
    /// The event at this revision is older than the one before it.
    GoesBack(Revision),
}

/// Why events cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The database did not answer, or not in time.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The events cannot form one commit.
    #[error(transparent)]
    Commit(#[from] InvalidCommit),
    /// The events would be beyond the largest revision.
    #[error("the revision is beyond the largest")]
    Beyond(#[from] BeyondLastRevision),
}

/// Imports events that share one time and have consecutive revisions into `stream`.
///
/// # Errors
/// When the database does not answer, or the events cannot form one commit. The same import may be retried.
pub async fn import(
    log: &impl EventLog,
    tails: &Tails,
    stream: &StreamKey,
    events: &[Event],
) -> Result<Imported, ImportError> {
    let mut there = 0;
    while let Some(first) = events.get(there) {
        let left = &events[there..];
        if goes_back(log, tails, stream, first).await? {
            return Ok(Imported::GoesBack(first.revision));
        }
        let commit = CommitEvents::new(left.iter().map(commit_event).collect())?;
        let append = Append::new(stream.clone(), first.revision, commit, first.created_at)?;
        match operations::append(log, tails, append).await?.outcome {
            append::Outcome::Appended { .. } => break,
            append::Outcome::Replayed { stream } if stream.updated_at == first.created_at => {
                there = events.len();
            }
            append::Outcome::Replayed { .. } => return Ok(Imported::Differs(first.revision)),
            append::Outcome::NotFound => return Ok(Imported::Gap(first.revision)),
            append::Outcome::Conflict { .. } | append::Outcome::EventIdReused { .. } => {
                let found = found(log, tails, stream, left).await?;
                let same = found
                    .iter()
                    .zip(left)
                    .take_while(|(one, other)| one == other)
                    .count();
                match found.len() {
                    0 => return Ok(Imported::Gap(first.revision)),
                    there if same < there => return Ok(Imported::Differs(left[same].revision)),
                    _ => there += same,
                }
            }
        }
    }
    Ok(Imported::Done { there })
}

/// Whether an event is older than the one before it. The store would give it a later time.
async fn goes_back(
    log: &impl EventLog,
    tails: &Tails,
    stream: &StreamKey,
    event: &Event,
) -> Result<bool, StoreError> {
    let Some(before) = event.revision.previous() else {
        return Ok(false);
    };
    let known = if let Some(tail) = tails.ending_at(stream, before) {
        Some(tail)
    } else {
        let newest = log.newest_at_or_before(stream, before, Consistency::Strong);
        let tail = newest.await?.map(|commit| commit.tail());
        tails.learn(stream, tail);
        tail
    };
    // A commit that covers the revision is compared event by event.
    Ok(known.is_some_and(|tail| tail.revision == before && event.created_at < tail.created_at))
}

/// The events that the stream has at the revisions of `events`.
async fn found(
    log: &impl EventLog,
    tails: &Tails,
    stream: &StreamKey,
    events: &[Event],
) -> Result<Vec<Event>, StoreError> {
    let read = Read {
        stream: stream.clone(),
        start: Start::After(events.first().and_then(|first| first.revision.previous())),
        limit: events.len(),
        consistency: Consistency::Strong,
    };
    Ok(match operations::read(log, tails, read).await? {
        Reading::Page(page) => page.events,
        Reading::NotFound | Reading::NotReached { .. } => Vec::new(),
    })
}

fn commit_event(event: &Event) -> CommitEvent {
    CommitEvent {
        id: event.event_id,
        event_type: event.event_type.clone(),
        payload: event.payload.clone(),
        metadata: event.metadata.clone(),
    }
}
