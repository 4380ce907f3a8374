//! Reconciles a log in memory, interrupted at every possible point.

mod world;

use std::time::Duration;

use super::survey::Unreadable;
use super::*;
use world::*;

const LONG: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_lost_catalogue_is_made_again_and_nothing_is_announced_unasked() {
    let world = World::with(commits());
    let reconciled = world.run(Progress::begin(SEGMENTS, None), LONG).await;
    assert!(reconciled.progress.is_done() && reconciled.failure.is_none());
    assert_eq!(world.listed(), world.last());
    assert_eq!(world.feed.fed(), world.last());
    assert!(world.announced.lock().unwrap().is_empty());
    let tally = reconciled.tally;
    assert_eq!(
        (tally.commits, tally.streams, tally.notified),
        (commits().len(), 9, 0)
    );
    assert!(tally.updated >= 9, "{tally:?}");
}

#[tokio::test]
async fn a_catalogue_that_is_right_is_left_as_it_is() {
    let world = World::with(commits());
    world.run(Progress::begin(SEGMENTS, None), LONG).await;
    let again = world.run(Progress::begin(SEGMENTS, None), LONG).await;
    assert_eq!((again.tally.updated, again.tally.streams), (0, 9));
    assert_eq!(world.listed(), world.last());
    let entries = world.feed.entries().len();
    world.run(Progress::begin(SEGMENTS, None), LONG).await;
    assert_eq!(
        world.feed.entries().len(),
        entries,
        "nothing comes into the feed twice"
    );
}

#[tokio::test]
async fn every_event_since_the_asked_moment_is_announced_and_none_before() {
    let world = World::with(commits());
    let reconciled = world.run(Progress::begin(SEGMENTS, Some(at(2))), LONG).await;
    let expected = events_since(&world, 2);
    assert_eq!(*world.announced.lock().unwrap(), expected);
    assert_eq!(reconciled.tally.notified, expected.len());
}

#[tokio::test(start_paused = true)]
async fn cut_off_at_each_call_and_continued_nothing_is_left_out() {
    let mut whole = World::with(commits());
    whole.run(Progress::begin(SEGMENTS, Some(at(2))), LONG).await;
    let calls = whole.calls.get_mut().unwrap().len();
    assert!(calls > 30, "{calls} calls are too few to be cut off at");
    for wrong in [Wrong::Refused, Wrong::Hangs] {
        for at_call in 0..calls {
            let mut world = World::with(commits());
            world.interrupted(at_call, wrong);
            let short = Duration::from_millis(10);
            let stopped = world.run(Progress::begin(SEGMENTS, Some(at(2))), short).await;
            assert!(!stopped.progress.is_done(), "call {at_call} {wrong:?}");
            let refused = matches!(wrong, Wrong::Refused);
            assert_eq!(stopped.failure.is_some(), refused, "call {at_call} {wrong:?}");

            world.wrong = None;
            let text = stopped.progress.encode().unwrap();
            let continued = world.run(Progress::decode(&text).unwrap(), LONG).await;
            assert!(continued.progress.is_done());
            assert_eq!(world.listed(), world.last(), "call {at_call} {wrong:?}");
            assert_eq!(world.feed.fed(), world.last(), "call {at_call} {wrong:?}");
            assert_eq!(*world.announced.lock().unwrap(), events_since(&world, 2));
            let streams = stopped.tally.streams + continued.tally.streams;
            assert_eq!(streams, 9, "each stream is counted once");
        }
    }
}

#[tokio::test]
async fn what_one_segment_fails_at_does_not_hold_up_the_others() {
    let mut world = World::with(commits());
    world.interrupted(0, Wrong::Refused);
    let stopped = world.run(Progress::begin(SEGMENTS, None), LONG).await;
    let ends = stopped
        .progress
        .segments()
        .filter(|(_, position)| position.is_end());
    assert_eq!(ends.count(), SEGMENTS - 1);
    let cause = "the database refused the request or gave an invalid answer: no such table";
    assert_eq!(stopped.failure.as_deref(), Some(cause));
}

#[tokio::test]
async fn a_later_revision_that_the_relay_listed_meanwhile_is_not_set_back() {
    let world = World::with(commits());
    let (key, last) = (stream(0).to_string(), 9);
    world.listed.lock().unwrap().insert(key.clone(), last);
    world.run(Progress::begin(SEGMENTS, None), LONG).await;
    assert_eq!(world.listed()[&key], last);
}

#[tokio::test]
async fn a_stream_of_many_pages_of_the_scan_is_a_range_of_each() {
    let world = World::with((1..=5).map(|first| commit(1, first, &["placed"])));
    world.run(Progress::begin(1, None), LONG).await;
    let ranges: Vec<(u64, u64, bool)> = world
        .feed
        .entries()
        .iter()
        .map(|entry| {
            (
                entry.first().as_u64(),
                entry.last().as_u64(),
                entry.types().is_none(),
            )
        })
        .collect();
    assert_eq!(ranges, [(1, 2, true), (3, 4, true), (5, 5, true)]);
}

#[tokio::test]
async fn without_time_it_answers_where_it_was_asked_to_begin() {
    let world = World::with(commits());
    let progress = Progress::begin(SEGMENTS, Some(at(2)));
    let reconciled = world.run(progress.clone(), Duration::ZERO).await;
    assert_eq!(
        (reconciled.progress, reconciled.tally),
        (progress, Tally::default())
    );
    assert_eq!(reconciled.failure, None);
}

#[test]
fn an_item_that_is_no_commit_is_counted_and_passed_by() {
    let unreadable = |attribute| Unreadable {
        key: "order 1".to_owned(),
        attribute,
    };
    let page = Page {
        unreadable: vec![unreadable("pk"), unreadable("last")],
        ..Page::default()
    };
    assert_eq!(page.report_unreadable(), 2);
}
