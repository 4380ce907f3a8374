//! The state of everything: the feed's table, the catalogue, and the relays before them.

use std::collections::BTreeMap;
use std::sync::Arc;

use event_store_function::feed::feeding::{Knowledge, Step};
use event_store_function::feed::{Incarnation, Mark, Page, PageNumber};
use event_store_types::Revision;

/// The state of everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) table: Table,
    /// Every mark of the stream that the catalogue ever had, the newest last: a reading may tell any of them.
    pub(crate) marks: Vec<Mark>,
    pub(crate) relays: Vec<Relay>,
    /// Up to which revision the stream was told to be done with, and in which feed.
    pub(crate) acknowledged: Vec<Mark>,
    /// Whether the feed was thrown away.
    pub(crate) is_anew: bool,
    /// Whether a page was ever lost to another.
    pub(crate) overwritten: bool,
    /// Whether a page of its own, and one of another, has ever refused a put.
    pub(crate) met: Met,
}

/// What a put has met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Met {
    pub(crate) ours: bool,
    pub(crate) foreign: bool,
}

/// The feed's table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Table {
    pub(crate) incarnation: Option<Incarnation>,
    pub(crate) pages: BTreeMap<(Incarnation, PageNumber), Arc<Page>>,
}

impl Table {
    /// The pages of the feed that there is, as a reader sees them: up to the first that is not there.
    pub(crate) fn readable(&self) -> impl Iterator<Item = &Page> {
        let mut number = None;
        std::iter::from_fn(move || {
            let next = PageNumber::after(number);
            number = Some(next);
            self.pages.get(&(self.incarnation?, next)).map(AsRef::as_ref)
        })
    }

    /// The last page of a feed, whether a reader comes so far or not.
    pub(crate) fn last(&self, incarnation: Incarnation) -> Option<PageNumber> {
        let pages = self.pages.keys().filter(|(of, _)| *of == incarnation);
        pages.map(|(_, number)| *number).max()
    }

    /// Up to which revision the stream can be read without a gap, and whether its first occurrences come in order.
    pub(crate) fn read(&self) -> Reading {
        let mut reading = Reading {
            fed: 0,
            is_ordered: true,
            twice: false,
        };
        for entry in self.readable().flat_map(|page| &page.entries) {
            let (first, last) = (entry.first().as_u64(), entry.last().as_u64());
            reading.is_ordered &= first <= reading.fed + 1;
            reading.twice |= first <= reading.fed;
            reading.fed = reading.fed.max(last);
        }
        reading
    }

    /// Whether what `mark` says is so; of another feed than the one there is nothing can be said.
    pub(crate) fn bears_out(&self, mark: Mark) -> bool {
        let reading = self.read();
        Some(mark.incarnation) != self.incarnation
            || (reading.is_ordered && mark.revision.as_u64() <= reading.fed)
    }
}

/// What a reader finds of the stream.
pub(crate) struct Reading {
    pub(crate) fed: u64,
    pub(crate) is_ordered: bool,
    pub(crate) twice: bool,
}

/// A relay, or a run of `reconcile`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Relay {
    /// How many batches it was given.
    pub(crate) begun: u8,
    /// What it remembers.
    pub(crate) known: Option<Arc<Knowledge>>,
    /// What it is at.
    pub(crate) work: Option<Work>,
    /// A put that is on its way still, although nobody waits for its answer.
    pub(crate) stray: Option<Arc<Step>>,
}

/// What a relay is at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Work {
    /// The first revision of the batch.
    pub(crate) first: Revision,
    /// The last revision of the batch.
    pub(crate) last: Revision,
    /// The next step; when it is done, the catalogue is told.
    pub(crate) step: Arc<Step>,
}
