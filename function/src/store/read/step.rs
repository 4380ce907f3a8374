//! PURE: what a read requests from the log, and how it continues with the answer.

use std::ops::RangeInclusive;

use event_store_types::{EventPage, Revision};

use super::{Gathered, Outcome, Start, backwards, forwards};
use crate::store::commit::{Commit, Tail};
use crate::store::{Commits, Consistency, Order};

/// The next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Find the commits that start at a revision of the page.
    Commits(FindCommits),
    /// Find the newest commit that starts at or before a position.
    Newest(FindNewest),
    /// Find the end of the stream.
    Tail(FindTail),
    /// Done, with this outcome.
    Done(Outcome),
}

/// The request for the commits that start at a revision of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindCommits {
    pub(super) gathered: Gathered,
    pub(super) starts: RangeInclusive<Revision>,
}

impl FindCommits {
    /// The revisions at which the commits start. Commits partition the revisions, so these are all that the
    /// page can need, plus at most one.
    pub fn starts(&self) -> RangeInclusive<Revision> {
        self.starts.clone()
    }

    /// The order in which to return the commits.
    pub fn order(&self) -> Order {
        self.gathered.read.start.order()
    }

    /// The consistency that the answer must have.
    pub fn consistency(&self) -> Consistency {
        self.gathered.read.consistency
    }

    /// Continues with the commits that were found.
    pub fn found(self, Commits { commits, more }: Commits) -> Step {
        let mut gathered = self.gathered;
        gathered.commits.extend(commits);
        gathered.more = more;
        match gathered.read.start {
            Start::After(after) => forwards::found_commits(gathered, after),
            Start::Before(_) => backwards::found_commits(gathered),
        }
    }
}

/// The request for the newest commit that starts at or before a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindNewest {
    pub(super) gathered: Gathered,
    pub(super) position: Revision,
}

impl FindNewest {
    /// The revision at or before which the commit starts.
    pub fn position(&self) -> Revision {
        self.position
    }

    /// The consistency that the answer must have.
    pub fn consistency(&self) -> Consistency {
        self.gathered.read.consistency
    }

    /// Continues with the commit that was found.
    pub fn found(self, newest: Option<Commit>) -> Step {
        match self.gathered.read.start {
            Start::After(_) => forwards::found_newest(self.gathered, self.position, newest),
            Start::Before(_) => backwards::found_newest(self.gathered, newest),
        }
    }
}

/// The request for the end of the stream, which distinguishes an empty page from a missing stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindTail {
    /// The position of the empty page.
    pub(super) position: Revision,
}

impl FindTail {
    /// Continues with the end that was found. The answer must be strongly consistent.
    pub fn found(self, tail: Option<Tail>) -> Step {
        Step::Done(match tail {
            Some(_) => Outcome::Page(EventPage::new(Vec::new(), false, self.position)),
            None => Outcome::NotFound,
        })
    }
}
