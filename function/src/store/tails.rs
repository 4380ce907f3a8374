//! A cache of the ends of streams.

use event_store_types::Revision;
use quick_cache::sync::Cache;

use super::StreamKey;
use super::commit::Tail;

/// The maximum number of cached streams, at about 150 bytes each.
const CAPACITY: usize = 10_000;

/// The ends of the streams that this process met most recently.
///
/// An entry says that a commit of the stream ends at a revision. In an append-only store this stays true, so
/// nothing ever needs invalidating; an entry merely becomes useless once the stream has grown. Only ends that
/// the database has *reported* may be cached, never ends that were merely sent to it.
#[derive(Debug)]
pub struct Tails(Cache<StreamKey, Tail>);

impl Tails {
    /// An empty cache.
    pub fn new() -> Self {
        Self(Cache::new(CAPACITY))
    }

    /// Caches the end of a commit of `stream`, if an answer of the database revealed one.
    pub fn learn(&self, stream: &StreamKey, learned: Option<Tail>) {
        if let Some(tail) = learned {
            self.remember(stream, tail);
        }
    }

    fn remember(&self, stream: &StreamKey, tail: Tail) {
        let is_news = self
            .0
            .get(stream)
            .is_none_or(|known| known.revision < tail.revision);
        if is_news {
            self.0.insert(stream.clone(), tail);
        }
    }

    /// The proof that a commit of `stream` ends at exactly `revision`, if it is cached.
    pub fn ending_at(&self, stream: &StreamKey, revision: Revision) -> Option<Tail> {
        self.0.get(stream).filter(|tail| tail.revision == revision)
    }
}

impl Default for Tails {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{at, revision, stream};

    fn tail(number: u64) -> Tail {
        Tail {
            revision: revision(number),
            created_at: at(number),
        }
    }

    #[test]
    fn a_proof_is_exact() {
        let tails = Tails::new();
        tails.remember(&stream(), tail(5));
        assert_eq!(tails.ending_at(&stream(), revision(5)), Some(tail(5)));
        assert_eq!(tails.ending_at(&stream(), revision(4)), None);
        assert_eq!(tails.ending_at(&stream(), revision(6)), None);
    }

    #[test]
    fn a_stream_of_another_type_has_its_own_end() {
        let tails = Tails::new();
        tails.remember(&stream(), tail(5));
        let other = StreamKey {
            stream_type: "invoice".parse().unwrap(),
            ..stream()
        };
        assert_eq!(tails.ending_at(&other, revision(5)), None);
    }

    #[test]
    fn an_older_end_does_not_displace_a_newer_one() {
        let tails = Tails::new();
        tails.remember(&stream(), tail(5));
        tails.remember(&stream(), tail(3));
        assert_eq!(tails.ending_at(&stream(), revision(5)), Some(tail(5)));
    }
}
