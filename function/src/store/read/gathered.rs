//! PURE: collects the commits of a page.

use std::ops::RangeInclusive;

use event_store_types::{Event, EventPage, Revision};

use super::{FindCommits, FindNewest, Outcome, Read, Start, Step};
use crate::store::Order;
use crate::store::commit::Commit;

/// The commits of a page found so far, in the order of its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Gathered {
    pub(super) read: Read,
    pub(super) commits: Vec<Commit>,
    /// Whether an answer was cut short.
    pub(super) more: bool,
}

impl Gathered {
    pub(super) fn nothing(read: Read) -> Self {
        Self {
            read,
            commits: Vec::new(),
            more: false,
        }
    }

    /// Requests the commits that start at one of these revisions.
    pub(super) fn commits_starting(self, starts: RangeInclusive<Revision>) -> Step {
        Step::Commits(FindCommits {
            gathered: self,
            starts,
        })
    }

    /// Requests the newest commit that starts at or before `position`.
    pub(super) fn newest_at_or_before(self, position: Revision) -> Step {
        Step::Newest(FindNewest {
            gathered: self,
            position,
        })
    }

    /// Ends the read with an outcome other than a page.
    pub(super) fn end(self, outcome: Outcome) -> Step {
        self.read.end(outcome)
    }

    /// Ends the read with a page of the commits found.
    pub(super) fn conclude(mut self) -> Step {
        let commits = std::mem::take(&mut self.commits);
        let outcome = page(&self.read, commits, self.more);
        self.end(outcome)
    }
}

/// Builds a page of commits, each of which must begin where its predecessor in the stream ends. `more` tells
/// whether an answer was cut short.
fn page(read: &Read, commits: Vec<Commit>, more: bool) -> Outcome {
    let order = read.start.order();
    let gap = match order {
        Order::OldestFirst => gap(&commits),
        Order::NewestFirst => gap(commits.iter().rev()),
    };
    if let Some(after) = gap {
        return Outcome::Gap { after: Some(after) };
    }
    let mut wanted = commits
        .into_iter()
        .flat_map(|commit| {
            let mut events: Vec<Event> = commit.into_events(&read.stream).collect();
            if order == Order::NewestFirst {
                events.reverse();
            }
            events
        })
        .filter(|event| read.start.is_followed_by(event.revision));
    let events: Vec<Event> = wanted.by_ref().take(read.limit).collect();
    let last = events.last().map(|event| event.revision);
    let (has_more, last) = match read.start {
        Start::After(after) => (more || wanted.next().is_some(), last.or(after)),
        Start::Before(_) => (last > Some(Revision::FIRST), last),
    };
    match last {
        Some(last_evaluated_revision) => {
            Outcome::Page(EventPage::new(events, has_more, last_evaluated_revision))
        }
        None => Outcome::NotFound,
    }
}

/// The first gap between commits, oldest first: the revision before the first missing one.
fn gap<'a>(commits: impl IntoIterator<Item = &'a Commit>) -> Option<Revision> {
    let mut end: Option<Revision> = None;
    for commit in commits {
        if end.is_some() && commit.first().previous() != end {
            return end;
        }
        end = Some(commit.last());
    }
    None
}
