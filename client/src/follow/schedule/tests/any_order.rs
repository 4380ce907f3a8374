//! Whatever the feed repeats, whatever fails, whenever the process ends: the events of each stream are handled in order,
//! each at least once, and once only where nothing ended.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// What a follower does, step by step.
#[derive(Clone, Debug)]
struct Case {
    /// The stream of each event, in the order of the feed.
    events: Vec<u64>,
    /// After so many events of the feed it goes back by so many.
    repeats: Vec<(usize, usize)>,
    page: usize,
    at_once: usize,
    keeps_ahead: bool,
    /// What happens at each turn.
    turns: Vec<Turn>,
}

#[derive(Clone, Copy, Debug)]
enum Turn {
    Read,
    Begin,
    Done,
    Fail,
    Save,
    /// The process ends, and another goes on from the last checkpoint.
    Crash,
}

fn cases(crashes: bool) -> impl Strategy<Value = Case> {
    let turn = prop_oneof![
        3 => Just(Turn::Read),
        4 => Just(Turn::Begin),
        4 => Just(Turn::Done),
        1 => Just(Turn::Fail),
        2 => Just(Turn::Save),
        u32::from(crashes) => Just(Turn::Crash),
    ];
    (
        prop::collection::vec(1..4_u64, 1..20),
        prop::collection::vec((1..20_usize, 1..10_usize), 0..4),
        1..6_usize,
        1..4_usize,
        any::<bool>(),
        prop::collection::vec(turn, 0..120),
    )
        .prop_map(|(events, repeats, page, at_once, keeps_ahead, turns)| Case {
            events,
            repeats,
            page,
            at_once,
            keeps_ahead,
            turns,
        })
}

/// The feed: each stream's events in order, and then some of them again.
fn feed(case: &Case) -> Vec<(u64, u64)> {
    let mut revisions = BTreeMap::<u64, u64>::new();
    let mut feed = Vec::new();
    for (index, stream) in case.events.iter().enumerate() {
        let number = revisions.entry(*stream).or_default();
        *number += 1;
        feed.push((*stream, *number));
        for (after, back) in &case.repeats {
            if *after == index + 1 {
                feed.extend_from_within(feed.len().saturating_sub(*back)..);
            }
        }
    }
    feed
}

/// Runs a case to its end, and tells what was handled of each stream, in that order.
fn run(case: &Case) -> BTreeMap<u64, Vec<u64>> {
    let rules = Rules {
        events_at_once: case.at_once,
        keeps_ahead: case.keeps_ahead,
        ..RULES
    };
    let feed = feed(case);
    let mut kept = Checkpoint::default();
    let mut schedule = Schedule::new(rules, kept.clone());
    let mut under_way: Vec<Work> = Vec::new();
    let mut handled = BTreeMap::<u64, Vec<u64>>::new();
    let mut read = 0_usize;
    let mut now = NOW;
    // Whatever has happened, in the end everything works.
    let end = [Turn::Read, Turn::Begin, Turn::Done]
        .into_iter()
        .cycle()
        .take(600);
    for turn in case.turns.iter().copied().chain(end) {
        now += Duration::from_secs(1);
        match turn {
            Turn::Read => {
                let to = feed.len().min(read + case.page);
                schedule.accept(page(&feed[read..to], to));
                read = to;
            }
            Turn::Begin => under_way.extend(schedule.begin(now)),
            Turn::Done | Turn::Fail if !under_way.is_empty() => {
                let work = under_way.remove(0);
                let number = u64::try_from(work.stream.1.as_uuid().as_u128()).unwrap();
                let first = work.after.map_or(0, Revision::as_u64) + 1;
                if let Turn::Done = turn {
                    handled
                        .entry(number)
                        .or_default()
                        .extend(first..=work.through.as_u64());
                    schedule.done(&work.stream, work.through, now);
                } else {
                    schedule.failed(&work.stream, work.after, 0, of_event(""), now);
                }
            }
            Turn::Save => kept = schedule.checkpoint(),
            Turn::Crash => {
                under_way.clear();
                schedule = Schedule::new(rules, kept.clone());
                read = schedule.cursor().map_or(0, |cursor| cursor.parse().unwrap());
            }
            Turn::Done | Turn::Fail => {}
        }
    }
    assert!(schedule.is_settled(0));
    assert_eq!(schedule.cursor(), Some(feed.len().to_string().as_str()));
    assert_eq!((schedule.waiting, schedule.held), (0, 0));
    assert_eq!(schedule.checkpoint().ahead, []);
    handled
}

/// How many events each stream has.
fn lengths(case: &Case) -> BTreeMap<u64, u64> {
    case.events.iter().fold(BTreeMap::new(), |mut lengths, stream| {
        *lengths.entry(*stream).or_default() += 1;
        lengths
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn without_a_crash_each_event_is_handled_once_and_in_order(case in cases(false)) {
        let handled = run(&case);
        for (stream, length) in lengths(&case) {
            prop_assert_eq!(&handled[&stream], &(1..=length).collect::<Vec<_>>());
        }
    }

    #[test]
    fn after_any_crash_no_event_is_left_out_and_none_comes_before_those_before_it(case in cases(true)) {
        let handled = run(&case);
        for (stream, length) in lengths(&case) {
            let mut reached = 0;
            for number in &handled[&stream] {
                prop_assert!(*number <= reached + 1, "{} after {}", number, reached);
                reached = reached.max(*number);
            }
            prop_assert_eq!(reached, length);
        }
    }
}
