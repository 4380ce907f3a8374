//! What must hold of each answer, of what is passed, and at the end.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::feed;
use super::ledger::{Effects, Ledger};
use super::log::Log;
use super::mapping::{Answer, Verdict};
use super::record::{Meaning, Record};
use super::tally::Tally;
use super::violation::Property;
use super::witness::Reports;

/// Holds an answer against what the invocation was told: an effect that it was not told of is missing.
pub(super) fn of_answer(answer: &Answer, batch: &[Record], ledger: &Ledger) -> Result<(), String> {
    let missing: Vec<&Record> = batch
        .iter()
        .filter(|record| !is_relied_on(record, batch, ledger))
        .collect();
    let expected = if missing.is_empty() {
        Verdict::Success
    } else if missing.iter().any(|record| !is_numbered(record)) {
        Verdict::Failure
    } else {
        let lowest = missing.iter().map(|record| record.number).min();
        let first = batch
            .iter()
            .filter(|record| is_numbered(record))
            .map(|record| record.number)
            .min();
        let place = batch.iter().position(|record| Some(record.number) == lowest);
        place
            .filter(|_| lowest != first)
            .map_or(Verdict::Failure, Verdict::From)
    };
    let numbers: Vec<u128> = batch.iter().map(|record| record.number).collect();
    let found = Verdict::of(answer, &numbers);
    let is_short = match answer {
        Answer::Returned(text) => text.matches("itemIdentifier").count() <= 1,
        Answer::Failed => true,
    };
    if found == expected && is_short {
        Ok(())
    } else {
        Err(format!("{answer:?} to {numbers:?}, where {expected:?} is right"))
    }
}

fn is_numbered(record: &Record) -> bool {
    !matches!(
        record.meaning,
        Meaning::Poison {
            is_numbered: false,
            ..
        }
    )
}

/// Whether the invocation was told of every effect of the record, as often as the batch holds it.
fn is_relied_on(record: &Record, batch: &[Record], ledger: &Ledger) -> bool {
    let times = batch.iter().filter(|other| other.number == record.number).count();
    match &record.meaning {
        Meaning::Commit { stream, last, events } => {
            ledger.knows_listed(stream, *last)
                && events.iter().all(|event| match &event.parked {
                    None => ledger.knows_announced(stream, event.revision, times),
                    Some(parked) => ledger.knows_parked(parked, times),
                })
        }
        Meaning::Poison { parked, .. } => ledger.knows_parked(parked, times),
        Meaning::Change => true,
    }
}

/// Holds what will not come again against what was really effected.
pub(super) fn of_passed(passed: &[Record], effects: &mut Effects) {
    for record in passed {
        if let Some(missing) = missing_effect(record, effects) {
            let what = format!("record {}: {missing}", record.number);
            effects.violate(Property::NothingIsPassedTooEarly, what);
        }
    }
}

fn missing_effect(record: &Record, effects: &Effects) -> Option<String> {
    match &record.meaning {
        Meaning::Commit { stream, last, events } => {
            if !effects.lists(stream, *last) {
                return Some(format!("`{stream}` is not listed at {last}"));
            }
            let fed = feed::read(&effects.feed).unwrap_or_default();
            if fed.get(stream).is_none_or(|end| end < last) {
                return Some(format!("`{stream}` is not in the feed up to {last}"));
            }
            events.iter().find_map(|event| match &event.parked {
                None => (!effects.is_announced(stream, event.revision))
                    .then(|| format!("`{stream}` {} is not announced", event.revision)),
                Some(parked) => not_parked(parked, effects),
            })
        }
        Meaning::Poison { parked, .. } => not_parked(parked, effects),
        Meaning::Change => None,
    }
}

fn not_parked(parked: &Value, effects: &Effects) -> Option<String> {
    (!effects.parked.contains(parked)).then(|| format!("{parked} is not parked"))
}

/// Holds everything that was effected in a run against the log.
pub(super) fn at_the_end(
    log: &Log,
    records: &[Record],
    tally: &Tally,
    reports: &Reports,
    effects: &mut Effects,
) {
    announcements(log, records, effects);
    catalogue(log, effects);
    in_feed(log, effects);
    failure_queue(records, effects);
    changes(records, tally, reports, effects);
}

fn announcements(log: &Log, records: &[Record], effects: &mut Effects) {
    let mut refused = BTreeSet::new();
    for record in records {
        if let Meaning::Commit { stream, events, .. } = &record.meaning {
            let parked = events.iter().filter(|event| event.parked.is_some());
            refused.extend(parked.map(|event| (stream.clone(), event.revision)));
        }
    }
    for (stream, revision) in log.events.keys() {
        let is_refused = refused.contains(&(stream.clone(), *revision));
        if effects.is_announced(stream, *revision) == is_refused {
            let what = format!("`{stream}` {revision}, refused: {is_refused}");
            effects.violate(Property::EveryEventIsAnnounced, what);
        }
    }
    for (revision, event_type) in effects.announced.clone() {
        let carried = log
            .events
            .get(&revision)
            .map(|name| (!name.contains('\0')).then(|| name.clone()));
        if carried != Some(event_type.clone()) {
            let what = format!("{revision:?} as {event_type:?}");
            effects.violate(Property::NothingElseIsAnnounced, what);
        }
    }
}

fn catalogue(log: &Log, effects: &mut Effects) {
    let found: BTreeMap<String, (u64, String)> = effects
        .catalogue
        .iter()
        .map(|(stream, item)| (stream.clone(), (item.revision, item.updated_at.clone())))
        .collect();
    if found != log.streams {
        let what = format!("{found:?} instead of {:?}", log.streams);
        effects.violate(Property::TheCatalogueEndsRight, what);
    }
    for (stream, item) in effects.catalogue.clone() {
        let id = stream.split_once('/').map_or("", |(_, id)| id);
        if item.position != format!("{}#{id}", item.updated_at) {
            effects.violate(Property::TheCatalogueEndsRight, format!("{stream}: {item:?}"));
        }
    }
}

fn in_feed(log: &Log, effects: &mut Effects) {
    let expected: BTreeMap<String, u64> = log
        .streams
        .iter()
        .map(|(stream, (last, _))| (stream.clone(), *last))
        .collect();
    match feed::read(&effects.feed) {
        Ok(fed) if fed == expected => {}
        Ok(fed) => effects.violate(
            Property::TheFeedIsWhole,
            format!("{fed:?} instead of {expected:?}"),
        ),
        Err(what) => effects.violate(Property::TheFeedIsWhole, what),
    }
}

fn failure_queue(records: &[Record], effects: &mut Effects) {
    let mut expected: Vec<&Value> = Vec::new();
    for record in records {
        match &record.meaning {
            Meaning::Commit { events, .. } => {
                expected.extend(events.iter().filter_map(|event| event.parked.as_ref()));
            }
            Meaning::Poison { parked, .. } => expected.push(parked),
            Meaning::Change => {}
        }
    }
    let missing = expected.iter().filter(|parked| !effects.parked.contains(parked));
    let foreign = effects.parked.iter().filter(|parked| !expected.contains(parked));
    let wrong: Vec<String> = missing
        .map(|parked| format!("{parked} is not parked"))
        .chain(foreign.map(|parked| format!("{parked} is parked")))
        .collect();
    for what in wrong {
        effects.violate(Property::ExactlyThePoisonIsParked, what);
    }
}

fn changes(records: &[Record], tally: &Tally, reports: &Reports, effects: &mut Effects) {
    let expected: BTreeMap<String, usize> = tally
        .changes_delivered
        .iter()
        .map(|(number, count)| (number.to_string(), *count))
        .collect();
    let is_each_reported = records
        .iter()
        .filter(|record| record.meaning == Meaning::Change)
        .all(|record| expected.contains_key(&record.number.to_string()));
    let total: usize = expected.values().sum();
    #[expect(clippy::cast_precision_loss, reason = "some dozens")]
    let is_measured = (reports.measured - total as f64).abs() < 0.5;
    if reports.lines != expected || !is_measured || !is_each_reported {
        let what = format!("{:?} and {}, of {expected:?}", reports.lines, reports.measured);
        effects.violate(Property::ChangesAreReported, what);
    }
}
