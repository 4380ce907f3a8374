//! How often what happened.

use std::collections::BTreeMap;
use std::fmt;

use super::fault::Fault;

/// How often what happened, in one run or in many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) requests: u32,
    pub(crate) faults: BTreeMap<Fault, u32>,
    /// The answers of the API, and what else came of its operations, by what they say.
    pub(crate) outcomes: BTreeMap<&'static str, u32>,
    /// The events that a follower of the feed had read before.
    pub(crate) repeated: usize,
}

impl Tally {
    pub(crate) fn request(&mut self, fault: Option<Fault>) {
        self.requests += 1;
        if let Some(fault) = fault {
            *self.faults.entry(fault).or_default() += 1;
        }
    }

    pub(crate) fn outcome(&mut self, outcome: &'static str) {
        *self.outcomes.entry(outcome).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.repeated += other.repeated;
        for (fault, count) in &other.faults {
            *self.faults.entry(*fault).or_default() += count;
        }
        for (outcome, count) in &other.outcomes {
            *self.outcomes.entry(outcome).or_default() += count;
        }
    }

    /// Which part of the requests failed. An eventual reading that is answered from an earlier state did not.
    pub(crate) fn share_of_failures(&self) -> f64 {
        let failures = self
            .faults
            .iter()
            .filter(|(fault, _)| **fault != Fault::ReadStale);
        let failures: u32 = failures.map(|(_, count)| count).sum();
        f64::from(failures) / f64::from(self.requests)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = self.share_of_failures() * 100.0;
        writeln!(
            formatter,
            "{} requests to DynamoDB, of which {percent:.1} % failed",
            self.requests
        )?;
        for (fault, count) in &self.faults {
            writeln!(formatter, "{count:>8} {fault:?}")?;
        }
        writeln!(formatter, "operations of the API")?;
        for (outcome, count) in &self.outcomes {
            writeln!(formatter, "{count:>8} {outcome}")?;
        }
        writeln!(formatter, "events of the feed that came again")?;
        writeln!(formatter, "{:>8}", self.repeated)
    }
}
