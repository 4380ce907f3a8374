//! PURE: reading a stream forwards.
//!
//! One Query, as a rule. A second one is needed when the position lies inside a commit, whose start the first
//! one does not reach, and when the first one brings nothing: then only what lies before the position tells an
//! empty page from an absent stream.

use event_store_types::{Event, EventPage, Revision};

use super::{Outcome, gap};
use crate::store::StreamKey;
use crate::store::commit::Commit;
use crate::store::port::{Commits, Consistency};

/// A reading of a stream's events, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forwards {
    /// The stream.
    pub stream: StreamKey,
    /// The revision after which to begin, or `None` for the beginning.
    pub after: Option<Revision>,
    /// The most events to give, at least 1.
    pub limit: usize,
    /// What the answers must show.
    pub consistency: Consistency,
}

impl Forwards {
    /// The first step.
    pub fn begin(self) -> Step {
        Step::Commits(FindCommits { read: self })
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

    /// Makes a page of commits that must follow one another.
    fn page(&self, commits: Vec<Commit>, more: bool) -> Outcome {
        if let Some(after) = gap(&commits) {
            return Outcome::Gap { after: Some(after) };
        }
        let mut events: Vec<Event> = Vec::new();
        let mut has_more = more;
        for commit in commits {
            let commit = commit
                .into_events(&self.stream)
                .filter(|event| Some(event.revision) > self.after);
            let commit: Vec<Event> = commit.collect();
            // Cut between commits where it can be: a page that begins inside one costs a second Query.
            if events.is_empty() {
                has_more |= commit.len() > self.limit;
                events.extend(commit.into_iter().take(self.limit));
            } else if events.len() + commit.len() <= self.limit {
                events.extend(commit);
            } else {
                has_more = true;
                break;
            }
        }
        match events.last().map(|event| event.revision).or(self.after) {
            Some(last_evaluated_revision) => Outcome::Page(EventPage {
                events,
                has_more,
                last_evaluated_revision,
            }),
            None => Outcome::NotFound,
        }
    }
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Find the commits that start after the position.
    Commits(FindCommits),
    /// Find the newest commit that starts at or before the position.
    Before(FindBefore),
    /// Nothing: this came of it.
    Done(Outcome),
}

/// The request for the commits that start after the position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindCommits {
    read: Forwards,
}

impl FindCommits {
    /// The stream to look in.
    pub fn stream(&self) -> &StreamKey {
        &self.read.stream
    }

    /// The revision after which the commits start.
    pub fn after(&self) -> Option<Revision> {
        self.read.after
    }

    /// The most commits that are of use: one more than fill the page, to see whether there are more.
    pub fn limit(&self) -> usize {
        self.read.limit + 1
    }

    /// What the answer must show.
    pub fn consistency(&self) -> Consistency {
        self.read.consistency
    }

    /// Goes on with the commits that were found.
    pub fn found(self, Commits { commits, more }: Commits) -> Step {
        let read = self.read;
        let start = commits.first().map(Commit::first);
        match (read.after, start) {
            (after, Some(start)) if start.previous() == after => {
                let outcome = read.page(commits, more);
                read.conclude(outcome)
            }
            (None, None) => read.conclude(Outcome::NotFound),
            (None, Some(_)) => read.conclude(Outcome::Gap { after: None }),
            (Some(position), _) => Step::Before(FindBefore {
                read,
                position,
                commits,
                more,
            }),
        }
    }
}

/// The request for the newest commit that starts at or before the position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindBefore {
    read: Forwards,
    position: Revision,
    commits: Vec<Commit>,
    more: bool,
}

impl FindBefore {
    /// The stream to look in.
    pub fn stream(&self) -> &StreamKey {
        &self.read.stream
    }

    /// The revision at or before which the commit starts.
    pub fn position(&self) -> Revision {
        self.position
    }

    /// What the answer must show.
    pub fn consistency(&self) -> Consistency {
        self.read.consistency
    }

    /// Goes on with the commit that was found.
    pub fn found(self, before: Option<Commit>) -> Step {
        let Self {
            read,
            position,
            mut commits,
            more,
        } = self;
        let outcome = match before {
            Some(before) if before.last() > position => {
                commits.insert(0, before);
                read.page(commits, more)
            }
            _ if !commits.is_empty() => Outcome::Gap {
                after: Some(position),
            },
            Some(_) => read.page(commits, more),
            None => Outcome::NotFound,
        };
        read.conclude(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::read::testing::{self, answer};
    use crate::store::testing::{commit, revision, stream};

    fn reading(after: Option<u64>, limit: usize, consistency: Consistency) -> FindCommits {
        let read = Forwards {
            stream: stream(),
            after: after.map(revision),
            limit,
            consistency,
        };
        commits(read.begin())
    }

    fn read(after: Option<u64>, limit: usize) -> FindCommits {
        reading(after, limit, Consistency::Strong)
    }

    fn commits(step: Step) -> FindCommits {
        match step {
            Step::Commits(request) => request,
            other => panic!("{other:?}"),
        }
    }

    fn page(step: Step) -> (Vec<u64>, bool, u64) {
        match step {
            Step::Done(outcome) => testing::page(outcome),
            other => panic!("{other:?}"),
        }
    }

    fn before(step: Step) -> FindBefore {
        match step {
            Step::Before(request) => request,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_whole_stream_is_one_request() {
        let step = read(None, 10).found(answer([commit(1, ["a"]), commit(2, ["b", "c"])], false));
        assert_eq!(page(step), (vec![1, 2, 3], false, 3));
    }

    #[test]
    fn one_commit_more_than_the_page_holds_is_asked_for() {
        assert_eq!(read(None, 10).limit(), 11);
        let step = read(None, 2).found(answer(
            [commit(1, ["a"]), commit(2, ["b"]), commit(3, ["c"])],
            true,
        ));
        assert_eq!(page(step), (vec![1, 2], true, 2));
        let step = read(None, 2).found(answer([commit(1, ["a"]), commit(2, ["b"])], false));
        assert_eq!(page(step), (vec![1, 2], false, 2));
    }

    #[test]
    fn an_answer_cut_short_has_more() {
        let step = read(None, 10).found(answer([commit(1, ["a"])], true));
        assert_eq!(page(step), (vec![1], true, 1));
    }

    #[test]
    fn a_page_is_cut_between_commits_where_it_can_be() {
        let step = read(None, 3).found(answer([commit(1, ["a", "b"]), commit(3, ["c", "d"])], false));
        assert_eq!(page(step), (vec![1, 2], true, 2));
    }

    #[test]
    fn a_commit_larger_than_the_page_is_cut_inside() {
        let step = read(None, 2).found(answer([commit(1, ["a", "b", "c"])], false));
        assert_eq!(page(step), (vec![1, 2], true, 2));
    }

    #[test]
    fn a_position_inside_a_commit_gives_the_rest_of_it() {
        let request = before(read(Some(2), 10).found(answer([commit(4, ["d"])], false)));
        assert_eq!(request.position(), revision(2));
        assert_eq!(
            page(request.found(Some(commit(1, ["a", "b", "c"])))),
            (vec![3, 4], false, 4)
        );
    }

    #[test]
    fn a_position_inside_the_last_commit_gives_the_rest_of_it() {
        let request = before(read(Some(1), 1).found(answer([], false)));
        assert_eq!(
            page(request.found(Some(commit(1, ["a", "b", "c"])))),
            (vec![2], true, 2)
        );
    }

    #[test]
    fn a_position_at_or_beyond_the_end_gives_an_empty_page() {
        for position in [2, 3, 1_000] {
            let request = before(read(Some(position), 10).found(answer([], false)));
            assert_eq!(
                page(request.found(Some(commit(1, ["a", "b"])))),
                (vec![], false, position)
            );
        }
    }

    #[test]
    fn an_absent_stream_is_not_found() {
        assert_eq!(
            read(None, 10).found(answer([], false)),
            Step::Done(Outcome::NotFound)
        );
        let request = before(read(Some(3), 10).found(answer([], false)));
        assert_eq!(request.found(None), Step::Done(Outcome::NotFound));
    }

    #[test]
    fn a_missing_revision_is_never_read_past() {
        let gap = |after: Option<u64>| {
            Step::Done(Outcome::Gap {
                after: after.map(revision),
            })
        };
        assert_eq!(read(None, 10).found(answer([commit(2, ["b"])], false)), gap(None));
        assert_eq!(
            read(None, 10).found(answer([commit(1, ["a"]), commit(3, ["c"])], false)),
            gap(Some(1))
        );
        let late = || before(read(Some(2), 10).found(answer([commit(5, ["e"])], false)));
        assert_eq!(late().found(Some(commit(1, ["a", "b"]))), gap(Some(2)));
        assert_eq!(late().found(None), gap(Some(2)));
        assert_eq!(late().found(Some(commit(1, ["a", "b", "c"]))), gap(Some(3)));
    }

    #[test]
    fn an_eventual_page_without_a_gap_is_as_good_as_a_strong_one() {
        let request = reading(None, 10, Consistency::Eventual);
        assert_eq!(request.consistency(), Consistency::Eventual);
        assert_eq!(
            page(request.found(answer([commit(1, ["a"])], false))),
            (vec![1], false, 1)
        );
        // That a commit ends at the position is true for good, whoever told it.
        let request = before(reading(Some(1), 10, Consistency::Eventual).found(answer([], false)));
        assert_eq!(request.consistency(), Consistency::Eventual);
        assert_eq!(page(request.found(Some(commit(1, ["a"])))), (vec![], false, 1));
    }

    #[test]
    fn what_only_a_strong_answer_can_tell_is_asked_for_strongly() {
        let eventual = |after| reading(after, 10, Consistency::Eventual);
        for step in [
            eventual(None).found(answer([], false)),
            eventual(None).found(answer([commit(2, ["b"])], false)),
            eventual(None).found(answer([commit(1, ["a"]), commit(3, ["c"])], false)),
            before(eventual(Some(2)).found(answer([], false))).found(None),
            before(eventual(Some(2)).found(answer([commit(4, ["d"])], false))).found(Some(commit(1, ["a"]))),
        ] {
            assert_eq!(commits(step).consistency(), Consistency::Strong);
        }
    }
}
