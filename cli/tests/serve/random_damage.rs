//! Bytes of the stored file changed at random: nothing is ever read that was not written.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{Answer, Store};

const SEEDS: usize = 20;

/// A stream and its events, oldest first.
type Stream = (String, Vec<Value>);

/// Streams of some commits, of which most of the file consists.
async fn filled(store: &Store) -> Vec<Stream> {
    let mut streams = Vec::new();
    for number in 0..12_u64 {
        let id = uuid::Uuid::from_u128(u128::from(number)).to_string();
        for commit in 0..5_u64 {
            let event = |place: u64| {
                let note = format!("event {place} of commit {commit} of stream {number}; ").repeat(12);
                json!({"eventType": "changed", "payload": {"note": note}, "metadata": {"actor": number}})
            };
            let body = json!({"expectedRevision": 2 * commit, "events": [event(1), event(2)]});
            let answer = store.post(&format!("/streams/order/{id}/events"), &body).await;
            assert_eq!(answer.status, 201, "{answer:?}");
        }
        let all = read(store, &id, "").await;
        streams.push((id, events(&all).unwrap().clone()));
    }
    streams
}

async fn read(store: &Store, id: &str, query: &str) -> Answer {
    store.get(&format!("/streams/order/{id}/events?{query}")).await
}

fn events(answer: &Answer) -> Option<&Vec<Value>> {
    answer.json["eventPage"]["events"].as_array()
}

/// What damaged stores came to.
#[derive(Debug, Default)]
struct Found {
    not_opened: usize,
    /// By the check at the start, or by the repair.
    named: usize,
    /// By who read.
    when_read: usize,
    harmless: usize,
}

#[tokio::test]
async fn what_was_damaged_at_random_is_never_read_as_something_else() {
    let folder = TempDir::new().unwrap();
    let whole = folder.path().join("whole");
    let store = Store::on(&whole).await;
    let streams = filled(&store).await;
    let listed: Vec<_> = streams.iter().map(|(id, _)| (id.clone(), 10)).collect();
    store.lists(&listed).await;
    store.end().await;

    let mut found = Found::default();
    for seed in 0..SEEDS {
        let copy = folder.path().join(seed.to_string());
        damaged(&whole, &copy, seed);
        let store = match Store::try_on(&copy).await {
            Ok(store) => store,
            Err(said) => {
                assert!(said.lines().any(|line| line.starts_with("error: ")), "{said}");
                found.not_opened += 1;
                continue;
            }
        };
        let mut is_missed = false;
        for (id, written) in &streams {
            is_missed |= !reads_what_was_written(&store, id, written).await;
        }
        let ready = store.get("/readiness-check").await;
        let (_, log) = store.end().await;
        let is_named = log.contains(" is damaged: ");
        if ready.status == 503 {
            assert!(
                ready.json["detail"].as_str().unwrap().contains(" is damaged: "),
                "{ready:?}"
            );
        }
        if is_missed {
            assert!(
                is_named || log.contains("was damaged or changed") || log.contains("malformed"),
                "seed {seed}: {log}"
            );
        }
        match (is_named, is_missed) {
            (true, _) => found.named += 1,
            (false, true) => found.when_read += 1,
            (false, false) => found.harmless += 1,
        }
    }
    println!("{SEEDS} seeds: {found:?}");
    assert!(found.named + found.when_read > SEEDS / 2, "{found:?}");
}

/// Whether all of the stream can be read. What cannot be is not given as anything else.
async fn reads_what_was_written(store: &Store, id: &str, written: &[Value]) -> bool {
    let mut is_whole = true;
    let backwards: Vec<Value> = written.iter().rev().cloned().collect();
    for (query, expected) in [
        ("", written),
        ("direction=backwards", &backwards),
        ("consistency=eventual", written),
        ("after-revision=4", &written[4..]),
        ("limit=3", &written[..3]),
    ] {
        let answer = read(store, id, query).await;
        match events(&answer) {
            Some(events) if answer.status == 200 => {
                // What lies behind damage is out of reach: then a stream ends before it, from either side.
                let is_of_a_beginning = query == "direction=backwards" && expected.ends_with(events);
                assert!(
                    expected.starts_with(events) || is_of_a_beginning,
                    "{id} {query}: {events:?} and not {expected:?}"
                );
                is_whole &= events.len() == expected.len();
            }
            _ => is_whole = false,
        }
    }
    let details = store.get(&format!("/streams/order/{id}/details")).await;
    is_whole && details.status == 200 && details.json["stream"]["revision"] == 10
}

/// Copies a folder with three of its bytes changed, as a process that did not end leaves it.
fn damaged(whole: &Path, copy: &Path, seed: usize) {
    std::fs::create_dir(copy).unwrap();
    std::fs::copy(whole.join("id"), copy.join("id")).unwrap();
    let mut bytes = std::fs::read(whole.join("events.db")).unwrap();
    for number in 0..3_u64 {
        let random = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, format!("{seed}/{number}").as_bytes());
        let random = random.as_u128();
        let length = bytes.len() as u128;
        // The first page names the tables: without it nothing opens, which tells nothing of commits.
        let place = 4_096 + usize::try_from(random % (length - 4_096)).unwrap();
        bytes[place] ^= 1 << (random >> 64 & 7);
    }
    std::fs::write(copy.join("events.db"), bytes).unwrap();
    std::fs::write(copy.join("events.db-wal"), [0; 32]).unwrap();
}
