//! Tests each rule of the append at the end.

use event_store_types::Payload;

use super::*;
use crate::store::commit::CommitEvent;
use crate::store::testing::{at, commit, event, events, revision, stream};

fn append<'a>(names: impl IntoIterator<Item = &'a str>, absent: Absent) -> FindRecent {
    recent(AppendAtEnd::new(stream(), events(names), at(1_000), absent).begin())
}

fn recent(step: Step) -> FindRecent {
    match step {
        Step::Recent(request) => request,
        other => panic!("{other:?}"),
    }
}

fn put(next: Next) -> PutAtEnd {
    match next.step {
        Step::Put(request) => request,
        other => panic!("{other:?}"),
    }
}

fn done(next: Next) -> Outcome {
    match next.step {
        Step::Done(outcome) => outcome,
        other => panic!("{other:?}"),
    }
}

/// Commits of one event each, newest first, the oldest at revision 1.
fn newest_first<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<Commit> {
    let mut commits: Vec<Commit> = names
        .into_iter()
        .zip(1..)
        .map(|(name, first)| commit(first, [name]))
        .collect();
    commits.reverse();
    commits
}

#[test]
fn events_go_behind_the_newest_commit() {
    let found = append(["x", "y"], Absent::Create).found(&[commit(2, ["b", "c"]), commit(1, ["a"])]);
    assert_eq!(found.learned, Some(commit(2, ["b", "c"]).tail()));
    let request = put(found);
    assert_eq!(
        (request.commit().first(), request.commit().last()),
        (revision(4), revision(5))
    );
    let written = request.written();
    assert_eq!(written.learned.map(|tail| tail.revision), Some(revision(5)));
    assert_eq!(
        done(written),
        Outcome::Appended {
            stream: stream().at(revision(5), at(1_000))
        }
    );
}

#[test]
fn an_absent_stream_is_created_or_refused_as_was_asked() {
    let request = put(append(["a"], Absent::Create).found(&[]));
    assert_eq!(request.commit().first(), Revision::FIRST);
    assert_eq!(done(append(["a"], Absent::Refuse).found(&[])), Outcome::NotFound);
}

#[test]
fn time_does_not_go_back_within_a_stream() {
    let behind = AppendAtEnd::new(stream(), events(["x"]), at(0), Absent::Refuse);
    let request = put(recent(behind.begin()).found(&[commit(7, ["g"])]));
    assert_eq!(request.commit().created_at(), at(7));
}

#[test]
fn our_events_among_the_recent_commits_are_a_replay_as_of_their_own_commit() {
    let found = append(["b"], Absent::Refuse).found(&newest_first(["a", "b", "c", "d"]));
    assert_eq!(found.learned, Some(commit(4, ["d"]).tail()));
    assert_eq!(
        done(found),
        Outcome::Replayed {
            stream: stream().at(revision(2), at(2))
        }
    );
}

#[test]
fn an_id_of_ours_with_other_content_or_in_other_company_is_reused() {
    let ids = |names: &[&str]| names.iter().map(|name| event(name).id).collect::<Vec<_>>();
    let other_content = CommitEvent {
        payload: Payload::of("another").unwrap(),
        ..event("b")
    };
    let other_content = CommitEvents::new(vec![other_content]).unwrap();
    let there = Commit::new(revision(2), at(2), other_content).unwrap();
    for (ours, recent, reused) in [
        (vec!["b"], vec![there, commit(1, ["a"])], ids(&["b"])),
        (vec!["b"], vec![commit(1, ["a", "b"])], ids(&["b"])),
        (vec!["b", "c"], newest_first(["a", "b", "c"]), ids(&["c", "b"])),
        (vec!["c", "b"], vec![commit(1, ["b", "c"])], ids(&["c", "b"])),
    ] {
        let outcome = done(append(ours, Absent::Create).found(&recent));
        assert_eq!(outcome, Outcome::EventIdReused { ids: reused });
    }
}

#[test]
fn a_put_refused_by_our_own_commit_is_a_replay() {
    let request = put(append(["x"], Absent::Create).found(&[commit(1, ["a"])]));
    assert_eq!(
        done(request.refused(commit(2, ["x"]))),
        Outcome::Replayed {
            stream: stream().at(revision(2), at(2))
        }
    );
    let request = put(append(["x"], Absent::Create).found(&[commit(1, ["a"])]));
    assert_eq!(
        done(request.refused(commit(2, ["x", "y"]))),
        Outcome::EventIdReused {
            ids: vec![event("x").id]
        }
    );
}

#[test]
fn a_lost_race_is_run_again_from_the_start_a_bounded_number_of_times() {
    let mut request = append(["x"], Absent::Refuse);
    for attempt in 1..limits::AT_END_ATTEMPTS {
        assert_eq!(request.attempt(), attempt);
        let end = u64::from(attempt);
        let refused = put(request.found(&[commit(end, ["end"])])).refused(commit(end + 1, ["winner"]));
        assert_eq!(refused.learned, Some(commit(end + 1, ["winner"]).tail()));
        request = recent(refused.step);
    }
    let last = put(request.found(&[commit(90, ["end"])])).refused(commit(91, ["winner"]));
    assert_eq!(
        done(last),
        Outcome::Outrun {
            attempts: limits::AT_END_ATTEMPTS
        }
    );
}

#[test]
fn a_stream_without_a_revision_left_is_full() {
    let end = Commit::new(revision(Revision::MAX), at(0), events(["end"])).unwrap();
    let found = append(["x"], Absent::Refuse).found(&[end]);
    assert_eq!(done(found), Outcome::Full);
}
