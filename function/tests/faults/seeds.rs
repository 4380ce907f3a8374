//! Many runs, each from a seed of its own.

use std::num::NonZero;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use super::run::Report;

/// The variable that names the one seed to run, with everything that happens printed.
const SEED: &str = "FAULTS_SEED";
/// The variable that says how many runs there are to be.
const RUNS: &str = "FAULTS_RUNS";

/// The seeds to run: as many as the environment says, or `usual`, from 0; or the one that it names.
pub(crate) fn seeds(usual: u64) -> Range<u64> {
    match (variable(SEED), variable(RUNS)) {
        (Some(seed), _) => seed..seed + 1,
        (None, Some(runs)) => 0..runs,
        (None, None) => 0..usual,
    }
}

fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("`{name}` must be a whole number, not `{text}`")),
    )
}

/// Runs each of `seeds` on the processors that there are, and hands over what comes of it, one after another.
pub(crate) fn run_each<T>(seeds: Range<u64>, run: impl Fn(u64) -> T + Sync, take: impl FnMut(u64, T) + Send) {
    let next = AtomicU64::new(seeds.start);
    let take = Mutex::new(take);
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return;
            }
            let result = run(seed);
            let mut take = take.lock().unwrap();
            take(seed, result);
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(work);
        }
    });
}

/// Says what a run did wrong, and how to see it alone.
pub(crate) fn blame(test: &str, seed: u64, report: &Report, wrong: &[String]) -> String {
    let mut lines = vec![format!(
        "seed {seed}; alone: `{SEED}={seed} cargo test --workspace --test faults {test}`"
    )];
    lines.extend(wrong.iter().map(|line| format!("  ! {line}")));
    lines.extend(report.transcript.iter().map(|line| format!("    {line}")));
    lines.join("\n")
}
