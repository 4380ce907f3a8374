//! What a follower has done.

use std::fmt;

/// How far a follower is, and what it has done since it was started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Events that were handled since the follower's beginning, in all its runs.
    pub handled: u64,
    /// How many events there were when this run began, where it was [to count](super::Following::counting) them.
    pub of: Option<u64>,
    /// Events that were passed over in this run, because their type is not known.
    pub unknown: u64,
    /// How often in this run an event could not be handled.
    pub failures: u64,
    /// Streams that are held now, the parked ones included.
    pub held: usize,
    /// Streams that are parked.
    pub parked: usize,
    /// Whether the end of the feed was reached in this run.
    pub has_reached_end: bool,
}

impl fmt::Display for Progress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            handled,
            unknown,
            held,
            parked,
            ..
        } = self;
        write!(formatter, "{handled}")?;
        if let Some(of) = self.of {
            write!(formatter, " of {of}")?;
        }
        write!(
            formatter,
            " events handled, {unknown} of unknown types, {held} streams held, {parked} of them parked"
        )
    }
}
