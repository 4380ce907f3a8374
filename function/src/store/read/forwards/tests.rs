use event_store_types::Revision;

use crate::store::Consistency;
use crate::store::read::testing::{answer, commits, newest, page};
use crate::store::read::{FindCommits, Outcome, Read, Start, Step};
use crate::store::testing::{commit, revision, stream};

fn reading(after: Option<u64>, limit: usize, consistency: Consistency) -> FindCommits {
    let read = Read {
        stream: stream(),
        start: Start::After(after.map(revision)),
        limit,
        consistency,
    };
    commits(read.begin())
}

fn read(after: Option<u64>, limit: usize) -> FindCommits {
    reading(after, limit, Consistency::Strong)
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
    let request = newest(read(Some(2), 10).found(answer([commit(4, ["d"])], false)));
    assert_eq!(request.position(), revision(2));
    assert_eq!(
        page(request.found(Some(commit(1, ["a", "b", "c"])))),
        (vec![3, 4], false, 4)
    );
}

#[test]
fn a_position_inside_the_last_commit_gives_the_rest_of_it() {
    let request = newest(read(Some(1), 1).found(answer([], false)));
    assert_eq!(
        page(request.found(Some(commit(1, ["a", "b", "c"])))),
        (vec![2], true, 2)
    );
}

#[test]
fn a_position_at_the_end_gives_an_empty_page() {
    let request = newest(read(Some(2), 10).found(answer([], false)));
    assert_eq!(
        page(request.found(Some(commit(1, ["a", "b"])))),
        (vec![], false, 2)
    );
}

#[test]
fn a_position_beyond_the_end_is_told_from_one_at_it() {
    let current = revision(2);
    for position in [3, 1_000] {
        let request = newest(read(Some(position), 10).found(answer([], false)));
        assert_eq!(
            request.found(Some(commit(1, ["a", "b"]))),
            Step::Done(Outcome::NotReached {
                after: revision(position),
                current
            })
        );
    }
    // Nothing can start after the largest revision, so the read does not look there.
    let largest = Read {
        stream: stream(),
        start: Start::After(Some(revision(Revision::MAX))),
        limit: 1,
        consistency: Consistency::Strong,
    };
    assert_eq!(
        newest(largest.begin()).found(Some(commit(1, ["a", "b"]))),
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
    let request = newest(read(Some(3), 10).found(answer([], false)));
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
    let late = || newest(read(Some(2), 10).found(answer([commit(5, ["e"])], false)));
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
    // That a commit ends at the position stays true, whatever the consistency of the answer.
    let request = newest(reading(Some(1), 10, Consistency::Eventual).found(answer([], false)));
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
        newest(eventual(Some(2)).found(answer([], false))).found(None),
        newest(eventual(Some(2)).found(answer([], false))).found(Some(commit(1, ["a"]))),
        newest(eventual(Some(2)).found(answer([commit(4, ["d"])], false))).found(Some(commit(1, ["a"]))),
    ] {
        assert_eq!(commits(step).consistency(), Consistency::Strong);
    }
}
