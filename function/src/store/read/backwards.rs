//! PURE: reads a page backwards.
//!
//! The request asks for the commits that start within the page. If the oldest event of the page lies inside a
//! commit that starts earlier, a second request finds that commit. If the page begins at the end of the
//! stream, the newest commit is read first, because it reveals the end. Before revision 1 there are no
//! events; there, the end of the stream distinguishes an empty page from a missing stream.

use event_store_types::Revision;

use super::{FindTail, Gathered, Outcome, Start, Step};
use crate::store::commit::Commit;
use crate::store::limits;

pub(super) fn begin(gathered: Gathered, before: Option<Revision>) -> Step {
    match before {
        Some(position) if position == Revision::FIRST => Step::Tail(FindTail { position }),
        Some(_) => missing_commits(gathered),
        None => missing_commit(gathered),
    }
}

/// Looks for the commit that holds the next event. If it ends before that event, it is the end of the stream,
/// or an eventually consistent answer left out its successor. In the latter case the page shows an earlier
/// moment, which is allowed.
pub(super) fn found_commits(gathered: Gathered) -> Step {
    if gathered.more || is_complete(&gathered) {
        gathered.conclude()
    } else {
        // No other commit starts where events are missing: one that starts earlier holds them all.
        missing_commit(gathered)
    }
}

/// Each stream begins at 1. So no commit means no stream or, below commits that were found, a gap.
pub(super) fn found_newest(mut gathered: Gathered, newest: Option<Commit>) -> Step {
    match newest {
        Some(newest) => gathered.commits.push(newest),
        None if gathered.commits.is_empty() => return gathered.conclude(),
        None => return gathered.end(Outcome::Gap { after: None }),
    }
    if is_complete(&gathered) {
        gathered.conclude()
    } else {
        missing_commits(gathered)
    }
}

/// Requests the commits that start where events are missing, so that it reads nothing but the page.
fn missing_commits(gathered: Gathered) -> Step {
    match next(&gathered) {
        Some(last) => {
            let missing = missing(&gathered).saturating_sub(1);
            let first = Revision::try_from(last.as_u64().saturating_sub(missing));
            gathered.commits_starting(first.unwrap_or(Revision::FIRST)..=last)
        }
        None => gathered.conclude(),
    }
}

/// Requests the one commit that holds the next event, wherever it starts.
fn missing_commit(gathered: Gathered) -> Step {
    match next(&gathered) {
        Some(position) => gathered.newest_at_or_before(position),
        None => gathered.conclude(),
    }
}

/// The revision before which the page begins, or `None` if it begins at the end.
fn before(gathered: &Gathered) -> Option<Revision> {
    match gathered.read.start {
        Start::Before(before) => before,
        Start::After(_) => None,
    }
}

/// The revision of the next event to find, or `None` if the first revision was found.
fn next(gathered: &Gathered) -> Option<Revision> {
    match (gathered.commits.last(), before(gathered)) {
        (Some(oldest), _) => oldest.first().previous(),
        (None, Some(before)) => before.previous(),
        (None, None) => Revision::try_from(Revision::MAX).ok(),
    }
}

/// How many events are still missing.
fn missing(gathered: &Gathered) -> u64 {
    let limit = gathered.read.limit as u64;
    let Some(oldest) = gathered.commits.last() else {
        return limit;
    };
    let newest = gathered.commits.first().map_or(oldest.last(), Commit::last);
    let newest = match before(gathered).and_then(Revision::previous) {
        Some(before) => newest.min(before),
        None => newest,
    };
    let found = (newest.as_u64() + 1).saturating_sub(oldest.first().as_u64());
    limit.saturating_sub(found)
}

/// Whether the page is complete: it is full, it reaches the first revision, or another answer might make it
/// too large.
fn is_complete(gathered: &Gathered) -> bool {
    let size: usize = gathered.commits.iter().map(|commit| commit.events().size()).sum();
    missing(gathered) == 0 || next(gathered).is_none() || size > limits::APPEND_BYTES
}

#[cfg(test)]
mod tests;
