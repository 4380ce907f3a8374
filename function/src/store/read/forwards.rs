//! PURE: reads a page forwards.
//!
//! The request asks for the commits that start within the page or right after it; the latter reveal whether
//! there is more. Two cases need a second request. If the page begins inside a commit, the answer does not
//! contain that commit. If no commit starts after the position, only the commit before it distinguishes the
//! end of the stream from a missing stream, or from one that ends earlier.

use event_store_types::Revision;

use super::{Gathered, Outcome, Step};
use crate::store::commit::Commit;

pub(super) fn begin(gathered: Gathered, after: Option<Revision>) -> Step {
    match (first(after), after) {
        (Some(first), _) => {
            let behind = first.saturating_add(gathered.read.limit as u64);
            gathered.commits_starting(first..=behind)
        }
        (None, Some(position)) => gathered.newest_at_or_before(position),
        // Revisions follow the beginning, so this does not occur.
        (None, None) => gathered.end(Outcome::NotFound),
    }
}

/// The revision of the first event of the page, or `None` beyond the largest.
fn first(after: Option<Revision>) -> Option<Revision> {
    after.map_or(Some(Revision::FIRST), |after| after.checked_add(1))
}

pub(super) fn found_commits(gathered: Gathered, after: Option<Revision>) -> Step {
    let start = gathered.commits.first().map(Commit::first);
    match (after, start) {
        (_, Some(_)) if start == first(after) => gathered.conclude(),
        (None, None) => gathered.end(Outcome::NotFound),
        (None, Some(_)) => gathered.end(Outcome::Gap { after: None }),
        (Some(position), _) => gathered.newest_at_or_before(position),
    }
}

pub(super) fn found_newest(mut gathered: Gathered, position: Revision, before: Option<Commit>) -> Step {
    match before {
        Some(before) if before.last() > position => {
            gathered.commits.insert(0, before);
            gathered.conclude()
        }
        _ if !gathered.commits.is_empty() => gathered.end(Outcome::Gap {
            after: Some(position),
        }),
        Some(before) if before.last() == position => gathered.conclude(),
        // No commit starts between its end and the position, or after the position: it is the stream's last.
        Some(before) => gathered.end(Outcome::NotReached {
            after: position,
            current: before.last(),
        }),
        None => gathered.end(Outcome::NotFound),
    }
}

#[cfg(test)]
mod tests;
