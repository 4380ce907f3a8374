//! What surrounds the step machines: as it should be, or with one mistake.

use event_store_function::store::Put;
use event_store_function::store::commit::{Commit, CommitEvent, CommitEvents, Tail};
use event_store_types::{EventId, Revision};
use uuid::Uuid;

use crate::database::Database;
use crate::outcome::Outcome;
use crate::request::moment;

/// A rule of the protocol that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// The put does not ask whether a commit starts at its revision.
    ConditionDropped,
    /// An append is begun as if it were known that a commit ends right before it.
    ProofDropped,
    /// That the revision before exists is taken for the proof that a commit ends there.
    AtLeastInsteadOfExactly,
    /// A process remembers what it sent, as if it had been written.
    TailFromRequestSent,
    /// A replay answers where the stream is now.
    ReplayAnswersCurrentRevision,
    /// Ids are not compared: those of the commits that are there come as if they were others.
    IdCheckDropped,
}

/// Everything through which a step machine meets its process, its database and its caller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings {
    mistake: Option<Mistake>,
}

impl Surroundings {
    /// As they are in production.
    pub(crate) const RIGHT: Self = Self { mistake: None };

    /// As they are in production, but for one mistake.
    pub(crate) const fn with(mistake: Mistake) -> Self {
        Self {
            mistake: Some(mistake),
        }
    }

    /// What a process offers as the proof that a commit ends at `expected`. Whether it is one, the machine sees.
    pub(crate) fn proof(self, remembered: Option<Tail>, expected: Option<Revision>) -> Option<Tail> {
        match (self.mistake, expected) {
            (Some(Mistake::ProofDropped), Some(revision)) => Some(Tail {
                revision,
                created_at: moment(0),
            }),
            (Some(Mistake::AtLeastInsteadOfExactly), Some(revision)) => remembered
                .filter(|tail| tail.revision >= revision)
                .map(|tail| Tail { revision, ..tail }),
            _ => remembered,
        }
    }

    /// What a process remembers because it sends `commit`: nothing, for it may never be written.
    pub(crate) fn remembered_of_request(self, commit: &Commit) -> Option<Tail> {
        (self.mistake == Some(Mistake::TailFromRequestSent)).then(|| commit.tail())
    }

    /// Carries out a put.
    pub(crate) fn put(self, database: &mut Database, commit: &Commit) -> Put {
        match self.mistake {
            Some(Mistake::ConditionDropped) => database.put_unconditionally(commit),
            _ => database.put(commit),
        }
    }

    /// Whether a put of `commit` would change anything.
    pub(crate) fn would_write(self, database: &Database, commit: &Commit) -> bool {
        self.mistake == Some(Mistake::ConditionDropped) || !database.starts_at(commit.first())
    }

    /// A commit that is there, as an answer shows it.
    pub(crate) fn shown(self, there: &Commit) -> Commit {
        match self.mistake {
            Some(Mistake::IdCheckDropped) => with_other_ids(there),
            _ => there.clone(),
        }
    }

    /// What the caller is told of `outcome`.
    pub(crate) fn told(self, outcome: Outcome, database: &Database) -> Outcome {
        match (self.mistake, outcome, database.tail()) {
            (Some(Mistake::ReplayAnswersCurrentRevision), Outcome::Replayed(_), Some(tail)) => {
                Outcome::Replayed(tail)
            }
            (_, outcome, _) => outcome,
        }
    }
}

/// The same commit, but each event with an id that nobody sent.
fn with_other_ids(commit: &Commit) -> Commit {
    let events = commit.events().as_slice().iter().map(|event| CommitEvent {
        id: EventId::from(Uuid::from_u128(!event.id.as_uuid().as_u128())),
        ..event.clone()
    });
    let events = CommitEvents::new(events.collect()).unwrap();
    Commit::new(commit.first(), commit.created_at(), events).unwrap()
}
