//! PURE: what tells a commit that was damaged, or changed by others, from one that is as it was written.

use event_store_types::{EventId, Revision, Timestamp};
use sha2::{Digest as _, Sha256};

use super::StreamKey;
use super::commit::Commit;

/// The checksum of a commit, stored beside it: the first 8 bytes of a SHA-256.
///
/// It covers all that a commit is: its stream, its revisions, its time, and of each event the id, the type, the payload and the metadata
/// as their very text. It does not cover that the commit is there: a commit that is lost as a whole leaves a gap in its stream,
/// unless it was the last.
///
/// SHA-256 because it is linked anyway (names of assets, shards of the catalogue), and because processors have instructions for it: 1 KB
/// takes about a microsecond. It is no seal: it has no key, and who can write to the table can write it as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checksum([u8; Self::BYTES]);

impl Checksum {
    /// How many bytes it has.
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

    /// Takes a stored one. `None` when it cannot be one.
    pub fn stored(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A checksum in the making. Texts are told apart by their lengths, so that none can take over a part of its neighbour.
#[derive(Debug)]
pub struct Summing(Sha256);

impl Summing {
    /// Begins with what all events of the commit share.
    pub fn begin(stream: &StreamKey, first: Revision, last: Revision, created_at: Timestamp) -> Self {
        let mut summing = Self(Sha256::new());
        summing.text(stream.stream_type.as_str());
        summing.0.update(stream.stream_id.as_uuid().as_bytes());
        summing.0.update(first.as_u64().to_be_bytes());
        summing.0.update(last.as_u64().to_be_bytes());
        summing.text(&created_at.to_string());
        summing
    }

    /// Takes the next event.
    pub fn event(&mut self, id: EventId, event_type: &str, payload: &str, metadata: Option<&str>) {
        self.0.update(id.as_uuid().as_bytes());
        self.text(event_type);
        self.text(payload);
        self.0.update([u8::from(metadata.is_some())]);
        if let Some(metadata) = metadata {
            self.text(metadata);
        }
    }

    /// The checksum of all that was taken.
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
        // What is stored must stay readable: this is part of the format.
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
