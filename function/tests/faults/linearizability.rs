//! The checker: which histories of a stream it takes for possible.

use fastrand::Rng;

use super::history::History;
use super::oracle;
use super::proposal::Place;
use super::run::{Extent, run};
use super::specification::{Answer, Operation, Token};

fn append(place: Place, number: u32) -> Operation {
    Operation::Append {
        place,
        events: vec![Token { id: number, number }],
    }
}

fn written(revision: u64) -> Answer {
    Answer::Acknowledged {
        revision,
        is_replay: false,
    }
}

const READ: Operation = Operation::ReadAfter {
    revision: 0,
    limit: 10,
};

fn shows(events: &[u32]) -> Answer {
    Answer::Page {
        events: events.into(),
        has_more: false,
    }
}

/// A history in which each operation returns before the next one begins, each by another client.
fn one_after_another(operations: impl IntoIterator<Item = (Operation, Answer)>) -> History {
    let mut history = History::default();
    for (client, (operation, answer)) in operations.into_iter().enumerate() {
        let call = history.invoke(client, operation);
        history.answer(call, answer);
    }
    history
}

#[test]
fn what_a_stream_does_is_possible() {
    let history = one_after_another([
        (READ, Answer::NotFound),
        (append(Place::At(1), 1), written(1)),
        (append(Place::End, 2), written(2)),
        (
            append(Place::At(2), 3),
            Answer::Conflict {
                current: 2,
                taken_by: Some(2),
            },
        ),
        (
            append(Place::At(5), 4),
            Answer::Conflict {
                current: 2,
                taken_by: None,
            },
        ),
        (
            append(Place::At(1), 1),
            Answer::Acknowledged {
                revision: 1,
                is_replay: true,
            },
        ),
        (READ, shows(&[1, 2])),
        (
            Operation::ReadBefore {
                revision: Some(2),
                limit: 1,
            },
            shows(&[1]),
        ),
        (Operation::Details, Answer::At(2)),
    ]);
    assert!(history.is_linearizable());
}

#[test]
fn a_reading_that_lacks_what_was_acknowledged_before_it_is_impossible() {
    for answer in [Answer::NotFound, shows(&[1])] {
        let history = one_after_another([
            (append(Place::At(1), 1), written(1)),
            (append(Place::At(2), 2), written(2)),
            (READ, answer),
        ]);
        assert!(!history.is_linearizable());
    }
}

#[test]
fn readings_that_go_back_are_impossible_even_while_the_append_is_at_work() {
    let mut history = one_after_another([(append(Place::At(1), 1), written(1))]);
    history.invoke(0, append(Place::At(2), 2));
    for (answer, is_possible) in [(shows(&[1]), true), (shows(&[1, 2]), true), (shows(&[1]), false)] {
        let call = history.invoke(1, READ);
        history.answer(call, answer);
        assert_eq!(history.is_linearizable(), is_possible);
    }
}

#[test]
fn one_revision_acknowledged_to_two_is_impossible_even_at_once() {
    let mut history = History::default();
    let calls = [(0, 1), (1, 2)].map(|(client, number)| history.invoke(client, append(Place::At(1), number)));
    for call in calls {
        history.answer(call, written(1));
    }
    assert!(!history.is_linearizable());
}

#[test]
fn an_event_that_is_gone_after_it_was_seen_is_impossible() {
    let mut history = History::default();
    history.invoke(0, append(Place::At(1), 1));
    let history_with = |answers: &[Answer]| {
        let mut history = history.clone();
        for answer in answers {
            let call = history.invoke(1, READ);
            history.answer(call, answer.clone());
        }
        history
    };
    assert!(history_with(&[Answer::NotFound, shows(&[1])]).is_linearizable());
    assert!(!history_with(&[shows(&[1]), Answer::NotFound]).is_linearizable());
}

#[test]
fn an_append_that_is_never_answered_may_happen_at_any_time_or_never_but_not_twice() {
    let unanswered = |seen: &[&[u32]]| {
        let mut history = History::default();
        history.invoke(0, append(Place::End, 1));
        let other = history.invoke(1, append(Place::End, 2));
        history.answer(other, written(if seen[0].first() == Some(&1) { 2 } else { 1 }));
        for events in seen {
            let call = history.invoke(1, READ);
            history.answer(call, shows(events));
        }
        history.is_linearizable()
    };
    assert!(unanswered(&[&[2]]));
    assert!(unanswered(&[&[1, 2]]));
    assert!(unanswered(&[&[2], &[2, 1]]));
    assert!(!unanswered(&[&[1, 2, 1]]));
}

/// A small run: what its clients saw is as good as chance makes it.
fn small(rng: &mut Rng) -> Extent {
    Extent {
        streams: 1,
        clients: rng.usize(2..4),
        operations: 3,
        relays: 0,
    }
}

#[test]
fn it_agrees_with_another_checker_on_what_happened_and_on_what_did_not() {
    let mut verdicts = [0, 0];
    for seed in 0..150 {
        for history in run(seed, small, None).histories.into_values() {
            for history in [history.falsified(&mut Rng::with_seed(seed)), history] {
                let is_possible = history.is_linearizable();
                assert_eq!(
                    oracle::is_linearizable(&history),
                    is_possible,
                    "seed {seed}: {history:#?}"
                );
                verdicts[usize::from(is_possible)] += 1;
            }
        }
    }
    let [impossible, possible] = verdicts;
    println!("{possible} histories are possible, and {impossible} are not, to both checkers");
    assert!(impossible > 50 && possible > 50);
}
