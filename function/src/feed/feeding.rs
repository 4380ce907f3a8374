//! PURE: the feed protocol, as a step machine: how commits come into the feed.
//!
//! A feed has no gap because a position is not taken before it is visible: it is the key of the page itself. Page n is put if it is
//! absent, by one who knows that page n−1 is there; that can never become false, so that any earlier proof of it will do, and pages
//! are 1, 2, 3, … ([`append`](crate::store::append) is right for the same reason).
//!
//! "The revisions 1…p of a stream are in the feed", a [`Mark`], can never become false either. An entry that begins right behind a
//! mark keeps it true, and so each event is in the feed at least once, and the *first* occurrences of a stream's events come in order
//! and without a gap, for any number of writers and whatever becomes of them. A mark that is too low costs a duplicate, no more.
//!
//! ```text
//! Feeding::begin ─┬─ incarnation known ───────────────────────────────────────────┐
//!                 └─ Step::FindIncarnation ─┬─ found ─────────────────────────────┤
//!                                           └─ absent ► Step::PutIncarnation ─────┤
//!       ┌─────────────────────────────────────────────────────────────────────────┘
//!       └► Step::FindMarks (of streams of which nothing is remembered)
//!          ► nothing is missing from the feed ► Done
//!          ► Step::FindLastPage (when no page is remembered)
//!          ► Step::PutPage ─┬─ written, or refused because of a page of ours ► the next page, or Done
//!                           └─ refused because of another's ► it is there, so that the next number is tried
//! ```
//!
//! As with an append, each request is a type with its answers as methods, and each answer says what it taught: only that may be
//! remembered for later, or told to the catalogue. A page that was merely sent may never have been written.

use std::collections::{BTreeMap, BTreeSet};

use event_store_types::Revision;

use super::page::Capacity;
use super::{Entry, Incarnation, Mark, Page, PageNumber, Writer};
use crate::store::StreamKey;

/// After how many refused puts in a row the last page is looked for: others are then far ahead.
const REFUSALS: u32 = 2;

/// An attempt to bring commits into the feed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Feeding {
    writer: Writer,
    capacity: Capacity,
    offered: Vec<Entry>,
}

/// What is known of a feed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Knowledge {
    /// The feed that the knowledge is about.
    pub incarnation: Incarnation,
    /// A page that is there.
    pub last_page: Option<PageNumber>,
    /// Up to which revision each stream is in the feed. `None` means that the database was asked, and had no mark.
    pub fed: BTreeMap<StreamKey, Option<Revision>>,
}

impl Knowledge {
    /// Knows that there is such a feed, and nothing else.
    pub fn of(incarnation: Incarnation) -> Self {
        Self {
            incarnation,
            last_page: None,
            fed: BTreeMap::new(),
        }
    }

    /// How far `stream` is in the feed, if that is known.
    pub fn mark(&self, stream: &StreamKey) -> Option<Mark> {
        let revision = self.fed.get(stream).copied().flatten()?;
        Some(Mark {
            incarnation: self.incarnation,
            revision,
        })
    }

    /// Learns that `entry` is in the feed, and with it all revisions of its stream up to the entry's last.
    fn is_fed(&mut self, entry: &Entry) {
        let fed = self.fed.entry(entry.stream().clone()).or_default();
        *fed = (*fed).max(Some(entry.last()));
    }
}

impl Feeding {
    /// An attempt to bring `offered` into the feed; `None` when nothing is offered. No other attempt has the id `writer`.
    ///
    /// The entries of each stream are put in their order, which records need not have.
    pub fn new(writer: Writer, offered: Vec<Entry>) -> Option<Self> {
        (!offered.is_empty()).then(|| Self {
            writer,
            capacity: Capacity::PAGE,
            offered: in_order(offered),
        })
    }

    /// The same, with pages of this capacity.
    #[must_use]
    pub fn with_pages_of(self, capacity: Capacity) -> Self {
        Self { capacity, ..self }
    }

    /// The streams that the attempt is about.
    pub fn streams(&self) -> BTreeSet<&StreamKey> {
        self.offered.iter().map(Entry::stream).collect()
    }

    /// The first step. `known` is what earlier answers taught about the feed.
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

/// Sorts the entries of each stream by revision, and moves them to where the first of them was. Joins ranges that follow
/// each other: when a stream is read from the log itself, each page is one entry.
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

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Find out which feed it is.
    FindIncarnation(FindIncarnation),
    /// Begin a feed, unless there is one.
    PutIncarnation(PutIncarnation),
    /// Find out how far streams are in the feed.
    FindMarks(FindMarks),
    /// Find the last page.
    FindLastPage(FindLastPage),
    /// Put a page, unless there is one of this number.
    PutPage(PutPage),
    /// Nothing: the feed has everything that was offered, up to these revisions at least.
    Done(Knowledge),
}

/// What an answer of the database leads to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Next {
    /// What is to be done next.
    pub step: Step,
    /// What is known now. It stays true as long as this feed exists.
    pub learned: Knowledge,
}

/// The question which feed it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FindIncarnation {
    feeding: Feeding,
}

impl FindIncarnation {
    /// Goes on with what was found.
    pub fn found(self, incarnation: Option<Incarnation>) -> Step {
        match incarnation {
            Some(incarnation) => self.feeding.knowing(Knowledge::of(incarnation)),
            None => Step::PutIncarnation(PutIncarnation {
                feeding: self.feeding,
            }),
        }
    }
}

/// The request to begin a feed on the condition that there is none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PutIncarnation {
    feeding: Feeding,
}

impl PutIncarnation {
    /// The feed to begin: it has the id of the attempt that begins it.
    pub fn incarnation(&self) -> Incarnation {
        Incarnation::begun_by(self.feeding.writer)
    }

    /// Goes on when the feed was begun.
    pub fn written(self) -> Step {
        let incarnation = self.incarnation();
        self.feeding.knowing(Knowledge::of(incarnation))
    }

    /// Goes on when it was refused because of the feed that is `there`.
    pub fn refused(self, there: Incarnation) -> Step {
        self.feeding.knowing(Knowledge::of(there))
    }
}

/// The question how far streams are in the feed. An eventually consistent answer will do.
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

    /// Goes on with the marks that were found, whatever feed they are of.
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

/// The question which page is the last. An eventually consistent answer will do.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FindLastPage {
    lane: Lane,
}

impl FindLastPage {
    /// The feed.
    pub fn incarnation(&self) -> Incarnation {
        self.lane.known.incarnation
    }

    /// Goes on with the page that was found.
    pub fn found(self, last: Option<PageNumber>) -> Next {
        let mut lane = self.lane;
        lane.has_last_page = true;
        lane.known.last_page = lane.known.last_page.max(last);
        lane.next()
    }
}

/// The request to put a page on the condition that there is none of its number.
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

    /// Goes on when the page was written.
    pub fn written(self) -> Next {
        let number = self.number();
        let Self { mut lane, page } = self;
        lane.refusals = 0;
        lane.is_there(number, &page);
        lane.next()
    }

    /// Goes on when the page was refused because of the one that is `there`.
    pub fn refused(self, there: &Page) -> Next {
        if there.writer == self.page.writer {
            // The answer to an earlier try was lost.
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

/// An attempt in its feed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Lane {
    feeding: Feeding,
    known: Knowledge,
    /// Whether the last page was looked for, or is remembered.
    has_last_page: bool,
    refusals: u32,
}

impl Lane {
    /// Learns that a page exists, whoever put it, and what it says about the streams in question.
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

    /// The offered entries that the feed lacks. Each begins right behind what the feed has, or will have with those before it.
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
