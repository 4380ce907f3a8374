//! Fetches the events that entries name from the log.

use std::collections::BTreeSet;

use event_store_types::{Event, FeedEvent, Revision};

use super::{Gathered, Reader};
use crate::feed::cursor::Position;
use crate::feed::filter::Filter;
use crate::feed::port::{CommitReader, CommitsFound, FeedReader};
use crate::feed::walk::{Piece, Walk};
use crate::store::operations::{self, Reading};
use crate::store::read::{Read, Start};
use crate::store::{Consistency, EventLog, StoreError, limits};

impl<F: FeedReader, L: EventLog + CommitReader> Reader<'_, F, L> {
    /// Reads single commits, as many as the database returns, and moves the walk past them.
    pub(super) async fn commits(
        &self,
        pieces: Vec<Piece>,
        walk: &mut Walk,
        gathered: &mut Gathered,
        filter: &Filter,
    ) -> Result<(), StoreError> {
        let key = |piece: &Piece| (piece.stream.clone(), piece.first);
        // A repeated event is requested once: the database refuses duplicate keys.
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
                // The database returned less than requested; the rest is requested again.
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
            return Err(StoreError::Throttled("the answer left keys out".into()));
        }
        Ok(())
    }

    /// Reads as much of a stream's range as fits, and moves the walk past it.
    pub(super) async fn range(
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
        // An eventually consistent read may not see it yet: only a strong one proves that it is missing.
        for consistency in [Consistency::Eventual, Consistency::Strong] {
            let read = Read {
                stream: piece.stream.clone(),
                start: Start::After(piece.after),
                limit: usize::try_from(left).unwrap_or(usize::MAX).min(most),
                consistency,
            };
            if let Reading::Page(page) = operations::read(self.log, self.tails, read).await?
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

/// Collects the matching events of a piece while there is room, and moves the walk past the last event that
/// it looked at. Returns the size in bytes of all events.
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

/// The error for a commit that the feed names but the log does not contain.
#[derive(Debug, thiserror::Error)]
#[error("the feed names revision `{revision}` of stream `{stream}`, which the log does not contain")]
struct NotInLog {
    stream: String,
    revision: Revision,
}
