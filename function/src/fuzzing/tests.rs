//! The targets, fed with the seeds of `fuzz/corpus` and with what a seeded generator makes of them.
//!
//! `FUZZ_CASES=1000000 cargo test --workspace --lib fuzzing` makes a million of each. What fails is told with the name and
//! the number of the case: the same number makes the same case again. Lay it beside the seeds, and it is never lost.

mod mutator;

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use super::{TARGETS, Target, Verdict};
use mutator::Mutator;

/// How many cases are made for each target unless `FUZZ_CASES` says otherwise.
const CASES: u64 = 20_000;

/// How many of them for a target that goes through the whole API.
const REQUESTS: u64 = 4_000;

/// A seed: its name begins with `accepted` or `refused`, and then says what it shows.
struct Seed {
    name: String,
    bytes: Vec<u8>,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(name)
}

fn seeds(target: &str) -> Vec<Seed> {
    let entries = fs::read_dir(folder("corpus").join(target)).unwrap();
    let mut seeds: Vec<Seed> = entries
        .map(|entry| entry.unwrap())
        .map(|entry| Seed {
            name: entry.file_name().into_string().unwrap(),
            bytes: fs::read(entry.path()).unwrap(),
        })
        .collect();
    // A folder has no order, and the same number must make the same case everywhere.
    seeds.sort_by(|a, b| a.name.cmp(&b.name));
    seeds
}

/// The words of libFuzzer's dictionary: one a line, in quotes.
static WORDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let text = fs::read_to_string(folder("dictionary")).unwrap();
    let words = text
        .lines()
        .filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'));
    let words: Vec<Vec<u8>> = words.map(unescaped).collect();
    assert!(words.len() > 50);
    words
});

/// Reads a word as libFuzzer does: `\\`, `\"` and `\xAB` are escapes.
fn unescaped(word: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = word;
    while let Some(character) = rest.chars().next() {
        rest = &rest[character.len_utf8()..];
        match (character, rest.chars().next()) {
            ('\\', Some('x')) => {
                bytes.push(u8::from_str_radix(&rest[1..3], 16).unwrap());
                rest = &rest[3..];
            }
            ('\\', Some(escaped)) => {
                bytes.push(escaped.try_into().unwrap());
                rest = &rest[1..];
            }
            _ => bytes.extend(character.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    bytes
}

fn target(name: &str) -> Target {
    TARGETS.iter().find(|(other, _)| *other == name).unwrap().1
}

fn fuzz(name: &str, cases: u64) {
    let target = target(name);
    let corpus: Vec<Vec<u8>> = seeds(name).into_iter().map(|seed| seed.bytes).collect();
    let cases = match std::env::var("FUZZ_CASES") {
        Ok(text) => text.parse().expect("`FUZZ_CASES` is a number"),
        Err(_) => cases,
    };
    let mut accepted = 0_u64;
    for number in 0..cases {
        let input = Mutator::new(name, number, &corpus, &WORDS).input();
        let Ok(verdict) = catch_unwind(|| target(&input)) else {
            panic!("case {number} of `{name}`: {}", input.escape_ascii())
        };
        accepted += u64::from(verdict == Verdict::Accepted);
    }
    println!("{name}: {cases} cases, {accepted} of them accepted");
    // Cases that are all refused say nothing about what is accepted, and the other way round.
    let share = cases / 100;
    assert!(
        (share..=cases - share).contains(&accepted),
        "{accepted} of {cases} are accepted"
    );
}

#[test]
fn every_seed_is_accepted_or_refused_as_its_name_says() {
    let mut count = 0;
    for (name, target) in TARGETS {
        for seed in seeds(name) {
            let expected = match seed.name.split('-').next() {
                Some("accepted") => Verdict::Accepted,
                Some("refused") => Verdict::Refused,
                _ => panic!("`{name}/{}` says neither `accepted` nor `refused`", seed.name),
            };
            assert_eq!(target(&seed.bytes), expected, "{name}/{}", seed.name);
            count += 1;
        }
    }
    println!("{count} seeds");
}

#[test]
fn every_target_has_seeds_and_a_program_of_its_own() {
    for (name, _) in TARGETS {
        let verdicts = seeds(name);
        for verdict in ["accepted", "refused"] {
            assert!(
                verdicts.iter().any(|seed| seed.name.starts_with(verdict)),
                "{name}: {verdict}"
            );
        }
        let program = fs::read_to_string(folder("fuzz_targets").join(format!("{name}.rs"))).unwrap();
        assert!(program.contains(&format!("fuzzing::{name}(")), "{program}");
    }
    for kept in ["corpus", "fuzz_targets"] {
        assert_eq!(
            fs::read_dir(folder(kept)).unwrap().count(),
            TARGETS.len(),
            "{kept}"
        );
    }
}

#[test]
fn cursors_of_the_feed() {
    fuzz("feed_cursor", CASES);
}

#[test]
fn page_keys() {
    fuzz("page_key", CASES);
}

#[test]
fn paths_and_queries_of_a_listing() {
    fuzz("list_streams", CASES);
}

#[test]
fn paths_and_queries_of_a_reading() {
    fuzz("read_events", CASES);
}

#[test]
fn bodies_of_a_create() {
    fuzz("create_stream", CASES);
}

#[test]
fn bodies_of_an_append() {
    fuzz("append_event", CASES);
}

#[test]
fn bodies_of_a_batch() {
    fuzz("append_events", CASES);
}

#[test]
fn items_of_the_events_table() {
    fuzz("event_item", CASES);
}

#[test]
fn items_of_the_catalogue() {
    fuzz("catalogue_item", CASES);
}

#[test]
fn records_of_the_stream() {
    fuzz("record", CASES);
}

#[test]
fn invocations_of_the_relay() {
    fuzz("invocation", CASES);
}

#[test]
fn events_of_a_function_url() {
    fuzz("function_url_event", REQUESTS);
}

#[test]
fn whole_requests() {
    fuzz("request", REQUESTS);
}
