//! Step by step: what is handed out, held, and kept.

mod any_order;

use event_store_types::{EventId, FeedEvent, Payload, StreamId, StreamType};

use super::*;
use crate::backoff::Backoff;
use crate::follow::Checkpoint;

const RULES: Rules = Rules {
    backoff: Backoff::doubling(Duration::from_secs(1), Duration::from_secs(8)),
    park_after: None,
    events_at_once: 100,
    keeps_ahead: false,
};
const NOW: Duration = Duration::ZERO;

fn order() -> StreamType {
    "order".parse().unwrap()
}

fn id(number: u64) -> StreamId {
    uuid::Uuid::from_u128(number.into()).into()
}

fn name(number: u64) -> StreamName {
    (order(), id(number))
}

fn revision(number: u64) -> Revision {
    number.try_into().unwrap()
}

fn event(stream: u64, number: u64) -> FeedEvent {
    let event = Event::new(
        id(stream),
        revision(number),
        "changed".parse().unwrap(),
        Payload::from_text("{}").unwrap(),
        "2025-01-25T10:11:12Z".parse().unwrap(),
        EventId::random(),
    );
    FeedEvent::of(order(), event)
}

fn page(events: &[(u64, u64)], next: usize) -> FeedPage {
    FeedPage::new(
        events
            .iter()
            .map(|(stream, number)| event(*stream, *number))
            .collect(),
        true,
        next.to_string(),
    )
}

fn schedule(rules: Rules, pages: &[&[(u64, u64)]]) -> Schedule {
    let mut schedule = Schedule::new(rules, Checkpoint::default());
    for (number, events) in pages.iter().enumerate() {
        schedule.accept(page(events, number + 1));
    }
    schedule
}

/// The number of the stream of a piece of work, and the revisions of its events.
fn begin(schedule: &mut Schedule, now: Duration) -> Option<(u64, Vec<u64>)> {
    let work = schedule.begin(now)?;
    let (_, stream_id) = work.stream;
    let number = u64::try_from(stream_id.as_uuid().as_u128()).unwrap();
    let revisions = work.events.iter().map(|event| event.revision.as_u64());
    Some((number, revisions.collect()))
}

fn of_event(reason: &str) -> Failure {
    Failure {
        reason: reason.into(),
        is_of_event: true,
    }
}

fn fail(schedule: &mut Schedule, stream: u64, after: u64, now: Duration) -> Option<Verdict> {
    schedule.failed(
        &name(stream),
        revision(after + 1).previous(),
        0,
        of_event("no stock"),
        now,
    )
}

#[test]
fn events_of_a_stream_go_together_and_streams_go_side_by_side() {
    let mut schedule = schedule(RULES, &[&[(1, 1), (2, 1), (1, 2)]]);
    assert_eq!(begin(&mut schedule, NOW), Some((1, vec![1, 2])));
    assert_eq!(begin(&mut schedule, NOW), Some((2, vec![1])));
    assert_eq!(begin(&mut schedule, NOW), None);
    schedule.accept(page(&[(1, 3)], 2));
    assert_eq!(
        begin(&mut schedule, NOW),
        None,
        "of a stream one piece of work is under way"
    );
    schedule.done(&name(1), revision(2), NOW);
    assert_eq!(begin(&mut schedule, NOW), Some((1, vec![3])));
}

#[test]
fn the_cursor_moves_once_all_before_it_is_handled() {
    let mut schedule = schedule(RULES, &[&[(1, 1), (2, 1)], &[(3, 1)]]);
    for stream in 1..=3 {
        assert_eq!(begin(&mut schedule, NOW), Some((stream, vec![1])));
    }
    assert_eq!(schedule.change(), Change::Nothing);
    schedule.done(&name(3), revision(1), NOW);
    schedule.done(&name(1), revision(1), NOW);
    assert_eq!(schedule.cursor(), None);
    schedule.done(&name(2), revision(1), NOW);
    assert_eq!(
        (schedule.cursor(), schedule.change()),
        (Some("2"), Change::Settled)
    );
    assert_eq!(schedule.checkpoint().handled, 3);
    assert_eq!(schedule.change(), Change::Nothing);
}

#[test]
fn a_page_without_anything_new_is_settled_at_once() {
    let mut schedule = schedule(RULES, &[&[]]);
    assert_eq!(
        (schedule.cursor(), schedule.change()),
        (Some("1"), Change::Settled)
    );
    schedule.checkpoint();
    schedule.accept(page(&[], 1));
    assert_eq!(
        schedule.change(),
        Change::Nothing,
        "the end of the feed is no news"
    );
}

#[test]
fn what_comes_again_is_passed_over() {
    let mut schedule = schedule(RULES, &[&[(1, 1), (1, 2), (1, 1), (1, 2), (1, 3)]]);
    assert_eq!(begin(&mut schedule, NOW), Some((1, vec![1, 2, 3])));
    schedule.accept(page(&[(1, 2), (1, 4)], 2));
    schedule.done(&name(1), revision(3), NOW);
    assert_eq!(begin(&mut schedule, NOW), Some((1, vec![4])));
    schedule.done(&name(1), revision(4), NOW);
    schedule.accept(page(&[(1, 1), (1, 4)], 3));
    assert_eq!((begin(&mut schedule, NOW), schedule.cursor()), (None, Some("3")));
}

#[test]
fn a_failure_holds_its_stream_and_no_other_and_the_feed_goes_on() {
    let mut schedule = schedule(RULES, &[&[(1, 1), (2, 1)], &[(1, 2), (2, 2)]]);
    assert_eq!(begin(&mut schedule, NOW), Some((1, vec![1, 2])));
    assert_eq!(
        fail(&mut schedule, 1, 0, NOW),
        Some(Verdict::Held(Duration::from_secs(1)))
    );
    assert_eq!(begin(&mut schedule, NOW), Some((2, vec![1, 2])));
    schedule.done(&name(2), revision(2), NOW);
    schedule.accept(page(&[(1, 3)], 3));
    let checkpoint = schedule.checkpoint();
    assert_eq!((checkpoint.cursor.as_deref(), checkpoint.handled), (Some("3"), 2));
    let [held] = &checkpoint.held[..] else {
        panic!("{checkpoint:?}")
    };
    assert_eq!(
        (held.after, held.through, held.attempts, held.is_parked),
        (None, revision(3), 1, false)
    );
    assert_eq!(held.reason, "no stock");

    let (soon, then) = (Duration::from_millis(999), Duration::from_secs(1));
    assert_eq!(begin(&mut schedule, soon), None);
    assert_eq!(schedule.next_due(), Some(then));
    let work = schedule.begin(then).unwrap();
    assert_eq!((work.after, work.through, work.attempts), (None, revision(3), 1));
    assert!(work.events.is_empty(), "they are read from the stream");
    schedule.done(&name(1), revision(3), then);
    assert!(schedule.is_settled(0));
    assert_eq!(schedule.checkpoint().held, []);
    assert_eq!(schedule.handled(), 5);
}

#[test]
fn pauses_grow_with_each_failure_at_one_event_and_begin_anew_at_the_next() {
    let mut schedule = schedule(RULES, &[&[(1, 1), (1, 2)]]);
    let mut now = NOW;
    for (after, seconds) in [(0, 1), (0, 2), (0, 4), (0, 8), (0, 8), (1, 1), (1, 2)] {
        assert!(schedule.begin(now).is_some());
        let pause = Duration::from_secs(seconds);
        assert_eq!(fail(&mut schedule, 1, after, now), Some(Verdict::Held(pause)));
        now += pause;
    }
}

#[test]
fn a_stream_is_parked_after_so_many_failures_and_stays_so() {
    let rules = Rules {
        park_after: Some(2),
        ..RULES
    };
    let mut schedule = schedule(rules, &[&[(1, 1)]]);
    assert!(schedule.begin(NOW).is_some());
    assert!(matches!(fail(&mut schedule, 1, 0, NOW), Some(Verdict::Held(_))));
    let later = Duration::from_hours(1);
    assert!(schedule.begin(later).is_some());
    assert_eq!(fail(&mut schedule, 1, 0, later), Some(Verdict::Parked));
    assert_eq!((schedule.begin(later * 2), schedule.next_due()), (None, None));
    assert_eq!(schedule.held(), (1, 1));
    assert!(schedule.is_settled(9), "nothing more will be done about it");

    let mut checkpoint = schedule.checkpoint();
    let mut again = Schedule::new(rules, checkpoint.clone());
    assert_eq!(again.begin(NOW), None, "nor after a restart");
    checkpoint.held[0].is_parked = false;
    let mut resumed = Schedule::new(rules, checkpoint);
    assert_eq!(resumed.begin(NOW).unwrap().through, revision(1));
}

#[test]
fn what_is_handled_behind_the_cursor_is_told_until_the_cursor_is_there() {
    let rules = Rules {
        events_at_once: 1,
        keeps_ahead: true,
        ..RULES
    };
    let pages: &[&[(u64, u64)]] = &[&[(1, 1), (1, 2), (2, 1)]];
    let mut first = schedule(rules, pages);
    assert_eq!(begin(&mut first, NOW), Some((1, vec![1])));
    first.done(&name(1), revision(1), NOW);
    assert_eq!(first.change(), Change::Ahead);
    let checkpoint = first.checkpoint();
    assert_eq!(checkpoint.ahead.len(), 1);

    let mut second = Schedule::new(rules, checkpoint);
    second.accept(page(pages[0], 1));
    let mut handled = Vec::new();
    while let Some((stream, revisions)) = begin(&mut second, NOW) {
        second.done(&name(stream), revision(revisions[0]), NOW);
        handled.push((stream, revisions[0]));
    }
    handled.sort_unstable();
    assert_eq!(handled, [(1, 2), (2, 1)]);
    assert_eq!(second.checkpoint().ahead, []);
}

#[test]
fn what_was_handled_behind_the_cursor_two_runs_ago_is_told_still() {
    let rules = Rules {
        events_at_once: 1,
        keeps_ahead: true,
        ..RULES
    };
    let pages: &[&[(u64, u64)]] = &[&[(1, 1), (2, 1), (3, 1)]];
    let mut kept = Checkpoint::default();
    for stream in 1..=3 {
        let mut run = Schedule::new(rules, kept);
        run.accept(page(pages[0], 1));
        assert_eq!(begin(&mut run, NOW), Some((stream, vec![1])), "one more each run");
        run.done(&name(stream), revision(1), NOW);
        kept = run.checkpoint();
    }
    assert_eq!((kept.cursor.as_deref(), kept.ahead), (Some("1"), vec![]));
}

#[test]
fn no_more_is_read_than_waits_or_is_held() {
    let many: Vec<(u64, u64)> = (1..=1_000).map(|stream| (stream, 1)).collect();
    let mut schedule = Schedule::new(RULES, Checkpoint::default());
    assert!(schedule.has_room());
    schedule.accept(page(&many, 1));
    assert!(!schedule.has_room());
    while let Some(work) = schedule.begin(NOW) {
        schedule.failed(&work.stream, None, 0, of_event(""), NOW);
    }
    assert!(
        !schedule.has_room(),
        "as many are held as a checkpoint has room for"
    );
    let (_, first) = schedule.due.first().cloned().unwrap();
    assert_eq!(schedule.begin(Duration::from_hours(1)).unwrap().stream, first);
    schedule.done(&first, revision(1), NOW);
    assert!(schedule.has_room());
}
