use event_store_types::Revision;

use crate::store::Consistency;
use crate::store::commit::Tail;
use crate::store::read::testing::{answer, commits, done, newest, page};
use crate::store::read::{Outcome, Read, Start, Step};
use crate::store::testing::{at, commit, revision, stream};

fn reading(before: Option<u64>, limit: usize, consistency: Consistency) -> Step {
    let read = Read {
        stream: stream(),
        start: Start::Before(before.map(revision)),
        limit,
        consistency,
    };
    read.begin()
}

fn read(before: Option<u64>, limit: usize) -> Step {
    reading(before, limit, Consistency::Strong)
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
    // The newest commit may be the whole page.
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
    let request = || match reading(Some(1), 10, Consistency::Eventual) {
        Step::Tail(request) => request,
        other => panic!("{other:?}"),
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
