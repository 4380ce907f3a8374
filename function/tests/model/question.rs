//! An append under way: the store's own step machine, waiting for an answer of the database.

use event_store_function::store::append::{self, Append};
use event_store_function::store::append_at_end::{self, Absent, AppendAtEnd};
use event_store_function::store::commit::{Commit, Tail};
use event_store_function::store::{Put, StreamKey};
use event_store_types::{ExpectedRevision, Revision, Timestamp};

use crate::database::Database;
use crate::outcome::Outcome;
use crate::request::Request;
use crate::surroundings::Surroundings;

/// What an append asks of the database: one of the requests of the store's machines, with the machine inside.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Question {
    Find(append::FindCommit),
    Put(append::PutCommit),
    Tail(append::FindTail),
    Recent(append_at_end::FindRecent),
    PutAtEnd(append_at_end::PutAtEnd),
}

/// How far an append has come.
#[derive(Clone, Debug)]
pub(crate) enum Progress {
    /// It asks this.
    Asks(Question),
    /// It has ended.
    Done(Outcome),
}

/// Where an answer leads, and what may be remembered of it.
#[derive(Debug)]
pub(crate) struct Next {
    pub(crate) progress: Progress,
    pub(crate) learned: Option<Tail>,
}

impl Question {
    /// The first question of `request`, asked at the time `now`. `proof` gives what the process has as a proof that a
    /// commit ends at a revision.
    pub(crate) fn first(
        stream: StreamKey,
        request: &Request,
        now: Timestamp,
        proof: impl FnOnce(Option<Revision>) -> Option<Tail>,
    ) -> Progress {
        let events = request.events.clone();
        let at_end = |stream, events, absent| AppendAtEnd::new(stream, events, now, absent).begin();
        match request.expected {
            ExpectedRevision::Any => at_end(stream, events, Absent::Create).into(),
            ExpectedRevision::StreamExists => at_end(stream, events, Absent::Refuse).into(),
            ExpectedRevision::NoStream | ExpectedRevision::Exact(_) => {
                let append = Append::new(stream, request.first().unwrap(), events, now).unwrap();
                let proof = proof(append.expected());
                append.begin(proof).into()
            }
        }
    }

    /// The commit that it puts, if it is a put.
    pub(crate) fn commit(&self) -> Option<&Commit> {
        match self {
            Self::Put(put) => Some(put.commit()),
            Self::PutAtEnd(put) => Some(put.commit()),
            Self::Find(_) | Self::Tail(_) | Self::Recent(_) => None,
        }
    }

    /// Whether the append may still come to write.
    pub(crate) fn may_write(&self) -> bool {
        !matches!(self, Self::Tail(_))
    }

    /// Has the database answer, and the machine go on.
    pub(crate) fn answered(self, database: &mut Database, surroundings: Surroundings) -> Next {
        match self {
            Self::Find(find) => {
                let newest = database.newest_at_or_before(find.revision());
                find.found(newest.map(|commit| surroundings.shown(commit))).into()
            }
            Self::Put(put) => match surroundings.put(database, put.commit()) {
                Put::Written => put.written().into(),
                Put::Refused(there) => put.refused(surroundings.shown(&there)).into(),
            },
            Self::Tail(find) => find.found(database.tail()).into(),
            Self::Recent(find) => {
                let newest = database.commits().rev().take(find.limit());
                let recent: Vec<Commit> = newest.map(|commit| surroundings.shown(commit)).collect();
                find.found(&recent).into()
            }
            Self::PutAtEnd(put) => match surroundings.put(database, put.commit()) {
                Put::Written => put.written().into(),
                Put::Refused(there) => put.refused(surroundings.shown(&there)).into(),
            },
        }
    }
}

impl From<append::Next> for Next {
    fn from(append::Next { step, learned }: append::Next) -> Self {
        let progress = step.into();
        Self { progress, learned }
    }
}

impl From<append_at_end::Next> for Next {
    fn from(append_at_end::Next { step, learned }: append_at_end::Next) -> Self {
        let progress = step.into();
        Self { progress, learned }
    }
}

impl From<append::Step> for Progress {
    fn from(step: append::Step) -> Self {
        match step {
            append::Step::Find(find) => Self::Asks(Question::Find(find)),
            append::Step::Put(put) => Self::Asks(Question::Put(put)),
            append::Step::Tail(find) => Self::Asks(Question::Tail(find)),
            append::Step::Done(outcome) => Self::Done(outcome.into()),
        }
    }
}

impl From<append_at_end::Step> for Progress {
    fn from(step: append_at_end::Step) -> Self {
        match step {
            append_at_end::Step::Recent(find) => Self::Asks(Question::Recent(find)),
            append_at_end::Step::Put(put) => Self::Asks(Question::PutAtEnd(put)),
            append_at_end::Step::Done(outcome) => Self::Done(outcome.into()),
        }
    }
}
