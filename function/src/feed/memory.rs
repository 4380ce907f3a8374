//! What a process caches of the feed that it writes.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use event_store_types::{Revision, StreamType};
use quick_cache::unsync::Cache;

use super::feeding::Knowledge;
use super::{Incarnation, PageNumber};
use crate::store::StreamKey;

/// The maximum number of cached streams, at about 150 bytes each.
const STREAMS: usize = 10_000;

/// What a process learned about the feed from answers ([`Knowledge`]), for the streams that it met most
/// recently.
///
/// It stays true as long as this feed exists, and is dropped as a whole when there is another.
#[derive(Debug, Default)]
pub struct Memory(Mutex<Option<Remembered>>);

#[derive(Debug)]
struct Remembered {
    feed: Incarnation,
    last_page: Option<PageNumber>,
    fed: Cache<StreamKey, Revision>,
    types: BTreeSet<StreamType>,
}

impl Remembered {
    fn of(feed: Incarnation) -> Self {
        Self {
            feed,
            last_page: None,
            fed: Cache::new(STREAMS),
            types: BTreeSet::new(),
        }
    }
}

impl Memory {
    /// Returns what is known of the feed, and of these streams in it.
    pub fn recall<'a>(&self, streams: impl IntoIterator<Item = &'a StreamKey>) -> Option<Knowledge> {
        let remembered = self.lock();
        let remembered = remembered.as_ref()?;
        let fed = streams.into_iter().filter_map(|stream| {
            let revision = remembered.fed.get(stream).copied()?;
            Some((stream.clone(), Some(revision)))
        });
        Some(Knowledge {
            incarnation: remembered.feed,
            last_page: remembered.last_page,
            fed: fed.collect(),
        })
    }

    /// Caches what an answer revealed. Never lowers a value.
    pub fn learn(&self, learned: &Knowledge) {
        let mut remembered = self.lock();
        let remembered = remembered.get_or_insert_with(|| Remembered::of(learned.incarnation));
        if remembered.feed != learned.incarnation {
            *remembered = Remembered::of(learned.incarnation);
        }
        remembered.last_page = remembered.last_page.max(learned.last_page);
        for (stream, fed) in &learned.fed {
            let Some(fed) = *fed else { continue };
            if remembered.fed.get(stream).is_none_or(|known| *known < fed) {
                remembered.fed.insert(stream.clone(), fed);
            }
        }
    }

    /// Whether the cache says that the feed has noted this type.
    pub fn has_noted(&self, feed: Incarnation, stream_type: &StreamType) -> bool {
        let remembered = self.lock();
        let remembered = remembered.as_ref().filter(|remembered| remembered.feed == feed);
        remembered.is_some_and(|remembered| remembered.types.contains(stream_type))
    }

    /// Caches that the feed has noted this type.
    pub fn noted(&self, feed: Incarnation, stream_type: StreamType) {
        let mut remembered = self.lock();
        if let Some(remembered) = remembered.as_mut().filter(|remembered| remembered.feed == feed) {
            remembered.types.insert(stream_type);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Remembered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use uuid::Uuid;

    use super::*;
    use crate::store::testing::{revision, stream};

    fn feed(number: u128) -> Incarnation {
        Incarnation::from(Uuid::from_u128(number))
    }

    fn knowledge(of: u128, last_page: u64, fed: u64) -> Knowledge {
        Knowledge {
            last_page: PageNumber::new(last_page),
            fed: BTreeMap::from([(stream(), Some(revision(fed)))]),
            ..Knowledge::of(feed(of))
        }
    }

    #[test]
    fn an_older_answer_does_not_displace_a_newer_one() {
        let memory = Memory::default();
        assert_eq!(memory.recall([&stream()]), None);
        memory.learn(&knowledge(1, 5, 9));
        memory.learn(&knowledge(1, 4, 8));
        assert_eq!(memory.recall([&stream()]), Some(knowledge(1, 5, 9)));
    }

    #[test]
    fn what_was_known_of_another_feed_is_forgotten() {
        let memory = Memory::default();
        memory.learn(&knowledge(1, 5, 9));
        memory.noted(feed(1), stream().stream_type);
        assert!(memory.has_noted(feed(1), &stream().stream_type));
        memory.learn(&Knowledge::of(feed(2)));
        assert_eq!(memory.recall([&stream()]), Some(Knowledge::of(feed(2))));
        assert!(!memory.has_noted(feed(2), &stream().stream_type));
    }
}
