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
    /// The stream.
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
            Some(oldest) => Outcome::Page(EventPage {
                events,
                has_more: oldest > Revision::FIRST,
                last_evaluated_revision: oldest,
            }),
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
            Some(_) => Outcome::Page(EventPage {
                events: Vec::new(),
                has_more: false,
                last_evaluated_revision: self.first,
            }),
            None => Outcome::NotFound,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::read::testing::{self, answer};
    use crate::store::testing::{at, commit, revision, stream};

    fn reading(before: Option<u64>, limit: usize, consistency: Consistency) -> Step {
        let read = Backwards {
            stream: stream(),
            before: before.map(revision),
            limit,
            consistency,
        };
        read.begin()
    }

    fn read(before: Option<u64>, limit: usize) -> Step {
        reading(before, limit, Consistency::Strong)
    }

    fn commits(step: Step) -> FindCommits {
        match step {
            Step::Commits(request) => request,
            other => panic!("{other:?}"),
        }
    }

    fn newest(step: Step) -> FindNewest {
        match step {
            Step::Newest(request) => request,
            other => panic!("{other:?}"),
        }
    }

    fn done(step: Step) -> Outcome {
        match step {
            Step::Done(outcome) => outcome,
            other => panic!("{other:?}"),
        }
    }

    fn page(step: Step) -> (Vec<u64>, bool, u64) {
        testing::page(done(step))
    }

    #[test]
    fn what_starts_within_the_page_is_asked_for_and_no_more() {
        let request = commits(read(Some(9), 3));
        assert_eq!(request.starts(), revision(6)..=revision(8));
        let step = request.found(answer(
            [commit(8, ["h"]), commit(7, ["g"]), commit(6, ["f"])],
            false,
        ));
        assert_eq!(page(step), (vec![8, 7, 6], true, 6));
        assert_eq!(commits(read(Some(3), 10)).starts(), revision(1)..=revision(2));
    }

    #[test]
    fn a_page_has_more_until_it_reaches_the_first_revision() {
        let step = commits(read(Some(2), 1)).found(answer([commit(1, ["a"])], false));
        assert_eq!(page(step), (vec![1], false, 1));
    }

    #[test]
    fn the_end_is_found_by_its_commit_which_is_part_of_the_page() {
        let request = newest(read(None, 3));
        assert_eq!(request.position(), revision(Revision::MAX));
        let request = commits(request.found(Some(commit(5, ["e", "f"]))));
        assert_eq!(request.starts(), revision(4)..=revision(4));
        assert_eq!(
            page(request.found(answer([commit(4, ["d"])], false))),
            (vec![6, 5, 4], true, 4)
        );
        // It may be all of it.
        let step = newest(read(None, 2)).found(Some(commit(1, ["a", "b", "c"])));
        assert_eq!(page(step), (vec![3, 2], true, 2));
    }

    #[test]
    fn a_commit_that_starts_before_the_page_is_found_by_itself() {
        let request = newest(commits(read(Some(9), 4)).found(answer([commit(8, ["h"])], false)));
        assert_eq!(request.position(), revision(7));
        let step = request.found(Some(commit(3, ["c", "d", "e", "f", "g"])));
        assert_eq!(page(step), (vec![8, 7, 6, 5], true, 5));
    }

    #[test]
    fn a_position_inside_a_commit_gives_what_is_before_it() {
        let step =
            commits(read(Some(3), 10)).found(answer([commit(2, ["b", "c", "d"]), commit(1, ["a"])], false));
        assert_eq!(page(step), (vec![2, 1], false, 1));
    }

    #[test]
    fn a_position_beyond_the_end_begins_at_the_end() {
        let request = newest(commits(read(Some(1_000), 2)).found(answer([], false)));
        assert_eq!(request.position(), revision(999));
        assert_eq!(
            page(request.found(Some(commit(1, ["a", "b"])))),
            (vec![2, 1], false, 1)
        );
    }

    #[test]
    fn an_answer_that_was_cut_short_ends_the_page() {
        let step = commits(read(Some(9), 8)).found(answer([commit(8, ["h"])], true));
        assert_eq!(page(step), (vec![8], true, 8));
    }

    #[test]
    fn before_the_first_revision_there_is_an_empty_page_of_a_stream_that_exists() {
        let request = || {
            let read = Backwards {
                stream: stream(),
                before: Some(Revision::FIRST),
                limit: 10,
                consistency: Consistency::Eventual,
            };
            match read.begin() {
                Step::Tail(request) => request,
                other => panic!("{other:?}"),
            }
        };
        let end = Tail {
            revision: revision(7),
            created_at: at(7),
        };
        assert_eq!(page(request().found(Some(end))), (vec![], false, 1));
        assert_eq!(done(request().found(None)), Outcome::NotFound);
    }

    #[test]
    fn an_absent_stream_is_not_found() {
        for before in [Some(2), Some(1_000)] {
            let request = newest(commits(read(before, 10)).found(answer([], false)));
            assert_eq!(done(request.found(None)), Outcome::NotFound, "{before:?}");
        }
        assert_eq!(done(newest(read(None, 10)).found(None)), Outcome::NotFound);
    }

    #[test]
    fn a_missing_revision_is_never_read_past() {
        let gap = |after: Option<u64>| Outcome::Gap {
            after: after.map(revision),
        };
        let step = commits(read(Some(5), 4)).found(answer([commit(4, ["d"]), commit(1, ["a", "b"])], false));
        assert_eq!(done(step), gap(Some(2)));
        let request = || newest(commits(read(Some(5), 2)).found(answer([commit(4, ["d"])], false)));
        assert_eq!(done(request().found(Some(commit(1, ["a", "b"])))), gap(Some(2)));
        assert_eq!(done(request().found(None)), gap(None));
    }

    #[test]
    fn what_only_a_strong_answer_can_tell_is_asked_for_strongly() {
        let eventual = |before| reading(before, 10, Consistency::Eventual);
        for step in [
            newest(eventual(None)).found(None),
            newest(commits(eventual(Some(5))).found(answer([], false))).found(None),
            commits(eventual(Some(5))).found(answer([commit(3, ["c"]), commit(1, ["a"])], false)),
        ] {
            let consistency = match step {
                Step::Commits(request) => request.consistency(),
                Step::Newest(request) => request.consistency(),
                other => panic!("{other:?}"),
            };
            assert_eq!(consistency, Consistency::Strong);
        }
    }
}
