//! What the services did, and what they told the relay of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::feed::Feed;
use super::flaw::Flaw;
use super::log::Revision;
use super::violation::{Property, Violation};

/// What all shards' invocations have effected.
#[derive(Default)]
pub(super) struct Effects {
    /// The catalogue's items, by key: the attributes that say something.
    pub(super) catalogue: BTreeMap<String, Item>,
    pub(super) feed: Feed,
    /// What was announced, with its event type where an attribute gave it.
    pub(super) announced: BTreeSet<(Revision, Option<String>)>,
    pub(super) parked: Vec<Value>,
    pub(super) violations: Vec<Violation>,
    pub(super) flaw: Option<Flaw>,
}

/// An item of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) revision: u64,
    pub(super) updated_at: String,
    pub(super) position: String,
    /// The feed that the stream is in, up to its revision.
    pub(super) feed: String,
}

impl Effects {
    pub(super) fn violate(&mut self, property: Property, what: impl Into<String>) {
        self.violations.push(property.violated(what));
    }

    pub(super) fn lists(&self, stream: &str, revision: u64) -> bool {
        self.catalogue
            .get(stream)
            .is_some_and(|item| item.revision >= revision)
    }

    pub(super) fn is_announced(&self, stream: &str, revision: u64) -> bool {
        let key = (stream.to_owned(), revision);
        self.announced
            .range((key.clone(), None)..)
            .next()
            .is_some_and(|(found, _)| *found == key)
    }
}

/// What an invocation was told: the effects that it may rely on.
#[derive(Default)]
pub(super) struct Ledger {
    pub(super) calls: usize,
    /// The highest revision that the catalogue acknowledged.
    listed: BTreeMap<String, u64>,
    /// How often each notification was acknowledged.
    announced: BTreeMap<Revision, usize>,
    parked: Vec<Value>,
}

impl Ledger {
    pub(super) fn listed(stream: &str, revision: u64) -> Self {
        Self {
            listed: BTreeMap::from([(stream.to_owned(), revision)]),
            ..Self::default()
        }
    }

    pub(super) fn announced(revisions: impl IntoIterator<Item = Revision>) -> Self {
        let mut told = Self::default();
        for revision in revisions {
            *told.announced.entry(revision).or_default() += 1;
        }
        told
    }

    pub(super) fn parked(body: Value) -> Self {
        Self {
            parked: vec![body],
            ..Self::default()
        }
    }

    pub(super) fn add(&mut self, told: Self) {
        self.calls += told.calls;
        for (stream, revision) in told.listed {
            let highest = self.listed.entry(stream).or_default();
            *highest = revision.max(*highest);
        }
        for (revision, count) in told.announced {
            *self.announced.entry(revision).or_default() += count;
        }
        self.parked.extend(told.parked);
    }

    pub(super) fn knows_listed(&self, stream: &str, revision: u64) -> bool {
        self.listed
            .get(stream)
            .is_some_and(|highest| *highest >= revision)
    }

    pub(super) fn knows_announced(&self, stream: &str, revision: u64, times: usize) -> bool {
        let count = self.announced.get(&(stream.to_owned(), revision)).copied();
        count.unwrap_or_default() >= times
    }

    pub(super) fn knows_parked(&self, body: &Value, times: usize) -> bool {
        self.parked.iter().filter(|parked| *parked == body).count() >= times
    }
}
