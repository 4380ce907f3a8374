//! Helpers for the tests of both directions. Each expects one kind of step, and panics at another.

use super::{FindCommits, FindNewest, Outcome, Step};
use crate::store::Commits;
use crate::store::commit::Commit;

pub(super) fn answer(commits: impl IntoIterator<Item = Commit>, more: bool) -> Commits {
    Commits {
        commits: commits.into_iter().collect(),
        more,
    }
}

pub(super) fn commits(step: Step) -> FindCommits {
    match step {
        Step::Commits(request) => request,
        other => panic!("{other:?}"),
    }
}

pub(super) fn newest(step: Step) -> FindNewest {
    match step {
        Step::Newest(request) => request,
        other => panic!("{other:?}"),
    }
}

pub(super) fn done(step: Step) -> Outcome {
    match step {
        Step::Done(outcome) => outcome,
        other => panic!("{other:?}"),
    }
}

/// The revisions of a page, whether it has more, and where it ends.
pub(super) fn page(step: Step) -> (Vec<u64>, bool, u64) {
    match done(step) {
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
