//! The relay behind an event source that keeps AWS's rules.
//!
//! Each run draws a log from a seed (commits of several streams in several shards, poison, changes to the log,
//! records that come twice) and a weather (calls that fail before or after their effect, entries that fail under a
//! success, outages, lost machines, short deadlines). The production handler relays it through the production
//! SDKs; only the connection below them is scripted, and the clock stands still while nothing happens.
//!
//! `RELAY_RUNS=10000` runs that many seeds, `RELAY_SEED=17` that one alone.

mod dynamodb;
mod expectation;
mod feed;
mod flaw;
mod flaws_are_found;
mod ledger;
mod log;
mod mapping;
mod poison;
mod record;
mod run;
mod services;
mod sns;
mod sqs;
mod tally;
mod violation;
mod weather;
mod wiring;
mod witness;

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use run::{Ran, run};
use tally::Tally;
use violation::Violation;

/// How many seeds are run unless `RELAY_RUNS` says otherwise.
const RUNS: u64 = 400;

fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("a number"))
}

/// Runs the seeds on every processor, and gives what came of each.
fn run_all(seeds: std::ops::Range<u64>) -> Vec<(u64, Ran)> {
    let next = AtomicU64::new(seeds.start);
    let work = || {
        let mut ran = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if !seeds.contains(&seed) {
                return ran;
            }
            ran.push((seed, run(seed, None)));
        }
    };
    let count = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..count).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    })
}

#[test]
fn whatever_happens_every_event_is_announced_and_the_catalogue_ends_right() {
    let seeds = match variable("RELAY_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..variable("RELAY_RUNS").unwrap_or(RUNS),
    };
    let mut tally = Tally::default();
    let mut violations: Vec<(u64, Violation)> = Vec::new();
    let count = seeds.end - seeds.start;
    for (seed, ran) in run_all(seeds) {
        tally.add(&ran.tally);
        violations.extend(ran.violations.into_iter().map(|violation| (seed, violation)));
    }
    println!("{count} runs: {tally}");
    violations.sort_by_key(|(seed, _)| *seed);
    let told: Vec<String> = violations
        .iter()
        .take(20)
        .map(|(seed, Violation { property, what })| format!("seed {seed}: {property:?}: {what}"))
        .collect();
    assert!(
        violations.is_empty(),
        "{} violations:\n{}",
        violations.len(),
        told.join("\n")
    );
    if count >= RUNS {
        assert!(
            tally.partial_answers > 0 && tally.whole_failures > 0 && tally.killed > 0,
            "{tally}"
        );
    }
}
