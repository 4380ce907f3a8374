//! Tests each rule of the append protocol, and the protocol as a whole against a log in memory.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use event_store_types::{Metadata, Payload};
use proptest::prelude::*;

use super::*;
use crate::store::testing::{at, commit, event, events, revision, stream};

fn append<'a>(first: u64, names: impl IntoIterator<Item = &'a str>) -> Append {
    Append::new(stream(), revision(first), events(names), at(first)).unwrap()
}

fn find(step: impl Into<Step>) -> FindCommit {
    match step.into() {
        Step::Find(request) => request,
        other => panic!("{other:?}"),
    }
}

fn put(step: impl Into<Step>) -> PutCommit {
    match step.into() {
        Step::Put(request) => request,
        other => panic!("{other:?}"),
    }
}

fn tail(step: impl Into<Step>) -> FindTail {
    match step.into() {
        Step::Tail(request) => request,
        other => panic!("{other:?}"),
    }
}

/// The step that follows an answer, without what it taught.
impl From<Next> for Step {
    fn from(next: Next) -> Self {
        next.step
    }
}

fn done(step: impl Into<Step>) -> Outcome {
    match step.into() {
        Step::Done(outcome) => outcome,
        other => panic!("{other:?}"),
    }
}

fn ending(number: u64) -> Tail {
    Tail {
        revision: revision(number),
        created_at: at(number),
    }
}

#[test]
fn the_first_event_of_a_stream_needs_no_proof() {
    let request = put(append(1, ["a"]).begin(None));
    assert_eq!(request.commit(), &commit(1, ["a"]));
    assert_eq!(
        done(request.written()),
        Outcome::Appended {
            stream: stream().at(revision(1), at(1))
        }
    );
}

#[test]
fn an_append_after_a_known_end_is_one_request() {
    let request = put(append(3, ["c"]).begin(Some(ending(2))));
    assert_eq!(
        done(request.written()),
        Outcome::Appended {
            stream: stream().at(revision(3), at(3))
        }
    );
}

#[test]
fn an_end_that_is_not_exactly_the_one_expected_is_no_proof() {
    for other in [1, 3, 4, 100] {
        let request = find(append(3, ["c"]).begin(Some(ending(other))));
        assert_eq!(request.revision(), revision(3), "{other}");
    }
}

#[test]
fn without_a_known_end_the_commit_before_is_looked_for() {
    let request = find(append(3, ["c"]).begin(None));
    let request = put(request.found(Some(commit(2, ["b"]))));
    assert_eq!(request.commit(), &commit(3, ["c"]));
}

#[test]
fn an_absent_stream_is_not_found() {
    assert_eq!(
        done(find(append(2, ["b"]).begin(None)).found(None)),
        Outcome::NotFound
    );
}

#[test]
fn a_stream_that_ends_before_the_expected_revision_conflicts_without_an_event() {
    let step = find(append(5, ["e"]).begin(None)).found(Some(commit(2, ["b", "c"])));
    let conflict = Outcome::Conflict {
        expected: Some(revision(4)),
        current: revision(3),
        event: None,
    };
    assert_eq!(done(step), conflict);
}

#[test]
fn a_revision_inside_a_commit_is_taken() {
    let there = commit(2, ["b", "c", "d"]);
    let request = tail(find(append(3, ["x"]).begin(None)).found(Some(there.clone())));
    let conflict = Outcome::Conflict {
        expected: Some(revision(2)),
        current: revision(9),
        event: there.event_at(&stream(), revision(3)),
    };
    assert_eq!(done(request.found(Some(ending(9)))), conflict);
}

#[test]
fn a_lost_race_names_the_winning_event_and_the_current_revision() {
    let there = commit(3, ["winner"]);
    let request = tail(put(append(3, ["c"]).begin(Some(ending(2)))).refused(there.clone()));
    let conflict = Outcome::Conflict {
        expected: Some(revision(2)),
        current: revision(7),
        event: there.event_at(&stream(), revision(3)),
    };
    assert_eq!(done(request.found(Some(ending(7)))), conflict);
}

#[test]
fn a_stream_that_exists_cannot_be_created_again() {
    let request = tail(put(append(1, ["x"]).begin(None)).refused(commit(1, ["a"])));
    let Outcome::Conflict {
        expected,
        current,
        event,
    } = done(request.found(Some(ending(1))))
    else {
        panic!("not a conflict");
    };
    assert_eq!(
        (expected, current, event.unwrap().revision),
        (None, revision(1), revision(1))
    );
}

#[test]
fn a_put_refused_by_our_own_commit_is_a_replay() {
    let step = put(append(3, ["c", "d"]).begin(Some(ending(2)))).refused(commit(3, ["c", "d"]));
    assert_eq!(
        done(step),
        Outcome::Replayed {
            stream: stream().at(revision(4), at(3))
        }
    );
}

#[test]
fn a_replay_answers_as_of_its_own_commit() {
    // The stream has grown since, but the newest commit at or before revision 3 is still the one at 3.
    let late = Append::new(stream(), revision(3), events(["c"]), at(1_000)).unwrap();
    let step = find(late.begin(None)).found(Some(commit(3, ["c"])));
    assert_eq!(
        done(step),
        Outcome::Replayed {
            stream: stream().at(revision(3), at(3))
        }
    );
}

#[test]
fn an_id_with_other_content_is_reused() {
    let mut other = event("c");
    other.payload = Payload::of("another").unwrap();
    let there = Commit::new(revision(3), at(3), CommitEvents::new(vec![other]).unwrap()).unwrap();
    let ids = events(["c"]).ids().collect();
    assert_eq!(
        done(put(append(3, ["c"]).begin(Some(ending(2)))).refused(there)),
        Outcome::EventIdReused { ids }
    );
}

#[test]
fn an_id_with_other_metadata_or_type_is_reused() {
    let mut metadata = event("c");
    metadata.metadata = Some(Metadata::from_text("{}").unwrap());
    let mut event_type = event("c");
    event_type.event_type = "another".parse().unwrap();
    for other in [metadata, event_type] {
        let there = Commit::new(revision(3), at(3), CommitEvents::new(vec![other]).unwrap()).unwrap();
        let outcome = done(put(append(3, ["c"]).begin(Some(ending(2)))).refused(there));
        assert!(matches!(outcome, Outcome::EventIdReused { .. }), "{outcome:?}");
    }
}

#[test]
fn a_partly_overlapping_retry_is_reused_and_names_the_overlap() {
    let there = commit(3, ["b", "c"]);
    let step = put(append(3, ["c", "d"]).begin(Some(ending(2)))).refused(there);
    assert_eq!(
        done(step),
        Outcome::EventIdReused {
            ids: events(["c"]).ids().collect()
        }
    );
}

#[test]
fn our_events_at_another_revision_are_reused() {
    let step = find(append(3, ["c"]).begin(None)).found(Some(commit(2, ["x", "c"])));
    assert_eq!(
        done(step),
        Outcome::EventIdReused {
            ids: events(["c"]).ids().collect()
        }
    );
}

#[test]
fn time_does_not_go_back_within_a_stream() {
    let behind = || Append::new(stream(), revision(3), events(["c"]), at(0)).unwrap();
    let known = Tail {
        revision: revision(2),
        created_at: at(60),
    };
    assert_eq!(put(behind().begin(Some(known))).commit().created_at(), at(60));
    let request = find(behind().begin(None));
    assert_eq!(
        put(request.found(Some(commit(2, ["b"])))).commit().created_at(),
        at(2)
    );
}

#[test]
fn the_current_revision_is_never_told_as_lower_than_what_was_seen() {
    let request = tail(put(append(3, ["x"]).begin(Some(ending(2)))).refused(commit(3, ["c", "d"])));
    let Outcome::Conflict { current, .. } = done(request.found(None)) else {
        panic!("not a conflict")
    };
    assert_eq!(current, revision(4));
}

#[test]
fn an_answer_teaches_where_a_commit_ends_and_nothing_else_does() {
    let found = find(append(3, ["c"]).begin(None)).found(Some(commit(2, ["b"])));
    assert_eq!(found.learned, Some(commit(2, ["b"]).tail()));
    let written = put(found).written();
    assert_eq!(written.learned, Some(commit(3, ["c"]).tail()));
    let refused = put(append(3, ["c"]).begin(Some(ending(2)))).refused(commit(3, ["x", "y"]));
    assert_eq!(refused.learned, Some(commit(3, ["x", "y"]).tail()));
    assert_eq!(tail(refused).found(Some(ending(9))).learned, Some(ending(9)));
    assert_eq!(find(append(3, ["c"]).begin(None)).found(None).learned, None);
}

/// The simplest possible log. It guarantees no more than DynamoDB: it refuses a put if a commit already
/// starts there.
#[derive(Default)]
struct Log(BTreeMap<Revision, Commit>);

impl Log {
    fn newest(&self, at_or_before: Revision) -> Option<Commit> {
        self.0
            .range(..=at_or_before)
            .next_back()
            .map(|(_, commit)| commit.clone())
    }

    fn tail(&self) -> Option<Tail> {
        self.0.values().next_back().map(Commit::tail)
    }

    /// Answers one request, or returns the outcome.
    fn advance(&mut self, step: Step) -> Result<Step, Outcome> {
        Ok(match step {
            Step::Find(request) => {
                let newest = self.newest(request.revision());
                request.found(newest).step
            }
            Step::Put(request) => match self.0.entry(request.commit().first()) {
                Entry::Occupied(there) => request.refused(there.get().clone()).step,
                Entry::Vacant(free) => {
                    free.insert(request.commit().clone());
                    request.written().step
                }
            },
            Step::Tail(request) => request.found(self.tail()).step,
            Step::Done(outcome) => return Err(outcome),
        })
    }

    fn revisions(&self) -> Vec<u64> {
        let events = self
            .0
            .values()
            .cloned()
            .flat_map(|commit| commit.into_events(&stream()).collect::<Vec<_>>());
        events.map(|event| event.revision.as_u64()).collect()
    }
}

/// A writer that appends batches one after the other, remembers what it was told, and loses some answers.
struct Writer {
    name: usize,
    sizes: Vec<usize>,
    written: usize,
    remembered: Option<Tail>,
    running: Option<(Append, Step)>,
    acknowledged: Vec<(Revision, Revision)>,
}

impl Writer {
    fn new(name: usize, sizes: Vec<usize>) -> Self {
        Self {
            name,
            sizes,
            written: 0,
            remembered: None,
            running: None,
            acknowledged: Vec::new(),
        }
    }

    fn next_append(&self, first: u64) -> Append {
        let size = self.sizes[self.written];
        let names: Vec<String> = (0..size)
            .map(|place| format!("{}-{}-{place}", self.name, self.written))
            .collect();
        append(first, names.iter().map(String::as_str))
    }

    /// Sends one request. With `lose_answer`, a put takes effect but its answer is lost, and the append
    /// starts again without any memory of it.
    fn advance(&mut self, log: &mut Log, lose_answer: bool) {
        if self.written == self.sizes.len() {
            return;
        }
        let next = self.remembered.map_or(1, |tail| tail.revision.as_u64() + 1);
        let (append, step) = self.running.take().unwrap_or_else(|| {
            let append = self.next_append(next);
            (append.clone(), append.begin(self.remembered))
        });
        let lost = lose_answer && matches!(step, Step::Put(_));
        match log.advance(step) {
            Ok(_) if lost => self.running = Some((append.clone(), append.begin(None))),
            Ok(step) => self.running = Some((append, step)),
            Err(Outcome::Appended { stream } | Outcome::Replayed { stream }) => {
                self.acknowledged.push((append.commit.first(), stream.revision));
                self.remembered = Some(Tail {
                    revision: stream.revision,
                    created_at: stream.updated_at,
                });
                self.written += 1;
            }
            Err(Outcome::Conflict { .. }) => self.remembered = log.tail(),
            Err(other) => panic!("{other:?}"),
        }
    }
}

proptest! {
    #[test]
    fn acknowledged_commits_partition_the_revisions_whatever_the_interleaving(
        sizes in prop::collection::vec(prop::collection::vec(1_usize..4, 1..6), 1..5),
        schedule in prop::collection::vec((0_usize..4, prop::bool::weighted(0.2)), 0..120),
    ) {
        let mut log = Log::default();
        let mut writers: Vec<Writer> = sizes.into_iter().enumerate().map(|(name, sizes)| Writer::new(name, sizes)).collect();
        let count = writers.len();
        for (writer, lose_answer) in schedule {
            writers[writer % count].advance(&mut log, lose_answer);
        }
        // Lets the remaining writers finish, one after the other and without losses.
        for writer in &mut writers {
            while writer.written < writer.sizes.len() {
                writer.advance(&mut log, false);
            }
        }

        let events: usize = writers.iter().flat_map(|writer| &writer.sizes).sum();
        prop_assert_eq!(log.revisions(), (1..=events as u64).collect::<Vec<_>>());
        let mut acknowledged: Vec<_> = writers.iter().flat_map(|writer| writer.acknowledged.clone()).collect();
        acknowledged.sort_unstable();
        let stored: Vec<_> = log.0.values().map(|commit| (commit.first(), commit.last())).collect();
        prop_assert_eq!(acknowledged, stored);
        let times: Vec<_> = log.0.values().map(Commit::created_at).collect();
        prop_assert!(times.is_sorted());
    }
}
