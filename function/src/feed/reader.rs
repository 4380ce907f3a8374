//! Reading the feed: pages of it, and the events that they name, from the log.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use event_store_types::{Event, FeedEvent, FeedPage, Revision};
use tokio::time::Instant;

use super::cursor::{Cursor, Position};
use super::filter::Filter;
use super::port::{CommitReader, CommitsFound, FeedPages, FeedReader};
use super::walk::{Next, Piece, Walk};
use super::{Incarnation, PageNumber};
use crate::store::operations::{self, Reading};
use crate::store::read::Forwards;
use crate::store::tails::Tails;
use crate::store::{Consistency, EventLog, StoreError, limits};

/// What is asked of the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadFeed {
    /// Where to begin.
    pub from: From,
    /// How many events to give, at least 1.
    pub limit: usize,
    /// Which events.
    pub filter: Filter,
}

/// Where a reading begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// With the first event of all.
    Beginning,
    /// Behind the last event that there is.
    End,
    /// Where an earlier one ended.
    Cursor(Cursor),
}

/// What came of a reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A page.
    Page(FeedPage),
    /// The cursor is of a feed that is no more.
    BegunAnew,
    /// The feed does not reach the cursor.
    NotReached,
    /// The cursor was never given to anybody.
    Misplaced,
}

/// What a process remembers of the feed that it reads, so as not to ask for it again, and to ask for as much as is needed. Where it is
/// wrong, a request more is sent, or some read units more are used.
#[derive(Clone, Debug, Default)]
pub struct ReaderMemory(Arc<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    incarnation: Mutex<Option<Incarnation>>,
    /// A page that is there: 0 for none.
    page: AtomicU64,
    /// How many entries a page has about: 0 for unknown.
    entries_a_page: AtomicUsize,
    /// How many bytes a commit has about: 0 for unknown.
    bytes_a_commit: AtomicUsize,
}

/// How many entries a page is taken to have before one was read.
const ENTRIES_A_PAGE: usize = 10;

/// How many commits one request may ask for, and how many pages are asked for at most.
const KEYS_A_CALL: usize = 100;

/// How many bytes of pages are read for one answer.
const PAGE_BYTES: usize = 1_000_000;

/// How many bytes of events an answer holds, and the rest of a commit.
const EVENT_BYTES: usize = 1_000_000;

/// How long pages are read on that hold nothing that is wanted.
const DROUGHT: Duration = Duration::from_secs(2);

/// Reads a page of the feed.
///
/// # Errors
/// When the database does not answer in time, when a page cannot be read, or the log lacks what the feed names: nothing is skipped.
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

/// The events of an answer, as they are gathered.
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
        };
        self.walk(incarnation, position, request).await
    }

    /// Which feed there is: what is remembered, unless the caller knows of another.
    async fn incarnation(&self, asked: Option<Incarnation>) -> Result<Option<Incarnation>, StoreError> {
        let known = *self.memory.lock();
        if known.is_some() && (asked.is_none() || asked == known) {
            return Ok(known);
        }
        let found = self.feed.current().await?;
        if found != known {
            self.memory.0.page.store(0, Ordering::Relaxed);
        }
        *self.memory.lock() = found;
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

    /// Looks strongly at where a cursor points to, when nothing was seen there: what it was given for must be there, if only to the
    /// page before.
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
                Some(before) if before.as_u64() > self.memory.0.page.load(Ordering::Relaxed) => before,
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

    /// Reads single commits, as many as the database gives, and moves behind them.
    async fn commits(
        &self,
        pieces: Vec<Piece>,
        walk: &mut Walk,
        gathered: &mut Gathered,
        filter: &Filter,
    ) -> Result<(), StoreError> {
        let key = |piece: &Piece| (piece.stream.clone(), piece.first);
        // An event that comes twice is asked for once: the database refuses a key that is named again.
        let keys: BTreeSet<_> = pieces.iter().map(key).collect();
        let is_repeated = keys.len() < pieces.len();
        let keys: Vec<_> = keys.into_iter().collect();
        let mut found = self.log.commits_at(&keys, Consistency::Eventual).await?;
        let missing = |found: &CommitsFound| {
            let is_missing =
                |key: &&(_, _)| !found.commits.contains_key(*key) && !found.unprocessed.contains(*key);
            keys.iter().filter(is_missing).cloned().collect::<Vec<_>>()
        };
        let unseen = missing(&found);
        if !unseen.is_empty() {
            let strongly = self.log.commits_at(&unseen, Consistency::Strong).await?;
            found.commits.extend(strongly.commits);
            found.unprocessed.extend(strongly.unprocessed);
            if let Some((stream, first)) = missing(&found).into_iter().next() {
                return Err(StoreError::Fault(
                    NotInLog {
                        stream: stream.to_string(),
                        revision: first,
                    }
                    .into(),
                ));
            }
        }
        let mut read = 0;
        for piece in pieces {
            let commit = if is_repeated {
                found.commits.get(&key(&piece)).cloned()
            } else {
                found.commits.remove(&key(&piece))
            };
            let Some(commit) = commit else {
                // The database gave less than was asked for: the rest is asked for again.
                break;
            };
            if gathered.is_full() {
                break;
            }
            read += 1;
            let events = commit.into_events(&piece.stream).collect();
            let bytes = take(&piece, events, walk, gathered, filter);
            self.memory.met_commit(bytes);
        }
        if read == 0 && !gathered.is_full() {
            return Err(StoreError::Throttled("keys were left out of the answer".into()));
        }
        Ok(())
    }

    /// Reads a part of a stream, as much as fits, and moves behind it.
    async fn range(
        &self,
        piece: Piece,
        walk: &mut Walk,
        gathered: &mut Gathered,
        filter: &Filter,
    ) -> Result<(), StoreError> {
        let left = piece.last.as_u64() - piece.after.map_or(0, Revision::as_u64);
        let most = if filter.event_types.is_empty() {
            gathered.room()
        } else {
            limits::PAGE_EVENTS
        };
        // An eventual reading may not know of it yet: only a strong one tells that it is not there.
        for consistency in [Consistency::Eventual, Consistency::Strong] {
            let read = Forwards {
                stream: piece.stream.clone(),
                after: piece.after,
                limit: usize::try_from(left).unwrap_or(usize::MAX).min(most),
                consistency,
            };
            if let Reading::Page(page) = operations::read_forwards(self.log, self.tails, read).await?
                && !page.events.is_empty()
            {
                take(&piece, page.events, walk, gathered, filter);
                return Ok(());
            }
        }
        let revision = piece
            .after
            .map_or(Some(Revision::FIRST), |after| after.checked_add(1));
        Err(StoreError::Fault(
            NotInLog {
                stream: piece.stream.to_string(),
                revision: revision.unwrap_or(piece.last),
            }
            .into(),
        ))
    }
}

/// Takes the wanted events of a piece as long as there is room, and moves behind the last that was looked at. Gives the bytes of all.
fn take(
    piece: &Piece,
    events: Vec<Event>,
    walk: &mut Walk,
    gathered: &mut Gathered,
    filter: &Filter,
) -> usize {
    let mut bytes = 0;
    for event in events {
        let size = size(&event);
        bytes += size;
        if Some(event.revision) <= piece.after || gathered.is_full() {
            continue;
        }
        walk.move_to(if event.revision == piece.last {
            piece.behind
        } else {
            Position {
                after: Some(event.revision),
                ..piece.at
            }
        });
        if filter.wants(&event.event_type) {
            gathered.bytes += size;
            gathered
                .events
                .push(FeedEvent::of(piece.stream.stream_type.clone(), event));
        }
    }
    bytes
}

fn size(event: &Event) -> usize {
    let metadata = event
        .metadata
        .as_ref()
        .map_or(0, |metadata| metadata.as_str().len());
    event.payload.as_str().len() + event.event_type.as_str().len() + metadata
}

fn page(events: Vec<FeedEvent>, has_more: bool, next: Cursor) -> Outcome {
    Outcome::Page(FeedPage {
        events,
        has_more,
        next: next.encode(),
    })
}

impl ReaderMemory {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Incarnation>> {
        self.0.incarnation.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many pages are to be asked for, to have `room` events in one request and hardly more.
    fn pages(&self, filter: &Filter, room: usize, is_drought: bool) -> usize {
        if is_drought || !filter.is_empty() {
            return KEYS_A_CALL;
        }
        let known = self.0.entries_a_page.load(Ordering::Relaxed);
        let entries = if known == 0 { ENTRIES_A_PAGE } else { known };
        (room.div_ceil(entries) + 1).min(KEYS_A_CALL)
    }

    fn keys_a_call(&self) -> usize {
        let bytes = self.0.bytes_a_commit.load(Ordering::Relaxed);
        (EVENT_BYTES / bytes.max(1)).clamp(1, KEYS_A_CALL)
    }

    fn met(&self, first: PageNumber, found: &FeedPages) {
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

    fn met_commit(&self, bytes: usize) {
        let before = self.0.bytes_a_commit.load(Ordering::Relaxed);
        self.0
            .bytes_a_commit
            .store(usize::midpoint(before, bytes), Ordering::Relaxed);
    }
}

/// The feed names what the log does not hold.
#[derive(Debug, thiserror::Error)]
#[error("the feed names revision `{revision}` of stream `{stream}`, which the log does not hold")]
struct NotInLog {
    stream: String,
    revision: Revision,
}
