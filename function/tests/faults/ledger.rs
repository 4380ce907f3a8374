//! What the clients of a run sent and were told.

use std::collections::BTreeMap;

use event_store_types::{Event, Timestamp};

use super::history::History;
use super::proposal::{Proposal, StreamPath};
use super::tally::Tally;

/// What the clients of a run sent and were told, in the order in which it happened.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) proposals: Vec<Proposed>,
    pub(crate) readings: Vec<Reading>,
    pub(crate) histories: BTreeMap<StreamPath, History>,
    /// The highest revision that was acknowledged so far.
    acknowledged: BTreeMap<StreamPath, u64>,
    /// Answers that contradict the contract by themselves.
    pub(crate) improper: Vec<String>,
    pub(crate) tally: Tally,
    pub(crate) transcript: Vec<String>,
}

/// A proposal, and what its sender was told of each attempt.
#[derive(Debug)]
pub(crate) struct Proposed {
    pub(crate) proposal: Proposal,
    pub(crate) told: Vec<Told>,
}

/// What a client was told of an append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// It is written; the stream reaches this revision with it.
    Acknowledged {
        revision: u64,
        updated_at: Timestamp,
        is_replay: bool,
    },
    /// It is not written: the stream is elsewhere.
    Conflict {
        current: u64,
        taken_by: Option<Box<Event>>,
    },
    /// It is not written: its ids are in use.
    Reused,
    /// It is not written: there is no such stream.
    NotFound,
    /// Nothing that can be relied on: a 5xx, or no answer.
    Unknown,
}

/// A reading, and what it showed.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) stream: StreamPath,
    pub(crate) question: Question,
    /// The highest revision of the stream that had been acknowledged when the reading began.
    pub(crate) acknowledged: u64,
    pub(crate) shown: Shown,
}

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Question {
    /// The events after a revision.
    After {
        revision: u64,
        limit: usize,
        is_strong: bool,
    },
    /// The events before a revision, or the last ones, newest first.
    Before {
        revision: Option<u64>,
        limit: usize,
        is_strong: bool,
    },
    /// Where the stream is.
    Details,
}

/// What a reading showed.
#[derive(Clone, Debug)]
pub(crate) enum Shown {
    Page {
        events: Vec<Event>,
        has_more: bool,
        last_evaluated: u64,
    },
    Details {
        revision: u64,
        updated_at: Timestamp,
    },
    NotReached {
        current: u64,
    },
    NotFound,
}

impl Question {
    /// Whether it must show whatever was acknowledged before.
    pub(crate) fn is_strong(self) -> bool {
        match self {
            Self::After { is_strong, .. } | Self::Before { is_strong, .. } => is_strong,
            Self::Details => true,
        }
    }
}

impl Ledger {
    /// The highest revision of a stream that has been acknowledged.
    pub(crate) fn acknowledged(&self, stream: &StreamPath) -> u64 {
        self.acknowledged.get(stream).copied().unwrap_or_default()
    }

    /// Enters a proposal, and gives back its number.
    pub(crate) fn propose(&mut self, proposal: Proposal) -> usize {
        self.proposals.push(Proposed {
            proposal,
            told: Vec::new(),
        });
        self.proposals.len() - 1
    }

    /// The history of a stream.
    pub(crate) fn history(&mut self, stream: &StreamPath) -> &mut History {
        self.histories.entry(stream.clone()).or_default()
    }

    /// Enters what the sender of a proposal was told.
    pub(crate) fn tell(&mut self, proposal: usize, told: Told) {
        if let (Told::Acknowledged { revision, .. }, Some(stream)) =
            (&told, &self.proposals[proposal].proposal.stream)
        {
            let stream = stream.clone();
            self.acknowledge(&stream, *revision);
        }
        self.proposals[proposal].told.push(told);
    }

    /// Enters that a stream is known to reach a revision.
    pub(crate) fn acknowledge(&mut self, stream: &StreamPath, revision: u64) {
        let highest = self.acknowledged.entry(stream.clone()).or_default();
        *highest = (*highest).max(revision);
    }
}
