//! PURE: reading a stream, as step machines: [`Forwards`] from its oldest events, [`Backwards`] from its newest.
//!
//! A reading says which [`Consistency`](super::Consistency) it is content with. What only a strong answer can
//! tell, that a stream is absent, does not reach a revision, or has a gap, is never concluded from an eventual one: such a
//! reading is begun again, strongly.

pub mod backwards;
pub mod forwards;
#[cfg(test)]
mod pages_tests;
#[cfg(test)]
mod testing;

use event_store_types::{EventPage, Revision};

pub use backwards::Backwards;
pub use forwards::Forwards;

use super::commit::Commit;

/// What came of a reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The events from the position on: none when there are none.
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

/// Where commits, oldest first, do not follow one another: the revision before the first missing one.
fn gap<'a>(commits: impl IntoIterator<Item = &'a Commit>) -> Option<Revision> {
    let mut end: Option<Revision> = None;
    for commit in commits {
        if end.is_some() && commit.first().previous() != end {
            return end;
        }
        end = Some(commit.last());
    }
    None
}
