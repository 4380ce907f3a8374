//! PURE: an entry of the feed, which names the next events of a stream.

use event_store_types::{EventType, Revision};
use serde::de::Error as _;
use serde::ser::SerializeTuple as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::store::StreamKey;

/// Consecutive events of a stream in the feed: those of one commit, or a range of revisions.
///
/// An entry names events but does not contain them, so that nothing is stored twice, and nothing must be
/// erased twice. As JSON it is `["order/2886e475-d5cc-40f7-aec5-401071388b3c",5,["placed","paid"]]`, a commit
/// of two events that begins at revision 5, or `["order/2886e475-d5cc-40f7-aec5-401071388b3c",1,100000]`, a
/// range from the first number to the second.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    stream: StreamKey,
    first: Revision,
    last: Revision,
    /// The event types of a commit. Empty for a range, whose commits a reader finds in the log.
    types: Vec<EventType>,
}

impl Entry {
    /// The commit of `stream` that begins at `first` and has events of these `types`, in order. `None` if
    /// there are no types, or the last revision would be beyond the largest.
    pub fn commit(stream: StreamKey, first: Revision, types: Vec<EventType>) -> Option<Self> {
        let more = u64::try_from(types.len()).ok()?.checked_sub(1)?;
        Some(Self {
            stream,
            first,
            last: first.checked_add(more)?,
            types,
        })
    }

    /// The revisions `first` to `last` of `stream`, both included. `None` if `last` is before `first`.
    pub fn range(stream: StreamKey, first: Revision, last: Revision) -> Option<Self> {
        (first <= last).then_some(Self {
            stream,
            first,
            last,
            types: Vec::new(),
        })
    }

    /// The stream.
    pub fn stream(&self) -> &StreamKey {
        &self.stream
    }

    /// The revision of the first event.
    pub fn first(&self) -> Revision {
        self.first
    }

    /// The revision of the last event.
    pub fn last(&self) -> Revision {
        self.last
    }

    /// The number of events.
    pub fn events(&self) -> u64 {
        self.last.as_u64() - self.first.as_u64() + 1
    }

    /// The event types of a commit, in order, or `None` for a range.
    pub fn types(&self) -> Option<&[EventType]> {
        Some(self.types.as_slice()).filter(|types| !types.is_empty())
    }

    /// The part of this entry that is missing from a feed that contains the stream up to `fed`; `None` if
    /// nothing is missing.
    ///
    /// If the entry begins after a gap, it is widened to a range that fills the gap, because the first
    /// occurrences of a stream's events must come in order and without a gap. Such entries occur: the records
    /// of a stream's commits may arrive in any order, and a feed may be younger than the stream.
    pub fn after(self, fed: Option<Revision>) -> Option<Self> {
        let next = fed.map_or(Some(Revision::FIRST), |fed| fed.checked_add(1))?;
        if self.last < next {
            None
        } else if self.first == next {
            Some(self)
        } else {
            Self::range(self.stream, next, self.last)
        }
    }

    /// Extends this range by `next` if both are ranges and `next` follows without a gap.
    ///
    /// # Errors
    /// Returns `next` if it is not such a range.
    pub fn join(&mut self, next: Self) -> Result<(), Self> {
        let is_range = self.types.is_empty() && next.types.is_empty() && self.stream == next.stream;
        if is_range && self.last.checked_add(1) == Some(next.first) {
            self.last = next.last;
            Ok(())
        } else {
            Err(next)
        }
    }

    /// The same revisions as a range.
    #[must_use]
    pub fn without_types(self) -> Self {
        Self {
            types: Vec::new(),
            ..self
        }
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(3)?;
        tuple.serialize_element(&self.stream.to_string())?;
        tuple.serialize_element(&self.first)?;
        match self.types() {
            Some(types) => tuple.serialize_element(types)?,
            None => tuple.serialize_element(&self.last)?,
        }
        tuple.end()
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (stream, first, rest): (String, Revision, Rest) = Deserialize::deserialize(deserializer)?;
        let stream = stream.parse().map_err(D::Error::custom)?;
        let entry = match rest {
            Rest::Last(last) => Self::range(stream, first, last),
            Rest::Types(types) => {
                let types = types.into_iter().map(EventType::stored).collect();
                Self::commit(stream, first, types)
            }
        };
        entry.ok_or_else(|| D::Error::custom("an entry must name at least one event"))
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Rest {
    Last(Revision),
    Types(Vec<String>),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{revision, stream};

    fn range(first: u64, last: u64) -> Entry {
        Entry::range(stream(), revision(first), revision(last)).unwrap()
    }

    fn commit(first: u64, types: &[&str]) -> Entry {
        let types = types.iter().map(|name| name.parse().unwrap()).collect();
        Entry::commit(stream(), revision(first), types).unwrap()
    }

    #[test]
    fn what_follows_is_taken_as_it_is() {
        assert_eq!(commit(1, &["placed"]).after(None), Some(commit(1, &["placed"])));
        assert_eq!(
            commit(6, &["placed", "paid"]).after(Some(revision(5))),
            Some(commit(6, &["placed", "paid"]))
        );
    }

    #[test]
    fn what_is_there_already_is_dropped() {
        assert_eq!(commit(4, &["a", "b"]).after(Some(revision(5))), None);
        assert_eq!(commit(4, &["a", "b"]).after(Some(revision(9))), None);
        let last = Revision::try_from(Revision::MAX).unwrap();
        assert_eq!(commit(4, &["a"]).after(Some(last)), None);
    }

    #[test]
    fn what_begins_later_is_widened_and_what_begins_earlier_is_cut() {
        assert_eq!(commit(6, &["a", "b"]).after(None), Some(range(1, 7)));
        assert_eq!(commit(6, &["a", "b"]).after(Some(revision(3))), Some(range(4, 7)));
        assert_eq!(commit(6, &["a", "b"]).after(Some(revision(6))), Some(range(7, 7)));
    }

    #[test]
    fn ranges_that_follow_each_other_are_one() {
        let mut joined = range(1, 3);
        assert_eq!(joined.join(range(4, 9)), Ok(()));
        assert_eq!(joined, range(1, 9));
        for other in [range(11, 12), range(9, 12), commit(10, &["a"])] {
            assert_eq!(joined.join(other.clone()), Err(other));
        }
        assert_eq!(joined, range(1, 9));
    }

    #[test]
    fn an_entry_reads_back() {
        for (entry, text) in [
            (
                commit(5, &["placed", "paid"]),
                r#"["order/2886e475-d5cc-40f7-aec5-401071388b3c",5,["placed","paid"]]"#,
            ),
            (
                range(1, 100_000),
                r#"["order/2886e475-d5cc-40f7-aec5-401071388b3c",1,100000]"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&entry).unwrap(), text);
            assert_eq!(serde_json::from_str::<Entry>(text).unwrap(), entry);
        }
    }

    #[test]
    fn what_names_no_event_is_no_entry() {
        let errors = [
            r#"["order",1,1]"#,
            r#"["order/2886e475-d5cc-40f7-aec5-401071388b3c",5,4]"#,
            r#"["order/2886e475-d5cc-40f7-aec5-401071388b3c",0,4]"#,
            r#"["order/2886e475-d5cc-40f7-aec5-401071388b3c",5,[]]"#,
            r#"["order/2886e475-d5cc-40f7-aec5-401071388b3c",9007199254740991,["a","b"]]"#,
            r#"["order/2886e475-d5cc-40f7-aec5-401071388b3c",5]"#,
            r#"["order/2886e475-d5cc-40f7-aec5-401071388b3c",5,6,7]"#,
        ]
        .map(|text| serde_json::from_str::<Entry>(text).unwrap_err().to_string());
        insta::assert_snapshot!(errors.join("\n"), @"
        must be a stream type and a stream id such as `order/2886e475-d5cc-40f7-aec5-401071388b3c`
        an entry must name at least one event
        must be a whole number between 1 and 9007199254740991 at line 1 column 48
        an entry must name at least one event
        an entry must name at least one event
        invalid length 2, expected a tuple of size 3 at line 1 column 48
        trailing characters at line 1 column 51
        ");
    }
}
