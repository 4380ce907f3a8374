//! PURE: reading a stream backwards.
//!
//! One Query, always: that for the commits before the position or, before revision 1 where there are none, that for
//! the end of the stream, which tells an empty page from an absent stream.

use event_store_types::{Event, EventPage, Revision};

use super::{Outcome, gap};
use crate::store::StreamKey;
use crate::store::commit::{Commit, Tail};
use crate::store::port::{Commits, Consistency};

/// A reading of a stream's events, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backwards {
    /// The stream.
    pub stream: StreamKey,
    /// The revision before which to begin, or `None` for the end.
    pub before: Option<Revision>,
    /// The most events to give, at least 1.
    pub limit: usize,
    /// What the answers must show.
    pub consistency: Consistency,
}

impl Backwards {
    /// The first step.
    pub fn begin(self) -> Step {
        match self.before {
            Some(first) if first == Revision::FIRST => Step::Tail(FindTail { read: self, first }),
            _ => Step::Commits(FindCommits { read: self }),
        }
    }

    /// Ends the reading, unless `outcome` takes a strong answer and the answers were eventual.
    fn conclude(self, outcome: Outcome) -> Step {
        match (&outcome, self.consistency) {
            (Outcome::NotFound | Outcome::Gap { .. }, Consistency::Eventual) => Self {
                consistency: Consistency::Strong,
                ..self
            }
            .begin(),
            _ => Step::Done(outcome),
        }
    }

    /// Makes a page of commits, newest first, each of which must begin where the one after it ends.
    fn page(&self, commits: Vec<Commit>) -> Outcome {
        if let Some(after) = gap(commits.iter().rev()) {
            return Outcome::Gap { after: Some(after) };
        }
        let mut events: Vec<Event> = Vec::new();
        for commit in commits {
            let commit = commit.into_events(&self.stream);
            let mut commit: Vec<Event> = commit
                .filter(|event| self.before.is_none_or(|before| event.revision < before))
                .collect();
            // Cut between commits where it can be, as forwards: the same pages then show the same commits.
            if !events.is_empty() && events.len() + commit.len() > self.limit {
                break;
            }
            commit.reverse();
            commit.truncate(self.limit);
            events.extend(commit);
        }
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
    /// Find the newest commits that start before the position.
    Commits(FindCommits),
    /// Find the end of the stream.
    Tail(FindTail),
    /// Nothing: this came of it.
    Done(Outcome),
}

/// The request for the newest commits that start before the position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindCommits {
    read: Backwards,
}

impl FindCommits {
    /// The stream to look in.
    pub fn stream(&self) -> &StreamKey {
        &self.read.stream
    }

    /// The revision before which the commits start.
    pub fn before(&self) -> Option<Revision> {
        self.read.before
    }

    /// The most commits that are of use. Whether there are more is told by the oldest revision itself.
    pub fn limit(&self) -> usize {
        self.read.limit
    }

    /// What the answer must show.
    pub fn consistency(&self) -> Consistency {
        self.read.consistency
    }

    /// Goes on with the commits that were found, newest first.
    ///
    /// Each stream begins at 1, so that nothing before a later revision means no stream. What starts before the
    /// position and does not reach it ends the stream, or is a commit whose follower an eventual answer left out:
    /// then the page is of an earlier moment, as it may be.
    pub fn found(self, Commits { commits, .. }: Commits) -> Step {
        let outcome = self.read.page(commits);
        self.read.conclude(outcome)
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

    fn reading(before: Option<u64>, limit: usize, consistency: Consistency) -> FindCommits {
        let read = Backwards {
            stream: stream(),
            before: before.map(revision),
            limit,
            consistency,
        };
        commits(read.begin())
    }

    fn read(before: Option<u64>, limit: usize) -> FindCommits {
        reading(before, limit, Consistency::Strong)
    }

    fn commits(step: Step) -> FindCommits {
        match step {
            Step::Commits(request) => request,
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
    fn a_whole_stream_is_one_request() {
        let step = read(None, 10).found(answer([commit(2, ["b", "c"]), commit(1, ["a"])], false));
        assert_eq!(page(step), (vec![3, 2, 1], false, 1));
    }

    #[test]
    fn a_page_has_more_until_it_reaches_the_first_revision() {
        let step = read(Some(9), 1).found(answer([commit(8, ["h"])], true));
        assert_eq!(page(step), (vec![8], true, 8));
        let step = read(Some(2), 1).found(answer([commit(1, ["a"])], true));
        assert_eq!(page(step), (vec![1], false, 1));
    }

    #[test]
    fn a_page_is_cut_between_commits_where_it_can_be() {
        let step = read(None, 3).found(answer([commit(3, ["c", "d"]), commit(1, ["a", "b"])], false));
        assert_eq!(page(step), (vec![4, 3], true, 3));
    }

    #[test]
    fn a_commit_larger_than_the_page_is_cut_inside() {
        let step = read(None, 2).found(answer([commit(1, ["a", "b", "c"])], false));
        assert_eq!(page(step), (vec![3, 2], true, 2));
    }

    #[test]
    fn a_position_inside_a_commit_gives_what_is_before_it() {
        let step = read(Some(3), 10).found(answer([commit(2, ["b", "c", "d"]), commit(1, ["a"])], false));
        assert_eq!(page(step), (vec![2, 1], false, 1));
    }

    #[test]
    fn a_position_beyond_the_end_begins_at_the_end() {
        let step = read(Some(1_000), 10).found(answer([commit(1, ["a", "b"])], false));
        assert_eq!(page(step), (vec![2, 1], false, 1));
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
        for before in [None, Some(2), Some(1_000)] {
            let step = read(before, 10).found(answer([], false));
            assert_eq!(done(step), Outcome::NotFound, "{before:?}");
        }
    }

    #[test]
    fn a_missing_revision_is_never_read_past() {
        let step = read(None, 10).found(answer([commit(4, ["d"]), commit(1, ["a", "b"])], false));
        let after = Some(revision(2));
        assert_eq!(done(step), Outcome::Gap { after });
    }

    #[test]
    fn what_only_a_strong_answer_can_tell_is_asked_for_strongly() {
        for found in [vec![], vec![commit(3, ["c"]), commit(1, ["a"])]] {
            let request = reading(None, 10, Consistency::Eventual);
            assert_eq!(request.consistency(), Consistency::Eventual);
            let again = commits(request.found(answer(found, false)));
            assert_eq!(again.consistency(), Consistency::Strong);
        }
    }
}
