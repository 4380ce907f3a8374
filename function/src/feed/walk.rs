//! PURE: the walk of one read through pages of the feed: what it reads next, and its position after that.

use std::collections::VecDeque;

use event_store_types::Revision;

use super::cursor::Position;
use super::filter::Filter;
use super::{Entry, Page, PageNumber};
use crate::store::StreamKey;

/// The walk of one read: its position, and the pages that it has already fetched from there on.
#[derive(Debug)]
pub struct Walk {
    position: Position,
    pages: VecDeque<Page>,
}

/// What to read from the log next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Single commits, at most as many as the caller allows.
    Commits(Vec<Piece>),
    /// A part of a stream, from after one revision up to another.
    Range(Piece),
    /// Nothing: the walk has passed its last page.
    Pages,
    /// The position is not within an entry of its page: no answer ever contained it.
    Misplaced,
}

/// The unread part of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub stream: StreamKey,
    /// The revision of the entry's first event, which is the key of a commit.
    pub first: Revision,
    /// The last revision that was read: within the entry, or before it.
    pub after: Option<Revision>,
    /// The revision of the entry's last event.
    pub last: Revision,
    /// The position of the entry.
    pub at: Position,
    /// The reader's position after the entry.
    pub behind: Position,
}

impl Walk {
    /// A walk from `position`, with no pages yet.
    pub fn from(position: Position) -> Self {
        Self {
            position,
            pages: VecDeque::new(),
        }
    }

    /// The reader's position.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The page to read next.
    pub fn wanted(&self) -> PageNumber {
        let ahead = u64::try_from(self.pages.len()).unwrap_or(u64::MAX);
        let number = self.position.page.as_u64().saturating_add(ahead);
        PageNumber::new(number).unwrap_or(self.position.page)
    }

    /// Adds the pages that follow those it has.
    pub fn add(&mut self, pages: impl IntoIterator<Item = Page>) {
        self.pages.extend(pages);
    }

    /// Whether it has pages ahead of the position.
    pub fn has_more(&self) -> bool {
        !self.pages.is_empty()
    }

    /// Moves to a position in its pages, after what was read.
    pub fn move_to(&mut self, position: Position) {
        while self.position.page < position.page && !self.pages.is_empty() {
            self.pages.pop_front();
            self.position = Position::at_page(self.position.page.next());
        }
        self.position = position;
    }

    /// Returns what to read next of what `filter` may select: at most `keys` commits, with about `events`
    /// matching events in total. Skips what the filter excludes.
    pub fn next(&mut self, filter: &Filter, keys: usize, events: usize) -> Next {
        let mut commits: Vec<Piece> = Vec::new();
        let mut counted = 0;
        let mut position = self.position;
        for page in &self.pages {
            let number = position.page;
            if position.entry > 0 && position.entry >= page.entries.len() {
                return Next::Misplaced;
            }
            let entries = page.entries.iter().enumerate().skip(position.entry);
            for (place, entry) in entries {
                let at = Position {
                    page: number,
                    entry: place,
                    after: position.after.take(),
                };
                let behind = if place + 1 < page.entries.len() {
                    Position {
                        page: number,
                        entry: place + 1,
                        after: None,
                    }
                } else {
                    Position::at_page(number.next())
                };
                position = behind;
                let Some(piece) = piece(entry, at, behind) else {
                    return Next::Misplaced;
                };
                if !filter.may_want(entry) {
                    continue;
                }
                if entry.types().is_none() {
                    if commits.is_empty() {
                        self.move_to(at);
                        return Next::Range(piece);
                    }
                    return Next::Commits(commits);
                }
                counted += wanted(filter, entry, &piece);
                commits.push(piece);
                if commits.len() >= keys || counted >= events {
                    return Next::Commits(commits);
                }
            }
        }
        if commits.is_empty() {
            self.move_to(position);
            Next::Pages
        } else {
            Next::Commits(commits)
        }
    }
}

/// The unread part of an entry that was read up to `at.after`.
fn piece(entry: &Entry, at: Position, behind: Position) -> Option<Piece> {
    let is_within = |after: Revision| entry.first() <= after && after < entry.last();
    at.after.is_none_or(is_within).then(|| Piece {
        stream: entry.stream().clone(),
        first: entry.first(),
        after: at.after.or(entry.first().previous()),
        last: entry.last(),
        at,
        behind,
    })
}

/// How many unread events of a commit the filter selects.
fn wanted(filter: &Filter, entry: &Entry, piece: &Piece) -> usize {
    let read = piece.after.map_or(0, Revision::as_u64) + 1 - entry.first().as_u64();
    let types = entry.types().unwrap_or_default().iter();
    let unread = types.skip(usize::try_from(read).unwrap_or(usize::MAX));
    unread.filter(|name| filter.wants(name)).count()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::feed::Writer;
    use crate::store::testing::{revision, stream};

    fn commit(first: u64, types: &[&str]) -> Entry {
        let types = types.iter().map(|name| name.parse().unwrap()).collect();
        Entry::commit(stream(), revision(first), types).unwrap()
    }

    fn page(entries: Vec<Entry>) -> Page {
        Page {
            writer: Writer::from(Uuid::nil()),
            entries,
        }
    }

    fn walk(position: Position) -> Walk {
        let mut walk = Walk::from(position);
        let range = Entry::range(stream(), revision(5), revision(9)).unwrap();
        walk.add([
            page(vec![commit(1, &["a", "b"]), commit(3, &["a"])]),
            page(vec![commit(4, &["c"]), range, commit(10, &["a"])]),
        ]);
        walk
    }

    fn at(page: u64, entry: usize, after: Option<u64>) -> Position {
        Position {
            page: PageNumber::new(page).unwrap(),
            entry,
            after: after.map(revision),
        }
    }

    fn firsts(next: Next) -> Vec<u64> {
        match next {
            Next::Commits(pieces) => pieces.iter().map(|piece| piece.first.as_u64()).collect(),
            Next::Range(piece) => vec![piece.first.as_u64(), piece.last.as_u64()],
            Next::Pages => vec![],
            Next::Misplaced => vec![u64::MAX],
        }
    }

    #[test]
    fn commits_come_together_up_to_a_range_across_pages() {
        let mut walk = walk(Position::BEGINNING);
        let next = walk.next(&Filter::default(), 100, 100);
        let Next::Commits(pieces) = &next else {
            panic!("{next:?}")
        };
        assert_eq!(pieces.last().unwrap().behind, at(2, 1, None));
        walk.move_to(pieces.last().unwrap().behind);
        assert_eq!(firsts(next), [1, 3, 4]);
        assert_eq!(firsts(walk.next(&Filter::default(), 100, 100)), [5, 9]);
        walk.move_to(at(2, 2, None));
        assert_eq!(firsts(walk.next(&Filter::default(), 100, 100)), [10]);
        walk.move_to(at(3, 0, None));
        assert_eq!(walk.next(&Filter::default(), 100, 100), Next::Pages);
        assert!(!walk.has_more());
        assert_eq!(walk.wanted().as_u64(), 3);
    }

    #[test]
    fn no_more_commits_are_read_than_the_reader_has_room_for() {
        assert_eq!(
            firsts(walk(Position::BEGINNING).next(&Filter::default(), 100, 2)),
            [1]
        );
        assert_eq!(
            firsts(walk(at(1, 0, Some(1))).next(&Filter::default(), 100, 2)),
            [1, 3]
        );
        assert_eq!(
            firsts(walk(Position::BEGINNING).next(&Filter::default(), 2, 100)),
            [1, 3]
        );
    }

    #[test]
    fn what_is_not_wanted_is_passed_over_and_the_position_moves() {
        let filter = |stream_type: &str, event_type: &str| Filter {
            stream_types: [stream_type.parse().unwrap()].into(),
            event_types: [event_type.parse().unwrap()].into(),
        };
        let mut others = walk(Position::BEGINNING);
        assert_eq!(others.next(&filter("invoice", "a"), 100, 100), Next::Pages);
        assert_eq!(others.position(), at(3, 0, None));
        let mut some = walk(at(1, 1, None));
        assert_eq!(firsts(some.next(&filter("order", "c"), 100, 100)), [4]);
        some.move_to(at(2, 1, None));
        assert_eq!(firsts(some.next(&filter("order", "c"), 100, 100)), [5, 9]);
    }

    #[test]
    fn a_position_in_no_entry_is_misplaced() {
        for position in [
            at(1, 2, None),
            at(1, 0, Some(2)),
            at(1, 1, Some(2)),
            at(1, 1, Some(9)),
        ] {
            let next = walk(position).next(&Filter::default(), 100, 100);
            assert_eq!(next, Next::Misplaced, "{position:?}");
        }
    }
}
