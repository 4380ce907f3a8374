//! A feed in memory, for tests of its writers.

use std::collections::BTreeMap;
use std::sync::Mutex;

use event_store_types::StreamType;

use super::port::{Begun, FeedWriter, PagePut};
use super::{Entry, Incarnation, Page, PageNumber};
use crate::store::StoreError;

/// A feed in memory that never fails.
#[derive(Debug, Default)]
pub(crate) struct PagesInMemory {
    incarnation: Mutex<Option<Incarnation>>,
    pages: Mutex<BTreeMap<PageNumber, Page>>,
}

impl PagesInMemory {
    /// Every entry, in order.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let pages = self.pages.lock().unwrap();
        pages.values().flat_map(|page| page.entries.clone()).collect()
    }

    /// The revision up to which each stream can be read. Checks that its first occurrences are in order and
    /// without a gap.
    pub(crate) fn fed(&self) -> BTreeMap<String, u64> {
        let mut fed: BTreeMap<String, u64> = BTreeMap::new();
        for entry in self.entries() {
            let fed = fed.entry(entry.stream().to_string()).or_default();
            assert!(
                entry.first().as_u64() <= *fed + 1,
                "{entry:?} leaves a gap after {fed}"
            );
            *fed = entry.last().as_u64().max(*fed);
        }
        fed
    }
}

impl FeedWriter for PagesInMemory {
    async fn incarnation(&self) -> Result<Option<Incarnation>, StoreError> {
        Ok(*self.incarnation.lock().unwrap())
    }

    async fn begin(&self, feed: Incarnation) -> Result<Begun, StoreError> {
        let mut incarnation = self.incarnation.lock().unwrap();
        Ok(if let Some(there) = *incarnation {
            Begun::Refused(there)
        } else {
            *incarnation = Some(feed);
            Begun::Written
        })
    }

    async fn last_page(&self, _: Incarnation) -> Result<Option<PageNumber>, StoreError> {
        Ok(self.pages.lock().unwrap().keys().next_back().copied())
    }

    async fn put_page(&self, _: Incarnation, number: PageNumber, page: &Page) -> Result<PagePut, StoreError> {
        let mut pages = self.pages.lock().unwrap();
        Ok(if let Some(there) = pages.get(&number) {
            PagePut::Refused(there.clone())
        } else {
            pages.insert(number, page.clone());
            PagePut::Written
        })
    }

    async fn note_type(&self, _: Incarnation, _: &StreamType) -> Result<(), StoreError> {
        Ok(())
    }
}
