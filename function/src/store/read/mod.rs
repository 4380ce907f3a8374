//! PURE: reading a page of a stream's events, as a step machine: oldest first or newest first.
//!
//! One Query, as a rule: for the commits that start at a revision of the page. A second one finds the commit that holds
//! an end of the page and starts before it. `forwards.rs` and `backwards.rs` say which answer calls for which request.
//!
//! A reading says which [`Consistency`] it is content with. What only a strong answer can tell, that a stream is absent,
//! does not reach a revision, or has a gap, is never concluded from an eventual one: such a reading is begun again,
//! strongly.

mod backwards;
mod forwards;
mod gathered;
#[cfg(test)]
mod pages_tests;
mod step;
#[cfg(test)]
mod testing;

use event_store_types::{EventPage, Revision};

pub use step::{FindCommits, FindNewest, FindTail, Step};

use gathered::Gathered;

use super::{Consistency, Order, StreamKey};

/// A reading of a page of a stream's events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    pub stream: StreamKey,
    /// Where the page begins, and in which direction it goes.
    pub start: Start,
    /// How many events to give, at least 1: fewer only where the stream ends, or 1 MB does.
    pub limit: usize,
    /// What the answers must show.
    pub consistency: Consistency,
}

/// Where a page begins, which also says in which direction it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Oldest events first, from behind this revision, or from the beginning.
    After(Option<Revision>),
    /// Newest events first, from before this revision, or from the end.
    Before(Option<Revision>),
}

impl Read {
    /// The first step.
    pub fn begin(self) -> Step {
        let start = self.start;
        let gathered = Gathered::nothing(self);
        match start {
            Start::After(after) => forwards::begin(gathered, after),
            Start::Before(before) => backwards::begin(gathered, before),
        }
    }

    /// Ends with `outcome`, unless it takes a strong answer and the answers were eventual.
    fn end(self, outcome: Outcome) -> Step {
        match (&outcome, self.consistency) {
            (Outcome::Page(_), _) | (_, Consistency::Strong) => Step::Done(outcome),
            (_, Consistency::Eventual) => Self {
                consistency: Consistency::Strong,
                ..self
            }
            .begin(),
        }
    }
}

impl Start {
    /// The order in which the events of the page come.
    fn order(self) -> Order {
        match self {
            Self::After(_) => Order::OldestFirst,
            Self::Before(_) => Order::NewestFirst,
        }
    }

    /// Whether a page that begins here may hold the event at `revision`.
    fn is_followed_by(self, revision: Revision) -> bool {
        match self {
            Self::After(after) => Some(revision) > after,
            Self::Before(before) => before.is_none_or(|before| revision < before),
        }
    }
}

/// What came of a reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The events from the start on: none when there are none.
    Page(EventPage),
    /// There is no such stream.
    NotFound,
    /// The stream does not reach the revision after which it was to be read.
    NotReached {
        /// The revision after which it was to be read.
        after: Revision,
        /// The revision that it is at.
        current: Revision,
    },
    /// What a strongly consistent reading can never show: a revision is missing, with later ones there.
    Gap {
        /// The revision before the missing one, or `None` when that is the first.
        after: Option<Revision>,
    },
}
