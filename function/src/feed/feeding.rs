//! PURE: the feed protocol, as a step machine: how commits enter the feed.
//!
//! A feed has no gap, because a position is taken and becomes visible in the same instant: it is the key of
//! the page itself. A writer puts page n, if it is absent, only once it knows that page n−1 exists. That fact
//! can never become false, so any earlier proof of it is good, and the pages are 1, 2, 3, …
//! ([`append`](crate::store::append) is correct for the same reason).
//!
//! "The revisions 1…p of a stream are in the feed", a [`Mark`], can never become false either. An entry that
//! begins right after a mark keeps it true. So each event is in the feed at least once, and the *first*
//! occurrences of a stream's events come in order and without a gap, for any number of writers and whatever
//! happens to them. A mark that is too low costs a duplicate, nothing more.
//!
//! ```text
//! Feeding::begin ─┬─ incarnation known ───────────────────────────────────────────┐
//!                 └─ Step::FindIncarnation ─┬─ found ─────────────────────────────┤
//!                                           └─ absent ► Step::PutIncarnation ─────┤
//!       ┌─────────────────────────────────────────────────────────────────────────┘
//!       └► Step::FindMarks (of streams that are not cached)
//!          ► nothing is missing from the feed ► Done
//!          ► Step::FindLastPage (when no page is cached)
//!          ► Step::PutPage ─┬─ written, or refused because of a page of ours ► the next page, or Done
//!                           └─ refused because of another's ► it exists, so try the next number
//! ```
//!
//! As with an append, each request is a type whose methods are its possible answers, and each answer says
//! what it revealed. Only that may be cached for later, or noted in the catalogue. A page that was merely
//! sent may never have been written.

use std::collections::{BTreeMap, BTreeSet};

use event_store_types::Revision;

use super::page::Capacity;
use super::{Entry, Incarnation, Mark, Page, PageNumber, Writer};
use crate::store::StreamKey;

/// The number of consecutive refused puts after which the last page is looked up: other writers are then far
/// ahead.
const REFUSALS: u32 = 2;

/// An attempt to add commits to the feed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Feeding {
    writer: Writer,
    capacity: Capacity,
    offered: Vec<Entry>,
}

/// Facts about a feed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Knowledge {
    /// The feed.
    pub incarnation: Incarnation,
    /// A page that exists.
    pub last_page: Option<PageNumber>,
    /// The revision up to which the feed contains each stream. `None` means that the database was asked and
    /// had no mark.
    pub fed: BTreeMap<StreamKey, Option<Revision>>,
}

impl Knowledge {
    /// The fact that the feed exists, and nothing else.
    pub fn of(incarnation: Incarnation) -> Self {
        Self {
            incarnation,
            last_page: None,
            fed: BTreeMap::new(),
        }
    }

    /// How far the feed contains `stream`, if known.
    pub fn mark(&self, stream: &StreamKey) -> Option<Mark> {
        let revision = self.fed.get(stream).copied().flatten()?;
        Some(Mark {
            incarnation: self.incarnation,
            revision,
        })
    }

    /// Learns that the feed contains `entry`, and thus all revisions of its stream up to the entry's last.
    fn is_fed(&mut self, entry: &Entry) {
        let fed = self.fed.entry(entry.stream().clone()).or_default();
        *fed = (*fed).max(Some(entry.last()));
    }
}

impl Feeding {
    /// An attempt to add `offered` to the feed; `None` if nothing is offered. The id `writer` must be unique
    /// to this attempt.
    ///
    /// Puts the entries of each stream in order, even if the records are not.
    pub fn new(writer: Writer, offered: Vec<Entry>) -> Option<Self> {
        (!offered.is_empty()).then(|| Self {
            writer,
            capacity: Capacity::PAGE,
            offered: in_order(offered),
        })
    }

    /// The same attempt with pages of this capacity.
    #[must_use]
    pub fn with_pages_of(self, capacity: Capacity) -> Self {
        Self { capacity, ..self }
    }

    /// The streams of the offered entries.
    pub fn streams(&self) -> BTreeSet<&StreamKey> {
        self.offered.iter().map(Entry::stream).collect()
    }

    /// The first step. `known` contains what earlier answers revealed about the feed.
    pub fn begin(self, known: Option<Knowledge>) -> Step {
        match known {
            None => Step::FindIncarnation(FindIncarnation { feeding: self }),
            Some(known) => self.knowing(known),
        }
    }

    fn knowing(self, known: Knowledge) -> Step {
        let mut streams = self.streams();
        streams.retain(|stream| !known.fed.contains_key(stream));
        let unknown: Vec<StreamKey> = streams.into_iter().cloned().collect();
        let lane = Lane {
            has_last_page: known.last_page.is_some(),
            refusals: 0,
            known,
            feeding: self,
        };
        if unknown.is_empty() {
            lane.go_on()
        } else {
            Step::FindMarks(FindMarks {
                lane,
                streams: unknown,
            })
        }
    }
}

/// Sorts the entries of each stream by revision, at the places that the stream's entries had. Joins
/// consecutive ranges: when a stream is read from the log itself, each of its commits is one.
fn in_order(offered: Vec<Entry>) -> Vec<Entry> {
    let streams: Vec<StreamKey> = offered.iter().map(|entry| entry.stream().clone()).collect();
    let mut queues: BTreeMap<StreamKey, Vec<Entry>> = BTreeMap::new();
    for entry in offered {
        queues.entry(entry.stream().clone()).or_default().push(entry);
    }
    for queue in queues.values_mut() {
        queue.sort_by_key(|entry| (entry.first(), entry.last()));
        *queue = joined(std::mem::take(queue));
        queue.reverse();
    }
    let next = |stream| queues.get_mut(&stream).and_then(Vec::pop);
    streams.into_iter().filter_map(next).collect()
}

fn joined(entries: Vec<Entry>) -> Vec<Entry> {
    let mut joined: Vec<Entry> = Vec::with_capacity(entries.len());
    for entry in entries {
        let rest = match joined.last_mut() {
            Some(last) => last.join(entry).err(),
            None => Some(entry),
        };
        joined.extend(rest);
    }
    joined
}

/// The next step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Look up the incarnation of the feed.
    FindIncarnation(FindIncarnation),
    /// Create a feed, unless one exists.
    PutIncarnation(PutIncarnation),
    /// Look up how far the feed contains these streams.
    FindMarks(FindMarks),
    /// Look up the last page.
    FindLastPage(FindLastPage),
    /// Put a page, unless one with this number exists.
    PutPage(PutPage),
    /// Done: the feed contains everything that was offered, up to these revisions at least.
    Done(Knowledge),
}

/// What an answer of the database leads to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Next {
    /// The next step.
    pub step: Step,
    /// The facts known now. They stay true as long as this feed exists.
    pub learned: Knowledge,
}

/// The request for the feed's incarnation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FindIncarnation {
    feeding: Feeding,
}

impl FindIncarnation {
    /// Continues with the incarnation that was found.
    pub fn found(self, incarnation: Option<Incarnation>) -> Step {
        match incarnation {
            Some(incarnation) => self.feeding.knowing(Knowledge::of(incarnation)),
            None => Step::PutIncarnation(PutIncarnation {
                feeding: self.feeding,
            }),
        }
    }
}

/// The request to create a feed, on condition that none exists.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PutIncarnation {
    feeding: Feeding,
}

impl PutIncarnation {
    /// The feed to create. It has the id of the attempt that creates it.
    pub fn incarnation(&self) -> Incarnation {
        Incarnation::begun_by(self.feeding.writer)
    }

    /// Continues after the feed was created.
    pub fn written(self) -> Step {
        let incarnation = self.incarnation();
        self.feeding.knowing(Knowledge::of(incarnation))
    }

    /// Continues after the request was refused because the feed `there` exists.
    pub fn refused(self, there: Incarnation) -> Step {
        self.feeding.knowing(Knowledge::of(there))
    }
}

/// The request for how far the feed contains streams. An eventually consistent answer is sufficient.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FindMarks {
    lane: Lane,
    streams: Vec<StreamKey>,
}

impl FindMarks {
    /// The feed.
    pub fn incarnation(&self) -> Incarnation {
        self.lane.known.incarnation
    }

    /// The streams, each once.
    pub fn streams(&self) -> &[StreamKey] {
        &self.streams
    }

    /// Continues with the marks that were found, whichever feed they belong to.
    pub fn found(self, marks: impl IntoIterator<Item = (StreamKey, Mark)>) -> Next {
        let Self { mut lane, streams } = self;
        let incarnation = lane.known.incarnation;
        let unknown = streams.into_iter().map(|stream| (stream, None));
        lane.known.fed.extend(unknown);
        for (stream, mark) in marks {
            lane.known.fed.insert(stream, mark.within(incarnation));
        }
        lane.next()
    }
}

/// The request for the last page. An eventually consistent answer is sufficient.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FindLastPage {
    lane: Lane,
}

impl FindLastPage {
    /// The feed.
    pub fn incarnation(&self) -> Incarnation {
        self.lane.known.incarnation
    }

    /// Continues with the page that was found.
    pub fn found(self, last: Option<PageNumber>) -> Next {
        let mut lane = self.lane;
        lane.has_last_page = true;
        lane.known.last_page = lane.known.last_page.max(last);
        lane.next()
    }
}

/// The request to put a page, on condition that none with its number exists.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PutPage {
    lane: Lane,
    page: Page,
}

impl PutPage {
    /// The feed.
    pub fn incarnation(&self) -> Incarnation {
        self.lane.known.incarnation
    }

    /// The page's number.
    pub fn number(&self) -> PageNumber {
        PageNumber::after(self.lane.known.last_page)
    }

    /// The page.
    pub fn page(&self) -> &Page {
        &self.page
    }

    /// Continues after the page was written.
    pub fn written(self) -> Next {
        let number = self.number();
        let Self { mut lane, page } = self;
        lane.refusals = 0;
        lane.is_there(number, &page);
        lane.next()
    }

    /// Continues after the page was refused because the page `there` exists.
    pub fn refused(self, there: &Page) -> Next {
        if there.writer == self.page.writer {
            // The page is ours: the answer to an earlier try was lost.
            return self.written();
        }
        let number = self.number();
        let mut lane = self.lane;
        lane.refusals += 1;
        if lane.refusals.is_multiple_of(REFUSALS) {
            lane.has_last_page = false;
        }
        lane.is_there(number, there);
        lane.next()
    }
}

/// An attempt whose feed is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Lane {
    feeding: Feeding,
    known: Knowledge,
    /// Whether the last page was looked up or is cached.
    has_last_page: bool,
    refusals: u32,
}

impl Lane {
    /// Learns that a page exists, whoever put it, and what it reveals about the streams of this attempt.
    fn is_there(&mut self, number: PageNumber, page: &Page) {
        self.known.last_page = self.known.last_page.max(Some(number));
        for entry in &page.entries {
            if self.known.fed.contains_key(entry.stream()) {
                self.known.is_fed(entry);
            }
        }
    }

    fn next(self) -> Next {
        let learned = self.known.clone();
        Next {
            step: self.go_on(),
            learned,
        }
    }

    fn go_on(self) -> Step {
        let entries = self.feeding.capacity.fill(self.missing());
        if entries.is_empty() {
            Step::Done(self.known)
        } else if self.has_last_page {
            let page = Page {
                writer: self.feeding.writer,
                entries,
            };
            Step::PutPage(PutPage { lane: self, page })
        } else {
            Step::FindLastPage(FindLastPage { lane: self })
        }
    }

    /// The offered entries that the feed lacks. Each begins right after what the feed contains, or will
    /// contain with the entries before it.
    fn missing(&self) -> impl Iterator<Item = Entry> {
        let mut fed = self.known.fed.clone();
        self.feeding.offered.iter().cloned().filter_map(move |entry| {
            let fed = fed.entry(entry.stream().clone()).or_default();
            let missing = entry.after(*fed)?;
            *fed = Some(missing.last());
            Some(missing)
        })
    }
}

#[cfg(test)]
mod tests;
