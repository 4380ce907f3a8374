//! Each rule of the protocol, broken: the checker finds what comes of it, within bounds where the protocol holds.

use insta::assert_snapshot;

use crate::bounds;
use crate::check::breaks;
use crate::properties::{CONFLICT, NOT_OVERWRITTEN, ONCE, OWN_REVISION, PARTITION, STAYS};
use crate::surroundings::Mistake;

#[test]
fn without_the_condition_a_commit_is_overwritten() {
    let story = breaks(Mistake::ConditionDropped, NOT_OVERWRITTEN, bounds::creation());
    assert_snapshot!(story, @"
    A asks process 1: it puts `a` at 1
    A is answered: 201, at 1
    B asks process 1: it puts `bc` at 1
    B is answered: 201, at 2
    the stream: `bc` at 1
    ");
}

#[test]
fn without_the_condition_an_acknowledged_append_at_the_end_is_lost() {
    let story = breaks(
        Mistake::ConditionDropped,
        STAYS,
        bounds::other_batches_at_the_end(),
    );
    assert_snapshot!(story, @"
    A asks process 1: it looks for the newest commits
    A is answered: it puts `ab` at 1
    A is answered: 201, at 2
    B asks process 1: it puts `x` at 1
    B is answered: 201, at 1
    the stream: `x` at 1
    ");
}

#[test]
fn without_the_proof_there_is_a_gap() {
    let story = breaks(Mistake::ProofDropped, PARTITION, bounds::batch());
    assert_snapshot!(story, @"
    B asks process 1: it puts `x` at 2
    B is answered: 201, at 2
    the stream: `x` at 2
    ");
}

#[test]
fn at_least_instead_of_exactly_writes_into_a_batch() {
    let story = breaks(Mistake::AtLeastInsteadOfExactly, PARTITION, bounds::batch());
    assert_snapshot!(story, @"
    A asks process 1: it puts `ab` at 1
    A is answered: 201, at 2
    B asks process 1: it puts `x` at 2
    B is answered: 201, at 2
    the stream: `ab` at 1, `x` at 2
    ");
}

#[test]
fn a_tail_from_a_request_merely_sent_leaves_a_gap() {
    let story = breaks(Mistake::TailFromRequestSent, PARTITION, bounds::creation());
    assert_snapshot!(story, @"
    A asks process 1: it puts `a` at 1
    C asks process 1: it puts `x` at 2
    C is answered: 201, at 2
    the stream: `x` at 2
    ");
}

#[test]
fn a_replay_that_answers_the_current_revision_hides_what_another_wrote() {
    let story = breaks(
        Mistake::ReplayAnswersCurrentRevision,
        OWN_REVISION,
        bounds::batch(),
    );
    assert_snapshot!(story, @"
    A asks process 1: it puts `ab` at 1
    A's put is carried out, its answer lost
    C asks process 1: it looks for the commit at or before 3
    C is answered: it puts `y` at 3
    C is answered: 201, at 3
    A is answered: 201, replayed, at 3
    the stream: `ab` at 1, `y` at 3
    ");
}

#[test]
fn without_the_id_check_a_caller_is_told_to_conflict_with_itself() {
    let story = breaks(Mistake::IdCheckDropped, CONFLICT, bounds::batch());
    assert_snapshot!(story, @"
    A asks process 1: it puts `ab` at 1
    A's put is carried out, its answer lost
    A is answered: it looks for the tail
    A is answered: 409, the revision is taken
    the stream: `ab` at 1
    ");
}

#[test]
fn without_the_id_check_an_append_at_the_end_is_written_twice() {
    let story = breaks(Mistake::IdCheckDropped, ONCE, bounds::at_the_end());
    assert_snapshot!(story, @"
    A asks process 1: it looks for the newest commits
    A is answered: it puts `a` at 1
    A's put is carried out, its answer lost
    A is answered: it looks for the newest commits
    A is answered: it puts `a` at 2
    A is answered: 201, at 2
    the stream: `a` at 1, `a` at 2
    ");
}
