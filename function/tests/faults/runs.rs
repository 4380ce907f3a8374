//! Thousands of runs under faults.

use std::thread;

use fastrand::Rng;

use super::defect::Defect;
use super::fault::Fault;
use super::history::History;
use super::run::{Extent, run};
use super::seeds::{blame, run_each, seeds};
use super::tally::Tally;
use super::weather::Weather;

const USUAL: u64 = 2_500;
/// Relays make a run some forty times as long.
const USUAL_WITH_RELAYS: u64 = 60;

/// What must have come of operations for the runs to have shown anything.
const OUTCOMES: [&str; 10] = [
    "200",
    "201",
    "201 replayed",
    "400 invalid-request",
    "404 stream-not-found",
    "409 event-id-reused",
    "409 revision-conflict, not reached",
    "409 revision-conflict, taken",
    "503 store-unavailable",
    "503 throttled",
];

fn extent(rng: &mut Rng) -> Extent {
    Extent {
        streams: rng.usize(1..3),
        clients: rng.usize(2..5),
        operations: rng.usize(4..9),
        relays: 0,
    }
}

fn with_relays(rng: &mut Rng) -> Extent {
    Extent {
        relays: 2,
        ..extent(rng)
    }
}

/// Runs with faults, of which none may go wrong.
fn hold(name: &str, usual: u64, extent: fn(&mut Rng) -> Extent) -> (u64, Tally) {
    let seeds = seeds(usual);
    let runs = seeds.end - seeds.start;
    let mut total = Tally::default();
    let mut histories = 0;
    let mut blamed = Vec::new();
    run_each(
        seeds,
        |seed| {
            let report = run(seed, extent, None);
            let wrong = report.wrong();
            (report, wrong)
        },
        |seed, (report, wrong)| {
            total.add(&report.tally);
            if runs == 1 {
                println!("{}", report.transcript.join("\n"));
            }
            histories += report.histories.len();
            if !wrong.is_empty() {
                blamed.push(blame(name, seed, &report, &wrong));
            }
        },
    );
    println!("{runs} runs with {histories} histories\n{total}");
    if let Some(first) = blamed.first() {
        panic!("{} of {runs} runs went wrong, such as {first}", blamed.len());
    }
    (runs, total)
}

#[test]
fn under_faults_each_acknowledged_event_is_there_once_and_nothing_that_was_refused() {
    let (runs, total) = hold("under_faults", USUAL, extent);
    if runs >= USUAL {
        assert!(total.share_of_failures() < Weather::WORST);
        let missing = Fault::ALL
            .into_iter()
            .filter(|fault| !total.faults.contains_key(fault));
        assert_eq!(missing.collect::<Vec<_>>(), []);
        let missing = OUTCOMES
            .into_iter()
            .filter(|outcome| !total.outcomes.contains_key(outcome));
        assert_eq!(missing.collect::<Vec<_>>(), Vec::<&str>::new());
    }
}

#[test]
fn whatever_relays_meet_the_feed_holds_every_event_of_the_log() {
    let (runs, total) = hold("whatever_relays_meet", USUAL_WITH_RELAYS, with_relays);
    if runs >= USUAL_WITH_RELAYS {
        assert!(total.repeated > 0, "nothing came into the feed twice");
    }
}

#[test]
fn a_seed_repeats_its_run() {
    let mut failed = 0.0;
    for seed in 0..20 {
        let [once, again] = [(); 2].map(|()| thread::spawn(move || run(seed, extent, None)).join().unwrap());
        assert_eq!(once.transcript, again.transcript);
        assert_eq!(once.tally, again.tally);
        failed += once.tally.share_of_failures();
    }
    assert!(failed > 0.0);
}

/// How many of 100 runs notice that the database has a defect: by its log, and by what its clients saw.
fn noticing(defect: Defect) -> (usize, usize) {
    let mut noticing = (0, 0);
    run_each(
        0..100,
        |seed| run(seed, extent, Some(defect)),
        |_, report| {
            noticing.0 += usize::from(!report.contradictions.is_empty());
            let possible = report.histories.values().all(History::is_linearizable);
            noticing.1 += usize::from(!possible);
        },
    );
    println!("of 100 runs (by the log, by what clients saw) {noticing:?} notice {defect:?}");
    noticing
}

#[test]
fn a_database_that_ignores_conditions_is_noticed() {
    let (by_log, by_clients) = noticing(Defect::ConditionsIgnored);
    assert!(by_log > 10 && by_clients > 10);
}

#[test]
fn a_database_whose_strong_readings_are_stale_is_noticed() {
    let (by_log, by_clients) = noticing(Defect::StrongReadsStale);
    assert!(by_log > 10 && by_clients > 10);
}

#[test]
fn a_database_that_forgets_puts_is_noticed() {
    let (by_log, by_clients) = noticing(Defect::PutsForgotten);
    assert!(by_log > 10 && by_clients > 10);
}
