//! How long a put takes as the log grows. It is measured and printed, and not asserted.

use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::process::Store;

/// `cargo test --workspace --test serve -- --ignored --nocapture growth`
#[tokio::test]
#[ignore = "a measurement of some minutes"]
async fn a_put_takes_as_long_at_100_000_events_as_at_1_000() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("store");
    for arguments in [vec![], vec!["--data", file.to_str().unwrap()]] {
        let quiet = ["--log-level", "warn"];
        let store = Store::start(&[quiet.as_slice(), arguments.as_slice()].concat()).await;
        println!(
            "{}",
            if arguments.is_empty() {
                "in memory"
            } else {
                "in a file"
            }
        );
        let ids: Vec<String> = (0..100).map(|_| uuid::Uuid::new_v4().to_string()).collect();
        let mut last = Vec::new();
        for revision in 1..=1_000 {
            for id in &ids {
                let began = Instant::now();
                assert_eq!(store.append(id, revision).await.status, 201);
                last.push(began.elapsed());
            }
            if [10, 30, 100, 300, 1_000].contains(&revision) {
                println!(
                    "{:>7} events: {:.2?} a put, the median of the last thousand",
                    revision * 100,
                    median(&mut last)
                );
            }
            last.drain(..last.len().saturating_sub(1_000));
        }
    }
}

fn median(durations: &mut [Duration]) -> Duration {
    durations.sort_unstable();
    durations[durations.len() / 2]
}
