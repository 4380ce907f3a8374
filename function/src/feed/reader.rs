//! Reads the feed: its pages, and the events that they name, from the log.

mod bodies;
mod memory;

use std::time::Duration;

use event_store_types::{FeedEvent, FeedPage};
use tokio::time::Instant;

use super::cursor::{Cursor, Position};
use super::filter::Filter;
use super::port::{CommitReader, FeedPages, FeedReader};
use super::walk::{Next, Walk};
use super::{Incarnation, PageNumber};
use crate::store::operations;
use crate::store::tails::Tails;
use crate::store::{Consistency, EventLog, StoreError};

pub use memory::ReaderMemory;

/// A request to read the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadFeed {
    /// Where to begin.
    pub from: From,
    /// The maximum number of events, at least 1.
    pub limit: usize,
    /// The events to select.
    pub filter: Filter,
}

/// Where a read begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// At the first event.
    Beginning,
    /// After the last event.
    End,
    /// At least this many events before the end, or at the first event if there are fewer.
    BeforeEnd(usize),
    /// Where an earlier read ended.
    Cursor(Cursor),
}

/// The outcome of a read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A page.
    Page(FeedPage),
    /// The cursor belongs to an earlier feed.
    BegunAnew,
    /// The feed ends before the cursor.
    NotReached,
    /// The store never issued this cursor.
    Misplaced,
}

/// The maximum size in bytes of the feed pages read for one answer.
const PAGE_BYTES: usize = 1_000_000;

/// The size in bytes of events after which an answer ends, once the commit at that place is complete.
const EVENT_BYTES: usize = 1_000_000;

/// How long a read continues through pages without any matching event.
const DROUGHT: Duration = Duration::from_secs(2);

/// Reads a page of the feed.
///
/// # Errors
/// When the database does not answer in time, a page is unreadable, or the log lacks an event that the feed
/// names: nothing is skipped.
pub async fn read(
    feed: &impl FeedReader,
    log: &(impl EventLog + CommitReader),
    tails: &Tails,
    memory: &ReaderMemory,
    request: ReadFeed,
) -> Result<Outcome, StoreError> {
    let reader = Reader {
        feed,
        log,
        tails,
        memory,
    };
    operations::within_deadline(reader.read(request)).await
}

struct Reader<'a, F, L> {
    feed: &'a F,
    log: &'a L,
    tails: &'a Tails,
    memory: &'a ReaderMemory,
}

/// The events of an answer, as they are collected.
struct Gathered {
    events: Vec<FeedEvent>,
    bytes: usize,
    limit: usize,
}

impl Gathered {
    fn is_full(&self) -> bool {
        self.events.len() >= self.limit || self.bytes >= EVENT_BYTES
    }

    fn room(&self) -> usize {
        self.limit - self.events.len()
    }
}

impl<F: FeedReader, L: EventLog + CommitReader> Reader<'_, F, L> {
    async fn read(&self, request: ReadFeed) -> Result<Outcome, StoreError> {
        let asked = match request.from {
            From::Cursor(Cursor::At(incarnation, _)) => Some(incarnation),
            _ => None,
        };
        let Some(incarnation) = self.incarnation(asked).await? else {
            return Ok(match asked {
                Some(_) => Outcome::BegunAnew,
                None => page(Vec::new(), false, Cursor::Beginning),
            });
        };
        let position = match request.from {
            From::Cursor(Cursor::At(of, _)) if of != incarnation => return Ok(Outcome::BegunAnew),
            From::Cursor(Cursor::At(_, position)) => position,
            From::Beginning | From::Cursor(Cursor::Beginning) => Position::BEGINNING,
            From::End => {
                let last = self.feed.newest_page(incarnation).await?;
                let end = Position::at_page(PageNumber::after(last));
                return Ok(page(Vec::new(), false, Cursor::At(incarnation, end)));
            }
            From::BeforeEnd(events) => {
                let last = self.feed.newest_page(incarnation).await?;
                // A page contains at least one event.
                let back = u64::try_from(events).unwrap_or(u64::MAX);
                let first = PageNumber::after(last).as_u64().saturating_sub(back);
                Position::at_page(PageNumber::new(first).unwrap_or(PageNumber::FIRST))
            }
        };
        self.walk(incarnation, position, request).await
    }

    /// Returns the incarnation of the feed: from the cache, unless the caller names another.
    async fn incarnation(&self, asked: Option<Incarnation>) -> Result<Option<Incarnation>, StoreError> {
        let known = self.memory.incarnation();
        if known.is_some() && (asked.is_none() || asked == known) {
            return Ok(known);
        }
        let found = self.feed.current().await?;
        self.memory.is_of(found);
        Ok(found)
    }

    async fn walk(
        &self,
        incarnation: Incarnation,
        begin: Position,
        request: ReadFeed,
    ) -> Result<Outcome, StoreError> {
        let started = Instant::now();
        let mut walk = Walk::from(begin);
        let mut gathered = Gathered {
            events: Vec::new(),
            bytes: 0,
            limit: request.limit,
        };
        let mut page_bytes = 0;
        let mut is_at_end = false;
        let has_more = loop {
            if gathered.is_full() {
                break walk.has_more() || !is_at_end;
            }
            match walk.next(&request.filter, self.memory.keys_a_call(), gathered.room()) {
                Next::Misplaced => return Ok(Outcome::Misplaced),
                Next::Commits(pieces) => {
                    self.commits(pieces, &mut walk, &mut gathered, &request.filter)
                        .await?;
                }
                Next::Range(piece) => {
                    self.range(piece, &mut walk, &mut gathered, &request.filter)
                        .await?;
                }
                Next::Pages if is_at_end => break false,
                Next::Pages if page_bytes >= PAGE_BYTES || started.elapsed() >= DROUGHT => break true,
                Next::Pages => {
                    let wanted = walk.wanted();
                    let pages = self
                        .memory
                        .pages(&request.filter, gathered.room(), page_bytes > 0);
                    let mut found = self
                        .feed
                        .pages(incarnation, wanted, pages, Consistency::Eventual)
                        .await?;
                    if found.pages.is_empty() && wanted == begin.page {
                        match self.first_page(incarnation, begin).await? {
                            Some(there) => found = there,
                            None => return Ok(Outcome::NotReached),
                        }
                    }
                    self.memory.met(wanted, &found);
                    is_at_end = !found.more;
                    page_bytes += found.bytes;
                    walk.add(found.pages);
                }
            }
        };
        let next = Cursor::At(incarnation, walk.position());
        Ok(page(gathered.events, has_more, next))
    }

    /// Checks the position of a cursor with strong consistency, after an eventually consistent read found
    /// nothing there. The store issues a cursor only within a page that exists, or for the end of one.
    async fn first_page(
        &self,
        incarnation: Incarnation,
        begin: Position,
    ) -> Result<Option<FeedPages>, StoreError> {
        let nothing = FeedPages::default();
        let must_be = if begin.is_within_page() {
            begin.page
        } else {
            match begin.page.previous() {
                Some(before) if !self.memory.has_met(before) => before,
                _ => return Ok(Some(nothing)),
            }
        };
        let there = self
            .feed
            .pages(incarnation, must_be, 1, Consistency::Strong)
            .await?;
        if there.pages.is_empty() {
            return Ok(None);
        }
        self.memory.met(must_be, &there);
        Ok(Some(if begin.is_within_page() { there } else { nothing }))
    }
}

fn page(events: Vec<FeedEvent>, has_more: bool, next: Cursor) -> Outcome {
    Outcome::Page(FeedPage::new(events, has_more, next.encode()))
}
