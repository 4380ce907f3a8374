//! An events table's log and the shards of its stream, drawn from a seed, with what must become of each record.

use std::collections::BTreeMap;

use super::poison;
use super::record::{Record, UNACCEPTABLE};

/// A revision of a stream: what a notification is about.
pub(super) type Revision = (String, u64);

/// An event type that no message attribute can carry.
const UNSPEAKABLE: &str = "null\u{0}";

/// The log, and the truth about it.
pub(super) struct Log {
    /// Revision and time of each stream's last event.
    pub(super) streams: BTreeMap<String, (u64, String)>,
    /// The type of every event in the log.
    pub(super) events: BTreeMap<Revision, String>,
    /// The stream's shards. DynamoDB keeps order per item alone, so the commits of one event stream lie in any of
    /// them.
    pub(super) shards: Vec<Vec<Record>>,
}

impl Log {
    pub(super) fn of(seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut log = Self {
            streams: BTreeMap::new(),
            events: BTreeMap::new(),
            shards: vec![Vec::new(); rng.usize(1..=3)],
        };
        let mut ids: Vec<String> = (0..rng.usize(1..=6)).map(|_| stream(&mut rng)).collect();
        for second in 0..rng.u64(5..50) {
            let id = rng.choice(&ids).cloned().unwrap();
            let commit = log.append(&id, second, &mut rng);
            let shard = rng.usize(0..log.shards.len());
            let change = commit.changed(&mut rng);
            log.shards[shard].push(commit);
            log.shards[shard].extend(change);
            if rng.u8(0..12) == 0 {
                let shard = rng.usize(0..log.shards.len());
                // A key of its own, so that no commit is missing from a stream that is listed.
                log.shards[shard].push(poison::record(&stream(&mut rng), &mut rng));
            }
            if rng.u8(0..20) == 0 {
                ids.push(stream(&mut rng));
            }
        }
        for shard in &mut log.shards {
            disorder(shard, &mut rng);
            number(shard, &mut rng);
        }
        log
    }

    fn append(&mut self, stream: &str, second: u64, rng: &mut fastrand::Rng) -> Record {
        let first = self.streams.get(stream).map_or(1, |(last, _)| last + 1);
        let count = rng.choice([1, 1, 1, 1, 2, 2, 3, 11, 25]).unwrap();
        let types: Vec<&str> = (0..count)
            .map(|_| match rng.u8(0..40) {
                0 => UNACCEPTABLE,
                1 => UNSPEAKABLE,
                _ => "placed",
            })
            .collect();
        let last = first + count - 1;
        let at = format!("2025-01-25T10:{:02}:{:02}.000000Z", second / 60, second % 60);
        self.streams.insert(stream.to_owned(), (last, at.clone()));
        self.events.extend(
            (first..)
                .zip(&types)
                .map(|(revision, name)| ((stream.to_owned(), revision), (*name).to_owned())),
        );
        Record::commit(stream, first, &types, &at)
    }
}

/// The key of a stream that is not there yet.
fn stream(rng: &mut fastrand::Rng) -> String {
    let id = uuid::Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid();
    let stream_type = rng.choice(["order", "invoice.v2", "a"]).unwrap();
    format!("{stream_type}/{id}")
}

/// Lets some records change places with their neighbours, but never two of the same item.
fn disorder(records: &mut [Record], rng: &mut fastrand::Rng) {
    for place in 1..records.len() {
        let is_same_item = records[place].keys() == records[place - 1].keys();
        if !is_same_item && rng.u8(0..3) == 0 {
            records.swap(place, place - 1);
        }
    }
}

/// Gives each record its number, in steps that change the count of digits somewhere; some records come twice.
fn number(records: &mut Vec<Record>, rng: &mut fastrand::Rng) {
    let mut number = 999_999_999_999_999_999_999 - u128::from(rng.u64(0..2_000));
    let mut numbered = Vec::new();
    for record in records.drain(..) {
        number += u128::from(rng.u64(1..100));
        let record = record.numbered(number);
        if rng.u8(0..40) == 0 {
            numbered.push(record.clone());
        }
        numbered.push(record);
    }
    *records = numbered;
}
