//! PURE: how far the feed contains a stream.

use event_store_types::Revision;

use super::Incarnation;

/// States that the feed of this incarnation contains the events of a stream, from the first to this revision.
///
/// A feed is append-only, so a mark never becomes false, and an old one remains useful. A mark of another
/// incarnation says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mark {
    /// The feed.
    pub incarnation: Incarnation,
    /// The last revision in the feed.
    pub revision: Revision,
}

impl Mark {
    /// The revision, if the mark belongs to `incarnation`.
    pub fn within(self, incarnation: Incarnation) -> Option<Revision> {
        (self.incarnation == incarnation).then_some(self.revision)
    }
}
