//! PURE: checksums, which reveal commits that were damaged or changed by something other than the store.

use event_store_types::{EventId, Revision, Timestamp};
use sha2::{Digest as _, Sha256};

use super::StreamKey;
use super::commit::Commit;

/// The checksum of a commit, stored with it: the first 8 bytes of a SHA-256.
///
/// It covers the whole commit: its stream, its revisions, its time, and the id, type, payload and metadata of
/// each event as their exact text. It does not cover the existence of the commit: the loss of a whole commit
/// leaves a gap in its stream, unless it was the last.
///
/// SHA-256, because the program contains it anyway (for tags of assets and shards of the catalogue) and
/// because processors have instructions for it: 1 KB takes about a microsecond. It is not a signature: it has
/// no key, and anyone who can write to the table can write a matching checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checksum([u8; Self::BYTES]);

impl Checksum {
    /// Its length in bytes.
    pub const BYTES: usize = 8;

    /// The checksum of `commit` in `stream`.
    pub fn of(stream: &StreamKey, commit: &Commit) -> Self {
        let mut summing = Summing::begin(stream, commit.first(), commit.last(), commit.created_at());
        for event in commit.events().as_slice() {
            summing.event(
                event.id,
                event.event_type.as_str(),
                event.payload.as_str(),
                event.metadata.as_ref().map(event_store_types::Metadata::as_str),
            );
        }
        summing.end()
    }

    /// Reads a stored checksum. `None` if it has the wrong length.
    pub fn stored(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A checksum in progress. Each text is preceded by its length, so that no two sequences of texts share one
/// input.
#[derive(Debug)]
pub struct Summing(Sha256);

impl Summing {
    /// Starts with what all events of the commit share.
    pub fn begin(stream: &StreamKey, first: Revision, last: Revision, created_at: Timestamp) -> Self {
        let mut summing = Self(Sha256::new());
        summing.text(stream.stream_type.as_str());
        summing.0.update(stream.stream_id.as_uuid().as_bytes());
        summing.0.update(first.as_u64().to_be_bytes());
        summing.0.update(last.as_u64().to_be_bytes());
        summing.text(&created_at.to_string());
        summing
    }

    /// Adds the next event.
    pub fn event(&mut self, id: EventId, event_type: &str, payload: &str, metadata: Option<&str>) {
        self.0.update(id.as_uuid().as_bytes());
        self.text(event_type);
        self.text(payload);
        self.0.update([u8::from(metadata.is_some())]);
        if let Some(metadata) = metadata {
            self.text(metadata);
        }
    }

    /// The checksum of everything added.
    pub fn end(self) -> Checksum {
        let mut bytes = [0; Checksum::BYTES];
        bytes.copy_from_slice(&self.0.finalize()[..Checksum::BYTES]);
        Checksum(bytes)
    }

    fn text(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_be_bytes());
        self.0.update(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{commit, stream};

    #[test]
    fn it_follows_from_the_content_alone() {
        let sum = Checksum::of(&stream(), &commit(4, ["a", "b"]));
        assert_eq!(Checksum::of(&stream(), &commit(4, ["a", "b"])), sum);
        assert_eq!(Checksum::stored(sum.as_bytes()), Some(sum));
        assert_eq!(Checksum::stored(&[0; 7]), None);
        // Stored checksums must stay valid: this value is part of the format.
        insta::assert_snapshot!(format!("{:02x?}", sum.as_bytes()), @"[b5, 59, 0b, 39, 74, cd, 33, 6c]");
    }

    #[test]
    fn everything_that_a_commit_is_counts() {
        let sum = Checksum::of(&stream(), &commit(4, ["a", "b"]));
        let mut other = stream();
        other.stream_type = "orders".parse().unwrap();
        assert_ne!(Checksum::of(&other, &commit(4, ["a", "b"])), sum);
        for other in [
            commit(5, ["a", "b"]),
            commit(4, ["b", "a"]),
            commit(4, ["a"]),
            commit(4, ["a", "b", "c"]),
        ] {
            assert_ne!(Checksum::of(&stream(), &other), sum);
        }
    }

    #[test]
    fn a_text_takes_nothing_over_from_its_neighbour() {
        let sum = |event_type, payload, metadata| {
            let commit = commit(1, ["a"]);
            let mut summing = Summing::begin(&stream(), commit.first(), commit.last(), commit.created_at());
            summing.event(commit.events().as_slice()[0].id, event_type, payload, metadata);
            summing.end()
        };
        let sums = [
            sum("ab", "1", None),
            sum("a", "b1", None),
            sum("ab", "1", Some("")),
            sum("ab", "", Some("1")),
        ];
        for (place, one) in sums.iter().enumerate() {
            assert!(!sums[..place].contains(one));
        }
    }
}
