//! How much happened in a run, or in many.

use std::collections::BTreeMap;
use std::fmt;

use super::ledger::Ledger;
use super::mapping::{Answer, Verdict};
use super::record::{Meaning, Record};

/// How much happened in a run, or in many.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) records: usize,
    pub(super) events: usize,
    pub(super) poison: usize,
    pub(super) changes: usize,
    pub(super) invocations: usize,
    pub(super) calls: usize,
    pub(super) partial_answers: usize,
    pub(super) whole_failures: usize,
    pub(super) killed: usize,
    pub(super) repeated: usize,
    /// How often each change to the log was delivered to an invocation that could report it.
    pub(super) changes_delivered: BTreeMap<u128, usize>,
}

impl Tally {
    /// What there is to relay.
    pub(super) fn of(records: &[Record]) -> Self {
        let mut tally = Self {
            records: records.len(),
            ..Self::default()
        };
        for record in records {
            match &record.meaning {
                Meaning::Commit { events, .. } => tally.events += events.len(),
                Meaning::Poison { .. } => tally.poison += 1,
                Meaning::Change => tally.changes += 1,
            }
        }
        tally
    }

    pub(super) fn killed(&mut self, ledger: &Ledger) {
        self.invocations += 1;
        self.calls += ledger.calls;
        self.killed += 1;
    }

    pub(super) fn answered(&mut self, answer: &Answer, batch: &[Record], ledger: &Ledger) {
        self.invocations += 1;
        self.calls += ledger.calls;
        let numbers: Vec<u128> = batch.iter().map(|record| record.number).collect();
        match Verdict::of(answer, &numbers) {
            Verdict::Success => {}
            Verdict::From(_) => self.partial_answers += 1,
            Verdict::Failure => self.whole_failures += 1,
        }
        for record in batch {
            if record.meaning == Meaning::Change {
                *self.changes_delivered.entry(record.number).or_default() += 1;
            }
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.events += other.events;
        self.poison += other.poison;
        self.changes += other.changes;
        self.invocations += other.invocations;
        self.calls += other.calls;
        self.partial_answers += other.partial_answers;
        self.whole_failures += other.whole_failures;
        self.killed += other.killed;
        self.repeated += other.repeated;
        for (number, count) in &other.changes_delivered {
            *self.changes_delivered.entry(*number).or_default() += count;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} records ({} events, {} poison, {} changes), {} delivered again though done; {} invocations, of which \
             {} answered in part, {} failed, {} were killed; {} calls",
            self.records,
            self.events,
            self.poison,
            self.changes,
            self.repeated,
            self.invocations,
            self.partial_answers,
            self.whole_failures,
            self.killed,
            self.calls
        )
    }
}
