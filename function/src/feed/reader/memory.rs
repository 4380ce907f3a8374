//! What a process caches of the feed that it reads.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::EVENT_BYTES;
use crate::feed::filter::Filter;
use crate::feed::port::FeedPages;
use crate::feed::{Incarnation, PageNumber};

/// The assumed number of entries per page before the first one was read.
const ENTRIES_A_PAGE: usize = 10;

/// How many commits one request may read, and the maximum number of pages it reads.
const KEYS_A_CALL: usize = 100;

/// What a process caches of the feed that it reads, so that it requests nothing twice, and no more than it
/// needs. If the cache is wrong, that costs another request or some read units.
#[derive(Clone, Debug, Default)]
pub struct ReaderMemory(Arc<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    incarnation: Mutex<Option<Incarnation>>,
    /// A page that exists: 0 for none.
    page: AtomicU64,
    /// The approximate number of entries per page: 0 for unknown.
    entries_a_page: AtomicUsize,
    /// The approximate number of bytes per commit: 0 for unknown.
    bytes_a_commit: AtomicUsize,
}

impl ReaderMemory {
    /// The last known incarnation of the feed.
    pub(super) fn incarnation(&self) -> Option<Incarnation> {
        *self.lock()
    }

    /// Caches the incarnation of the feed, and drops what it knew of another.
    pub(super) fn is_of(&self, feed: Option<Incarnation>) {
        let mut known = self.lock();
        if *known != feed {
            self.0.page.store(0, Ordering::Relaxed);
        }
        *known = feed;
    }

    /// Whether this page is known to exist.
    pub(super) fn has_met(&self, page: PageNumber) -> bool {
        page.as_u64() <= self.0.page.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Incarnation>> {
        self.0.incarnation.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many pages to request to get `room` events in one request, and few more.
    pub(super) fn pages(&self, filter: &Filter, room: usize, is_drought: bool) -> usize {
        if is_drought || !filter.is_empty() {
            return KEYS_A_CALL;
        }
        let known = self.0.entries_a_page.load(Ordering::Relaxed);
        let entries = if known == 0 { ENTRIES_A_PAGE } else { known };
        (room.div_ceil(entries) + 1).min(KEYS_A_CALL)
    }

    pub(super) fn keys_a_call(&self) -> usize {
        let bytes = self.0.bytes_a_commit.load(Ordering::Relaxed);
        (EVENT_BYTES / bytes.max(1)).clamp(1, KEYS_A_CALL)
    }

    pub(super) fn met(&self, first: PageNumber, found: &FeedPages) {
        let Some(ahead) = found.pages.len().checked_sub(1) else {
            return;
        };
        let last = first
            .as_u64()
            .saturating_add(u64::try_from(ahead).unwrap_or(u64::MAX));
        self.0.page.fetch_max(last, Ordering::Relaxed);
        let entries: usize = found.pages.iter().map(|page| page.entries.len()).sum();
        self.0
            .entries_a_page
            .store((entries / found.pages.len()).max(1), Ordering::Relaxed);
    }

    pub(super) fn met_commit(&self, bytes: usize) {
        let before = self.0.bytes_a_commit.load(Ordering::Relaxed);
        self.0
            .bytes_a_commit
            .store(usize::midpoint(before, bytes), Ordering::Relaxed);
    }
}
