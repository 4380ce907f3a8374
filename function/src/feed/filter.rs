//! PURE: selects the events that a reader of the feed wants.

use std::collections::BTreeSet;

use event_store_types::{EventType, StreamType};

use super::Entry;

/// The events that a reader wants. An empty set selects all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only events of streams of these types.
    pub stream_types: BTreeSet<StreamType>,
    /// Only events of these types.
    pub event_types: BTreeSet<EventType>,
}

impl Filter {
    /// Whether it selects everything.
    pub fn is_empty(&self) -> bool {
        self.stream_types.is_empty() && self.event_types.is_empty()
    }

    /// Whether the reader may want an event of the entry. For a range, only the log knows the types.
    pub fn may_want(&self, entry: &Entry) -> bool {
        let of_stream =
            self.stream_types.is_empty() || self.stream_types.contains(&entry.stream().stream_type);
        of_stream
            && entry
                .types()
                .is_none_or(|types| types.iter().any(|name| self.wants(name)))
    }

    /// Whether the reader wants events of this type.
    pub fn wants(&self, event_type: &EventType) -> bool {
        self.event_types.is_empty() || self.event_types.contains(event_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{revision, stream};

    fn filter(stream_types: &[&str], event_types: &[&str]) -> Filter {
        Filter {
            stream_types: stream_types.iter().map(|name| name.parse().unwrap()).collect(),
            event_types: event_types.iter().map(|name| name.parse().unwrap()).collect(),
        }
    }

    #[test]
    fn an_entry_is_passed_over_when_its_stream_or_all_of_its_types_are_others() {
        let types = ["placed", "paid"].map(|name| name.parse().unwrap());
        let commit = Entry::commit(stream(), revision(1), types.to_vec()).unwrap();
        let range = Entry::range(stream(), revision(1), revision(2)).unwrap();
        for (filter, of_commit, of_range) in [
            (filter(&[], &[]), true, true),
            (filter(&["order"], &[]), true, true),
            (filter(&["invoice", "order"], &["paid"]), true, true),
            (filter(&["invoice"], &["paid"]), false, false),
            (filter(&[], &["sent"]), false, true),
        ] {
            assert_eq!(filter.may_want(&commit), of_commit, "{filter:?}");
            assert_eq!(filter.may_want(&range), of_range, "{filter:?}");
        }
    }
}
