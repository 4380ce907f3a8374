//! PURE: reads a page of a stream's events, oldest first or newest first, as a step machine.
//!
//! A page usually takes one Query, for the commits that start at a revision of the page. A second request
//! finds a commit that overlaps an end of the page but starts before it. `forwards.rs` and `backwards.rs` say
//! which answer leads to which request.
//!
//! A read names the [`Consistency`] that it accepts. Only a strong answer can prove that a stream is missing,
//! ends before a revision, or has a gap. The read never concludes this from an eventually consistent answer:
//! it starts again with strong consistency.

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

/// A read of a page of a stream's events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    pub stream: StreamKey,
    /// Where the page begins, and its direction.
    pub start: Start,
    /// The number of events, at least 1. A page has fewer only at the end of the stream, or at 1 MB.
    pub limit: usize,
    /// The consistency of the answers.
    pub consistency: Consistency,
}

/// Where a page begins. It also determines the direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Oldest events first, from after this revision, or from the beginning.
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

    /// Ends with `outcome`, unless that requires strong answers and these were eventually consistent.
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
    /// The order of the page's events.
    fn order(self) -> Order {
        match self {
            Self::After(_) => Order::OldestFirst,
            Self::Before(_) => Order::NewestFirst,
        }
    }

    /// Whether a page that begins here may contain the event at `revision`.
    fn is_followed_by(self, revision: Revision) -> bool {
        match self {
            Self::After(after) => Some(revision) > after,
            Self::Before(before) => before.is_none_or(|before| revision < before),
        }
    }
}

/// The outcome of a read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The events from the start on, possibly none.
    Page(EventPage),
    /// There is no such stream.
    NotFound,
    /// The stream ends before the revision after which the read begins.
    NotReached {
        /// The revision after which the read begins.
        after: Revision,
        /// The current revision.
        current: Revision,
    },
    /// A revision is missing although later ones exist. An intact log never shows this to a strong read.
    Gap {
        /// The revision before the missing one, or `None` if the first is missing.
        after: Option<Revision>,
    },
}
