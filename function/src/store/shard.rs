//! PURE: the shards of the catalogue's index.

use event_store_types::{StreamId, StreamType};
use sha2::{Digest, Sha256};

/// One of the parts into which the listing of a stream type is split, so that no single partition of the
/// catalogue's index takes every update of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard(u8);

impl Shard {
    /// How many shards a stream type has. Part of the storage format: changing it hides streams from the
    /// listing until the catalogue is rebuilt.
    pub const COUNT: usize = 8;

    /// Every shard.
    pub const ALL: [Self; Self::COUNT] = [
        Self(0),
        Self(1),
        Self(2),
        Self(3),
        Self(4),
        Self(5),
        Self(6),
        Self(7),
    ];

    /// The shard that lists the stream: the first byte of the SHA-256 of its canonical id, modulo the count.
    pub fn of(stream_id: &StreamId) -> Self {
        let digest = Sha256::digest(stream_id.to_string());
        Self::ALL[usize::from(digest[0]) % Self::COUNT]
    }

    /// The shard's place in [`Self::ALL`].
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The hash key of the shard in the catalogue's index: `<streamType>#<shard>`.
    pub fn key(self, stream_type: &StreamType) -> String {
        format!("{stream_type}#{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_never_changes_its_shard() {
        // The digests begin with 0x00 and 0x12, according to `printf %s <id> | sha256sum`.
        let shard = |id: &str| Shard::of(&id.parse().unwrap()).index();
        assert_eq!(shard("2886e475-d5cc-40f7-aec5-401071388b3c"), 0);
        assert_eq!(shard("00000000-0000-0000-0000-000000000000"), 2);
        assert_eq!(shard("2886E475-D5CC-40F7-AEC5-401071388B3C"), 0);
    }

    #[test]
    fn streams_spread_over_all_shards() {
        let mut counts = [0_usize; Shard::COUNT];
        for number in 0..8_000_u128 {
            counts[Shard::of(&uuid::Uuid::from_u128(number).into()).index()] += 1;
        }
        assert!(
            counts.iter().all(|count| (850..1_150).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn the_key_names_type_and_shard() {
        assert_eq!(Shard::ALL[7].key(&"order".parse().unwrap()), "order#7");
    }
}
