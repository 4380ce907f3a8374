//! What a follower has done.

use std::fmt;

/// How far a follower is, and what it has done since it was started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Events that were handled since the follower's beginning, in all its runs. Some that the feed repeats may be counted twice.
    pub handled: u64,
    /// How many events there are, where this run is [to count](super::Following::counting) them: as many as there were when it began, or
    /// as were handled since, if those are more.
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

impl Progress {
    /// Takes in how many events are handled.
    pub(super) fn has_handled(&mut self, handled: u64) {
        self.handled = handled;
        self.of = self.of.map(|of| of.max(handled));
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            handled,
            unknown,
            held,
            parked,
            ..
        } = *self;
        match self.of {
            Some(of) => write!(formatter, "{handled} of {}", Count(of, "event"))?,
            None => write!(formatter, "{}", Count(handled, "event"))?,
        }
        write!(
            formatter,
            " handled, {unknown} of unknown types, {} held, {parked} of them parked",
            Count(held, "stream")
        )
    }
}

/// So many of something, in words: `1 stream`, `2 streams`.
pub(super) struct Count<N>(pub(super) N, pub(super) &'static str);

impl<N: fmt::Display + From<u8> + PartialEq> fmt::Display for Count<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(count, noun) = self;
        let plural = if *count == N::from(1) { "" } else { "s" };
        write!(formatter, "{count} {noun}{plural}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_told_in_the_singular_and_no_total_is_exceeded() {
        let mut progress = Progress {
            of: Some(1),
            held: 1,
            parked: 1,
            ..Progress::default()
        };
        progress.has_handled(1);
        assert_eq!(
            progress.to_string(),
            "1 of 1 event handled, 0 of unknown types, 1 stream held, 1 of them parked"
        );
        progress.has_handled(3);
        assert_eq!(
            progress.to_string(),
            "3 of 3 events handled, 0 of unknown types, 1 stream held, 1 of them parked"
        );
        progress.of = None;
        progress.has_handled(1);
        progress.held = 2;
        assert_eq!(
            progress.to_string(),
            "1 event handled, 0 of unknown types, 2 streams held, 1 of them parked"
        );
    }
}
