//! The events table, as far as one stream sees it.

use std::sync::Arc;

use event_store_function::store::Put;
use event_store_function::store::commit::{Commit, Tail};
use event_store_types::{EventId, Revision};

/// The commits of the one stream, and whether one was ever lost to another.
///
/// A commit is an item whose key is its first revision: it is written whole, and every answer is of one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Database {
    /// In the order of their first revisions. There are so few that a search from the start is the fastest.
    commits: Vec<Arc<Commit>>,
    overwritten: bool,
}

impl Database {
    /// The commits, in the order of their first revisions.
    pub(crate) fn commits(&self) -> impl DoubleEndedIterator<Item = &Commit> {
        self.commits.iter().map(AsRef::as_ref)
    }

    /// Whether a commit was ever replaced by a different one.
    pub(crate) fn is_overwritten(&self) -> bool {
        self.overwritten
    }

    /// The end of the stream.
    pub(crate) fn tail(&self) -> Option<Tail> {
        self.commits().next_back().map(Commit::tail)
    }

    /// The newest commit that starts at or before `revision`.
    pub(crate) fn newest_at_or_before(&self, revision: Revision) -> Option<&Commit> {
        self.commits().rev().find(|commit| commit.first() <= revision)
    }

    /// Whether a commit starts at `revision`.
    pub(crate) fn starts_at(&self, revision: Revision) -> bool {
        self.commits().any(|commit| commit.first() == revision)
    }

    /// The commit that holds `revision`.
    pub(crate) fn holding(&self, revision: Revision) -> Option<&Commit> {
        self.commits().find(|commit| commit.covers(revision))
    }

    /// The commit that ends exactly as `tail` says.
    pub(crate) fn ending(&self, tail: Tail) -> Option<&Commit> {
        self.commits().find(|commit| commit.tail() == tail)
    }

    /// How often an event with this id is in the stream.
    pub(crate) fn count(&self, id: EventId) -> usize {
        let ids = self.commits().flat_map(|commit| commit.events().ids());
        ids.filter(|other| *other == id).count()
    }

    /// Writes `commit` unless one is there that starts at the same revision.
    pub(crate) fn put(&mut self, commit: &Commit) -> Put {
        match self.place(commit) {
            Ok(taken) => Put::Refused(Commit::clone(&self.commits[taken])),
            Err(place) => {
                self.commits.insert(place, Arc::new(commit.clone()));
                Put::Written
            }
        }
    }

    /// Writes `commit` whatever is there, as a put without a condition does.
    pub(crate) fn put_unconditionally(&mut self, commit: &Commit) -> Put {
        match self.place(commit) {
            Ok(taken) => {
                self.overwritten |= *self.commits[taken] != *commit;
                self.commits[taken] = Arc::new(commit.clone());
            }
            Err(place) => self.commits.insert(place, Arc::new(commit.clone())),
        }
        Put::Written
    }

    /// Where the commit that starts where `commit` does is, or would be.
    fn place(&self, commit: &Commit) -> Result<usize, usize> {
        self.commits
            .binary_search_by_key(&commit.first(), |there| there.first())
    }
}
