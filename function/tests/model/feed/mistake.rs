//! What surrounds the step machine: as it should be, or with one mistake.

/// A rule of the protocol that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// What begins behind the feed's end of a stream is put as it is.
    NoWidening,
    /// The catalogue is told of a page before it is there.
    MarkBeforePage,
    /// `reconcile` tells the catalogue what it has read in the log, and puts no page.
    ReconcileMarks,
    /// A page that is there is taken for one's own, whoever put it.
    WriterIgnored,
    /// A mark is believed that was made for another feed.
    OtherIncarnation,
    /// The put does not ask whether there is a page of its number.
    ConditionDropped,
    /// A relay remembers a page that it sent, as if it had been written.
    PageFromRequestSent,
}
