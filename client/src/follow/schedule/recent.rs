//! PURE: how far the streams are that were handled last.

use std::collections::HashMap;

use event_store_types::Revision;

use crate::notification::StreamName;

/// The revisions of the events that were handled last, so that what the feed repeats is known for what it is.
///
/// It remembers at least the `most` streams that came last and at most twice as many: what is forgotten is handled again.
#[derive(Debug)]
pub(super) struct Recent {
    most: usize,
    newer: HashMap<StreamName, Revision>,
    older: HashMap<StreamName, Revision>,
}

impl Recent {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            newer: HashMap::new(),
            older: HashMap::new(),
        }
    }

    /// Notes that `stream` is handled up to `revision`.
    pub(super) fn note(&mut self, stream: StreamName, revision: Revision) {
        if self.newer.len() >= self.most && !self.newer.contains_key(&stream) {
            self.older = std::mem::take(&mut self.newer);
        }
        let known = self.newer.entry(stream).or_insert(revision);
        *known = revision.max(*known);
    }

    /// Up to which revision `stream` is known to be handled.
    pub(super) fn through(&self, stream: &StreamName) -> Option<Revision> {
        let known = self.newer.get(stream).copied();
        known.max(self.older.get(stream).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_streams_that_came_last_are_remembered_and_no_more_than_twice_as_many() {
        let stream =
            |number: u128| -> StreamName { ("order".parse().unwrap(), uuid::Uuid::from_u128(number).into()) };
        let revision = |number: u64| Revision::try_from(number).unwrap();
        let mut recent = Recent::new(2);
        recent.note(stream(1), revision(5));
        recent.note(stream(1), revision(3));
        assert_eq!(
            recent.through(&stream(1)),
            Some(revision(5)),
            "it never goes back"
        );
        for number in 2..=3 {
            recent.note(stream(number), revision(1));
        }
        assert_eq!(recent.through(&stream(1)), Some(revision(5)));
        for number in 4..=5 {
            recent.note(stream(number), revision(1));
        }
        assert_eq!(recent.through(&stream(1)), None);
        assert_eq!(recent.through(&stream(4)), Some(revision(1)));
        assert_eq!(recent.newer.len() + recent.older.len(), 3);
    }
}
