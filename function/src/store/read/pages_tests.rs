//! Whatever commits a stream consists of, a page holds what was requested, and reads at most one commit more.

use std::ops::RangeInclusive;

use event_store_types::Revision;
use proptest::prelude::*;

use super::{Outcome, Read, Start, Step, testing};
use crate::store::commit::Commit;
use crate::store::testing::{commit, revision, stream};
use crate::store::{Commits, Consistency, Order};

/// A stream that counts how many commits were read.
struct Log {
    commits: Vec<Commit>,
    read: usize,
}

impl Log {
    /// A stream of commits with these numbers of events.
    fn of(sizes: &[usize]) -> Self {
        let mut first = 1;
        let commits = sizes.iter().map(|size| {
            let names: Vec<String> = (0..*size).map(|place| format!("{first}-{place}")).collect();
            let made = commit(first, names.iter().map(String::as_str));
            first = made.last().as_u64() + 1;
            made
        });
        Self {
            commits: commits.collect(),
            read: 0,
        }
    }

    fn end(&self) -> u64 {
        self.commits.last().map_or(0, |commit| commit.last().as_u64())
    }

    fn starting(&mut self, starts: &RangeInclusive<Revision>) -> Vec<Commit> {
        let found: Vec<_> = self
            .commits
            .iter()
            .filter(|commit| starts.contains(&commit.first()))
            .cloned()
            .collect();
        self.read += found.len();
        found
    }

    fn newest_at_or_before(&mut self, position: Revision) -> Option<Commit> {
        let newest = self.commits.iter().rfind(|commit| commit.first() <= position);
        self.read += usize::from(newest.is_some());
        newest.cloned()
    }

    fn read(&mut self, start: Start, limit: usize) -> Outcome {
        let read = Read {
            stream: stream(),
            start,
            limit,
            consistency: Consistency::Strong,
        };
        let mut step = read.begin();
        loop {
            step = match step {
                Step::Commits(find) => {
                    let mut commits = self.starting(&find.starts());
                    if find.order() == Order::NewestFirst {
                        commits.reverse();
                    }
                    find.found(Commits { commits, more: false })
                }
                Step::Newest(find) => {
                    let newest = self.newest_at_or_before(find.position());
                    find.found(newest)
                }
                Step::Tail(find) => {
                    let tail = self.commits.last().map(Commit::tail);
                    find.found(tail)
                }
                Step::Done(outcome) => return outcome,
            };
        }
    }

    /// How many commits hold an event at one of these revisions.
    fn holding(&self, revisions: &[u64]) -> usize {
        let holds = |commit: &&Commit| revisions.iter().any(|number| commit.covers(revision(*number)));
        self.commits.iter().filter(holds).count()
    }
}

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(prop_oneof![Just(1_usize), 1..5_usize, 90..=100_usize], 1..12)
}

proptest! {
    #[test]
    fn forwards(sizes in sizes(), at in 0.0..1.1_f64, limit in 1..250_usize) {
        let mut log = Log::of(&sizes);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "small")]
        let after = (at * log.end() as f64) as u64;
        let outcome = log.read(Start::After(Revision::try_from(after).ok()), limit);
        if after > log.end() {
            prop_assert_eq!(outcome, Outcome::NotReached { after: revision(after), current: revision(log.end()) });
            return Ok(());
        }
        let expected: Vec<u64> = (after + 1..=log.end()).take(limit).collect();
        let last = expected.last().copied().unwrap_or(after);
        if last > 0 {
            prop_assert_eq!(testing::page(Step::Done(outcome)), (expected.clone(), last < log.end(), last));
        }
        prop_assert!(log.read <= log.holding(&expected) + 1, "{} read for {:?}", log.read, expected);
    }

    #[test]
    fn backwards(sizes in sizes(), at in prop::option::of(0.0..1.1_f64), limit in 1..250_usize) {
        let mut log = Log::of(&sizes);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "small")]
        let before = at.map(|at| 1 + (at * log.end() as f64) as u64);
        let outcome = log.read(Start::Before(before.map(revision)), limit);
        let newest = before.map_or(log.end(), |before| log.end().min(before - 1));
        let expected: Vec<u64> = (1..=newest).rev().take(limit).collect();
        let last = expected.last().copied().unwrap_or(1);
        prop_assert_eq!(testing::page(Step::Done(outcome)), (expected.clone(), last > 1, last));
        prop_assert!(log.read <= log.holding(&expected) + 1, "{} read for {:?}", log.read, expected);
    }
}
