//! PURE: a page that goes backwards.
//!
//! The commits are asked for that start within the page. Where its oldest event lies inside a commit, a second request
//! finds that. Where the page begins at the end of the stream, the newest commit is read first, which tells where that
//! is. Before revision 1, where there are no events, the end of the stream tells an empty page from an absent stream.

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

/// What starts before the start of the page and does not reach it ends the stream, or is a commit whose follower an
/// eventual answer left out: then the page is of an earlier moment, as it may be.
pub(super) fn found_commits(gathered: Gathered) -> Step {
    if gathered.more || is_complete(&gathered) {
        gathered.conclude()
    } else {
        // No other commit starts where events are missing: one that starts earlier holds them all.
        missing_commit(gathered)
    }
}

/// Each stream begins at 1, so that no commit means no stream, or, behind commits that were found, a gap.
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

/// Asks for the commits that start where events are missing, so that nothing is read but the page.
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

/// Asks for the one commit that holds the next event, wherever it starts.
fn missing_commit(gathered: Gathered) -> Step {
    match next(&gathered) {
        Some(position) => gathered.newest_at_or_before(position),
        None => gathered.conclude(),
    }
}

/// The revision before which the page begins, or `None` when it begins at the end.
fn before(gathered: &Gathered) -> Option<Revision> {
    match gathered.read.start {
        Start::Before(before) => before,
        Start::After(_) => None,
    }
}

/// The revision of the next event to be found, or `None` when none is before those that were.
fn next(gathered: &Gathered) -> Option<Revision> {
    match (gathered.commits.last(), before(gathered)) {
        (Some(oldest), _) => oldest.first().previous(),
        (None, Some(before)) => before.previous(),
        (None, None) => Revision::try_from(Revision::MAX).ok(),
    }
}

/// How many events are still to be found.
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

/// Whether the page takes no more: it is full, the stream begins, or another answer might be too much.
fn is_complete(gathered: &Gathered) -> bool {
    let size: usize = gathered.commits.iter().map(|commit| commit.events().size()).sum();
    missing(gathered) == 0 || next(gathered).is_none() || size > limits::APPEND_BYTES
}

#[cfg(test)]
mod tests;
