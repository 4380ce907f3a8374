//! PURE: how far a stream is in the feed.

use event_store_types::Revision;

use super::Incarnation;

/// States that the events of a stream, from its first to this revision, are in the feed of this incarnation.
///
/// A feed is append only, so a mark never becomes false, and an old one will do. A mark of another incarnation says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mark {
    /// The feed.
    pub incarnation: Incarnation,
    /// The last of the revisions.
    pub revision: Revision,
}

impl Mark {
    /// The revision, if the mark is one of `incarnation`.
    pub fn within(self, incarnation: Incarnation) -> Option<Revision> {
        (self.incarnation == incarnation).then_some(self.revision)
    }
}
