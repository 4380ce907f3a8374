//! Mistakes to seed, each of which must be found.

/// A mistake in the relay, in what it is connected to, or in the event source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// The event source takes every answer without an error for a success, as an emulator does.
    SourceIgnoresPartialAnswers,
    /// The event source takes the record that is named for the last one done.
    SourceGoesOnBehindTheNamedRecord,
    /// The relay names the record behind the first one that misses an effect.
    RelayNamesALaterRecord,
    /// The relay answers with success when the first record misses an effect.
    RelaySwallowsWholeFailures,
    /// The relay takes a change to the log for an append.
    RelayAnnouncesChanges,
    /// The relay tells nobody that the log was changed.
    RelayIsSilentAboutChanges,
    /// The relay drops a poison record without parking it.
    RelayParksNothing,
    /// The relay takes a call that succeeded for one whose entries were all taken.
    RelayOverlooksEntries,
    /// The relay writes the catalogue without its condition.
    CatalogueTakesAnyRevision,
    /// The feed's table takes a page whether there is one of its number or not.
    FeedTakesAnyPage,
    /// The catalogue says that streams are in the feed that are not.
    CatalogueMarksWithoutAPage,
    /// The relay tries on after Lambda has lost patience.
    RelayOutstaysItsDeadline,
}
