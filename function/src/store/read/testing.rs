//! What the tests of both directions share.

use super::Outcome;
use crate::store::Commits;
use crate::store::commit::Commit;

pub(super) fn answer(commits: impl IntoIterator<Item = Commit>, more: bool) -> Commits {
    Commits {
        commits: commits.into_iter().collect(),
        more,
    }
}

/// The revisions of a page, whether it has more, and where it ends.
pub(super) fn page(outcome: Outcome) -> (Vec<u64>, bool, u64) {
    match outcome {
        Outcome::Page(page) => {
            let revisions = page.events.iter().map(|event| event.revision.as_u64());
            (
                revisions.collect(),
                page.has_more,
                page.last_evaluated_revision.as_u64(),
            )
        }
        other => panic!("{other:?}"),
    }
}
