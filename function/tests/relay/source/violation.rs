//! What must hold of every run.

/// What must hold of every run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Property {
    /// Every event is announced at least once, but for those whose notification the topic will never take.
    EveryEventIsAnnounced,
    /// Nothing is announced but events of the log.
    NothingElseIsAnnounced,
    /// The catalogue lists every stream at its last revision, with its time, and nothing else.
    TheCatalogueEndsRight,
    /// No stream is ever listed at an earlier revision than it was.
    TheCatalogueNeverGoesBack,
    /// Every event is in the feed, the first occurrences of each stream's in order and without a gap.
    TheFeedIsWhole,
    /// The answer names the lowest sequence number for which the relay cannot rely on an effect, and is a failure
    /// when that is the first.
    TheAnswerIsRight,
    /// No record is passed whose effects are missing.
    NothingIsPassedTooEarly,
    /// What cannot be relayed is parked with its keys, its number and the reason, and nothing else is.
    ExactlyThePoisonIsParked,
    /// Every delivery of a change to the log is an error line, and counted.
    ChangesAreReported,
    /// Once nothing goes wrong any more, every batch is a success at once.
    NothingBlocks,
    /// Every invocation answers before Lambda ends it.
    TheDeadlineIsKept,
}

impl Property {
    pub(super) fn violated(self, what: impl Into<String>) -> Violation {
        Violation {
            property: self,
            what: what.into(),
        }
    }
}

/// A property that did not hold, and what shows it.
#[derive(Clone, Debug)]
pub(super) struct Violation {
    pub(super) property: Property,
    pub(super) what: String,
}
