//! PURE: a page that goes forwards.
//!
//! The commits are asked for that start within the page, or right behind it, which tells whether there is more. Where the
//! page begins inside a commit, that answer does not reach the start of it, and where nothing starts behind the position,
//! only what lies before it tells the end of the stream from an absent stream, or from one that does not reach so far:
//! both take a second request.

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
        // The beginning has revisions behind it.
        (None, None) => gathered.end(Outcome::NotFound),
    }
}

/// The revision of the first event to give, or `None` beyond the largest.
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
        // Nothing starts between its end and the position, nor behind it: it is the stream's last.
        Some(before) => gathered.end(Outcome::NotReached {
            after: position,
            current: before.last(),
        }),
        None => gathered.end(Outcome::NotFound),
    }
}

#[cfg(test)]
mod tests;
