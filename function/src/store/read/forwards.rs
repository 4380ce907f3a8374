//! PURE: reading a stream forwards.
//!
//! One Query, as a rule: for the commits that start at a revision of the page, or at the one after it, which tells whether
//! there is more. A second one is needed when the position lies inside a commit, whose start the first one does not
//! reach, and when the first one brings nothing: then only what lies before the position tells the end of the stream from
//! an absent stream, or from one that does not reach so far.

use std::ops::RangeInclusive;

use event_store_types::{Event, EventPage, Revision};

use super::{Outcome, gap};
use crate::store::StreamKey;
use crate::store::commit::Commit;
use crate::store::port::{Commits, Consistency};

/// A reading of a stream's events, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forwards {
    pub stream: StreamKey,
    /// The revision after which to begin, or `None` for the beginning.
    pub after: Option<Revision>,
    /// How many events to give, at least 1: fewer only where the stream ends, or 1 MB does.
    pub limit: usize,
    /// What the answers must show.
    pub consistency: Consistency,
}

impl Forwards {
    /// The first step.
    pub fn begin(self) -> Step {
        match (self.after, self.first()) {
            (_, Some(first)) => Step::Commits(FindCommits { read: self, first }),
            (Some(position), None) => Step::Before(FindBefore {
                read: self,
                position,
                commits: Vec::new(),
                more: false,
            }),
            // The beginning has no revision before it.
            (None, None) => Step::Done(Outcome::NotFound),
        }
    }

    /// The revision of the first event to give, or `None` beyond the largest.
    fn first(&self) -> Option<Revision> {
        self.after
            .map_or(Some(Revision::FIRST), |after| after.checked_add(1))
    }

    /// Ends the reading, unless `outcome` takes a strong answer and the answers were eventual.
    fn conclude(self, outcome: Outcome) -> Step {
        match (&outcome, self.consistency) {
            (Outcome::Page(_), _) | (_, Consistency::Strong) => Step::Done(outcome),
            (_, Consistency::Eventual) => Self {
                consistency: Consistency::Strong,
                ..self
            }
            .begin(),
        }
    }

    /// Makes a page of commits that must follow one another. `more` is whether the answer was cut short.
    fn page(&self, commits: Vec<Commit>, more: bool) -> Outcome {
        if let Some(after) = gap(&commits) {
            return Outcome::Gap { after: Some(after) };
        }
        let mut wanted = commits
            .into_iter()
            .flat_map(|commit| commit.into_events(&self.stream))
            .filter(|event| Some(event.revision) > self.after);
        let events: Vec<Event> = wanted.by_ref().take(self.limit).collect();
        let has_more = more || wanted.next().is_some();
        match events.last().map(|event| event.revision).or(self.after) {
            Some(last_evaluated_revision) => {
                Outcome::Page(EventPage::new(events, has_more, last_evaluated_revision))
            }
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
    first: Revision,
}

impl FindCommits {
    /// The stream to look in.
    pub fn stream(&self) -> &StreamKey {
        &self.read.stream
    }

    /// The revisions at which the commits start. Commits partition the revisions, so that these are all that the page can
    /// need, and at most one more.
    pub fn starts(&self) -> RangeInclusive<Revision> {
        self.first..=self.first.saturating_add(self.read.limit as u64)
    }

    /// What the answer must show.
    pub fn consistency(&self) -> Consistency {
        self.read.consistency
    }

    /// Goes on with the commits that were found, oldest first.
    pub fn found(self, Commits { commits, more }: Commits) -> Step {
        let Self { read, first } = self;
        let start = commits.first().map(Commit::first);
        match (read.after, start) {
            (_, Some(start)) if start == first => {
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
            Some(before) if before.last() == position => read.page(commits, more),
            // Nothing starts between its end and the position, nor behind it: it is the stream's last.
            Some(before) => Outcome::NotReached {
                after: position,
                current: before.last(),
            },
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
    fn what_starts_right_behind_the_page_tells_whether_there_is_more() {
        assert_eq!(read(None, 10).starts(), revision(1)..=revision(11));
        assert_eq!(read(Some(7), 1).starts(), revision(8)..=revision(9));
        let last = revision(Revision::MAX);
        assert_eq!(read(Some(Revision::MAX - 1), 10).starts(), last..=last);
        let step = read(None, 2).found(answer(
            [commit(1, ["a"]), commit(2, ["b"]), commit(3, ["c"])],
            false,
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
    fn a_page_holds_what_was_asked_for_and_may_end_inside_a_commit() {
        let step = read(None, 3).found(answer([commit(1, ["a", "b"]), commit(3, ["c", "d"])], false));
        assert_eq!(page(step), (vec![1, 2, 3], true, 3));
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
    fn a_position_at_the_end_gives_an_empty_page() {
        let request = before(read(Some(2), 10).found(answer([], false)));
        assert_eq!(
            page(request.found(Some(commit(1, ["a", "b"])))),
            (vec![], false, 2)
        );
    }

    #[test]
    fn a_position_beyond_the_end_is_told_from_one_at_it() {
        let current = revision(2);
        for position in [3, 1_000] {
            let request = before(read(Some(position), 10).found(answer([], false)));
            assert_eq!(
                request.found(Some(commit(1, ["a", "b"]))),
                Step::Done(Outcome::NotReached {
                    after: revision(position),
                    current
                })
            );
        }
        // Nothing can start after the largest revision, so that it is not looked for.
        let largest = Forwards {
            stream: stream(),
            after: Some(revision(Revision::MAX)),
            limit: 1,
            consistency: Consistency::Strong,
        };
        assert_eq!(
            before(largest.begin()).found(Some(commit(1, ["a", "b"]))),
            Step::Done(Outcome::NotReached {
                after: revision(Revision::MAX),
                current
            })
        );
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
            before(eventual(Some(2)).found(answer([], false))).found(Some(commit(1, ["a"]))),
            before(eventual(Some(2)).found(answer([commit(4, ["d"])], false))).found(Some(commit(1, ["a"]))),
        ] {
            assert_eq!(commits(step).consistency(), Consistency::Strong);
        }
    }
}
