//! PURE: reading a stream backwards.
//!
//! One Query, as a rule: for the commits that start at a revision of the page. Where the page's oldest event lies inside
//! a commit, a second one finds that. Where the page begins at the end of the stream, the newest commit is read first,
//! which tells where that is. Before revision 1, where there are no events, the end of the stream tells an empty page from
//! an absent stream.

use std::ops::RangeInclusive;

use event_store_types::{Event, EventPage, Revision};

use super::{Outcome, gap};
use crate::store::commit::{Commit, Tail};
use crate::store::port::{Commits, Consistency};
use crate::store::{StreamKey, limits};

/// A reading of a stream's events, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backwards {
    pub stream: StreamKey,
    /// The revision before which to begin, or `None` for the end.
    pub before: Option<Revision>,
    /// How many events to give, at least 1: fewer only where the stream begins, or 1 MB ends.
    pub limit: usize,
    /// What the answers must show.
    pub consistency: Consistency,
}

impl Backwards {
    /// The first step.
    pub fn begin(self) -> Step {
        let gathered = Gathered {
            read: self,
            commits: Vec::new(),
        };
        match gathered.read.before {
            Some(first) if first == Revision::FIRST => Step::Tail(FindTail {
                read: gathered.read,
                first,
            }),
            Some(_) => gathered.commits(),
            None => gathered.newest(),
        }
    }
}

/// The commits of a page that were found so far, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Gathered {
    read: Backwards,
    commits: Vec<Commit>,
}

impl Gathered {
    /// The revision of the next event to be found, or `None` when none is before those that were.
    fn next(&self) -> Option<Revision> {
        match (self.commits.last(), self.read.before) {
            (Some(oldest), _) => oldest.first().previous(),
            (None, Some(before)) => before.previous(),
            (None, None) => Revision::try_from(Revision::MAX).ok(),
        }
    }

    /// How many events are still to be found.
    fn missing(&self) -> u64 {
        let Some(oldest) = self.commits.last() else {
            return self.read.limit as u64;
        };
        let newest = self.commits.first().map_or(oldest.last(), Commit::last);
        let newest = match self.read.before.and_then(Revision::previous) {
            Some(before) => newest.min(before),
            None => newest,
        };
        let found = (newest.as_u64() + 1).saturating_sub(oldest.first().as_u64());
        (self.read.limit as u64).saturating_sub(found)
    }

    /// Whether the page takes no more: it is full, the stream begins, or another answer might be too much.
    fn is_complete(&self) -> bool {
        let size: usize = self.commits.iter().map(|commit| commit.events().size()).sum();
        self.missing() == 0 || self.next().is_none() || size > limits::APPEND_BYTES
    }

    /// Asks for the commits that start where events are missing.
    fn commits(self) -> Step {
        match self.next() {
            Some(last) => Step::Commits(FindCommits { gathered: self, last }),
            None => self.conclude(),
        }
    }

    /// Asks for the one commit that holds the next event, wherever it starts.
    fn newest(self) -> Step {
        match self.next() {
            Some(position) => Step::Newest(FindNewest {
                gathered: self,
                position,
            }),
            None => self.conclude(),
        }
    }

    /// Ends the reading with a page of what was found.
    fn conclude(self) -> Step {
        let Self { read, commits } = self;
        let outcome = read.page(commits);
        read.end(outcome)
    }
}

impl Backwards {
    /// Ends the reading, unless `outcome` takes a strong answer and the answers were eventual.
    fn end(self, outcome: Outcome) -> Step {
        match (&outcome, self.consistency) {
            (Outcome::Page(_), _) | (_, Consistency::Strong) => Step::Done(outcome),
            (_, Consistency::Eventual) => Self {
                consistency: Consistency::Strong,
                ..self
            }
            .begin(),
        }
    }

    /// Makes a page of commits, newest first, each of which must begin where the one after it ends.
    fn page(&self, commits: Vec<Commit>) -> Outcome {
        if let Some(after) = gap(commits.iter().rev()) {
            return Outcome::Gap { after: Some(after) };
        }
        let events: Vec<Event> = commits
            .into_iter()
            .flat_map(|commit| {
                let mut events: Vec<Event> = commit.into_events(&self.stream).collect();
                events.reverse();
                events
            })
            .filter(|event| self.before.is_none_or(|before| event.revision < before))
            .take(self.limit)
            .collect();
        match events.last().map(|event| event.revision) {
            Some(oldest) => Outcome::Page(EventPage::new(events, oldest > Revision::FIRST, oldest)),
            None => Outcome::NotFound,
        }
    }
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Find the commits that start where events are missing.
    Commits(FindCommits),
    /// Find the newest commit that starts at or before a position.
    Newest(FindNewest),
    /// Find the end of the stream.
    Tail(FindTail),
    /// Nothing: this came of it.
    Done(Outcome),
}

/// The request for the commits that start where events of the page are missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindCommits {
    gathered: Gathered,
    last: Revision,
}

impl FindCommits {
    /// The stream to look in.
    pub fn stream(&self) -> &StreamKey {
        &self.gathered.read.stream
    }

    /// The revisions at which the commits start: those of the missing events, so that nothing is read but the page.
    pub fn starts(&self) -> RangeInclusive<Revision> {
        let last = self.last.as_u64();
        let first = last.saturating_sub(self.gathered.missing().saturating_sub(1));
        Revision::try_from(first).unwrap_or(Revision::FIRST)..=self.last
    }

    /// What the answer must show.
    pub fn consistency(&self) -> Consistency {
        self.gathered.read.consistency
    }

    /// Goes on with the commits that were found, newest first.
    ///
    /// What starts before the position and does not reach it ends the stream, or is a commit whose follower an eventual
    /// answer left out: then the page is of an earlier moment, as it may be.
    pub fn found(self, Commits { commits, more }: Commits) -> Step {
        let mut gathered = self.gathered;
        gathered.commits.extend(commits);
        if more || gathered.is_complete() {
            gathered.conclude()
        } else {
            // No other commit starts where events are missing: one that starts earlier holds them all.
            gathered.newest()
        }
    }
}

/// The request for the newest commit that starts at or before a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindNewest {
    gathered: Gathered,
    position: Revision,
}

impl FindNewest {
    /// The stream to look in.
    pub fn stream(&self) -> &StreamKey {
        &self.gathered.read.stream
    }

    /// The revision at or before which the commit starts.
    pub fn position(&self) -> Revision {
        self.position
    }

    /// What the answer must show.
    pub fn consistency(&self) -> Consistency {
        self.gathered.read.consistency
    }

    /// Goes on with the commit that was found. Each stream begins at 1, so that none means no stream, or, behind commits that
    /// were found, a gap.
    pub fn found(self, newest: Option<Commit>) -> Step {
        let mut gathered = self.gathered;
        match newest {
            Some(newest) => gathered.commits.push(newest),
            None if gathered.commits.is_empty() => return gathered.conclude(),
            None => return gathered.read.end(Outcome::Gap { after: None }),
        }
        if gathered.is_complete() {
            gathered.conclude()
        } else {
            gathered.commits()
        }
    }
}

/// The request for the end of the stream, which tells whether there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindTail {
    read: Backwards,
    first: Revision,
}

impl FindTail {
    /// The stream to look in.
    pub fn stream(&self) -> &StreamKey {
        &self.read.stream
    }

    /// Goes on with the end that was found. The answer is taken to be strong.
    pub fn found(self, tail: Option<Tail>) -> Step {
        Step::Done(match tail {
            Some(_) => Outcome::Page(EventPage::new(Vec::new(), false, self.first)),
            None => Outcome::NotFound,
        })
    }
}

#[cfg(test)]
mod tests;
