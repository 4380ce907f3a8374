//! What can go wrong between a caller and the store.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use event_store_types::{Event, Problem, ProblemType, Revision};
use http::StatusCode;

use super::kind::Kind;
use super::transport::Request;
use super::unsettled::Unsettled;
use crate::schema::Undecodable;

/// Why the store did not do what was asked, or was not heard to.
///
/// Opaque: ask it with the `is_…` methods. `{error:#}` tells what led to it as well.
pub struct Error(Box<Inner>);

struct Inner {
    /// Method and path, less the query.
    request: String,
    kind: Kind,
    attempts: u32,
    outcome_unknown: bool,
    write: Option<Box<Unsettled>>,
}

impl Error {
    /// What happened to `request`.
    pub(super) fn of(request: &Request, kind: Kind) -> Self {
        Self::new(request.describe(), kind)
    }

    pub(crate) fn new(request: String, kind: Kind) -> Self {
        let outcome_unknown = kind.leaves_outcome_unknown();
        Self(Box::new(Inner {
            request,
            kind,
            attempts: 1,
            outcome_unknown,
            write: None,
        }))
    }

    /// Tells how often the request was sent, and whether an earlier attempt may have been carried out.
    pub(super) fn after(mut self, attempts: u32, earlier_outcome_unknown: bool) -> Self {
        self.0.attempts = attempts;
        self.0.outcome_unknown |= earlier_outcome_unknown && !self.0.kind.settles();
        self
    }

    /// Keeps the write that was sent, as long as its outcome is not known.
    pub(super) fn of_write(mut self, write: Unsettled) -> Self {
        self.0.write = self.0.outcome_unknown.then(|| Box::new(write));
        self
    }

    /// Whether the revision was taken, or the stream does not reach it yet. [`Self::conflict`] tells more.
    pub fn is_conflict(&self) -> bool {
        self.is_problem(&ProblemType::RevisionConflict)
    }

    /// Where the stream stands and which event won, when this is a conflict.
    pub fn conflict(&self) -> Option<Conflict<'_>> {
        let details = &self.problem().filter(|_| self.is_conflict())?.details;
        Some(Conflict {
            expected_revision: details.expected_revision,
            current_revision: details.current_revision,
            event: details.event.as_ref(),
        })
    }

    /// Whether the stream does not reach the revision after which it was to be read. Whoever follows it from a checkpoint
    /// then has that of another store, or the store was restored to an earlier moment: waiting does not help.
    pub fn is_revision_not_reached(&self) -> bool {
        self.is_problem(&ProblemType::RevisionNotReached)
    }

    /// The revision that the stream is at, when [it does not reach](Self::is_revision_not_reached) the one after which it
    /// was to be read.
    pub fn reached(&self) -> Option<Revision> {
        let problem = self.problem().filter(|_| self.is_revision_not_reached())?;
        problem.details.current_revision
    }

    /// Whether the cursor is of a feed that is no more, or another store's: whoever follows begins anew.
    pub fn is_feed_begun_anew(&self) -> bool {
        self.is_problem(&ProblemType::FeedBegunAnew)
    }

    /// Whether the feed does not reach the cursor: its table was restored to an earlier moment, and must be made anew. Waiting does
    /// not help.
    pub fn is_feed_not_reached(&self) -> bool {
        self.is_problem(&ProblemType::FeedNotReached)
    }

    /// Whether there is no such stream under that type.
    pub fn is_not_found(&self) -> bool {
        self.is_problem(&ProblemType::StreamNotFound)
    }

    /// Whether an event id was met where the events were to stand, or among the stream's newest commits, with other content
    /// or at another place. Not to be decided again: that would have a double effect. The store looks for ids there and
    /// nowhere else, so that an id used twice may as well go unnoticed.
    pub fn is_event_id_reused(&self) -> bool {
        self.is_problem(&ProblemType::EventIdReused)
    }

    /// Whether the request was malformed. [`Self::messages`] tells where.
    pub fn is_invalid(&self) -> bool {
        self.is_problem(&ProblemType::InvalidRequest)
    }

    /// What is wrong with the request, by field.
    pub fn messages(&self) -> Option<&BTreeMap<String, Vec<String>>> {
        self.problem()
            .filter(|_| self.is_invalid())
            .map(|problem| &problem.details.messages)
    }

    /// Whether the events are larger than the store keeps.
    pub fn is_too_large(&self) -> bool {
        self.status() == Some(StatusCode::PAYLOAD_TOO_LARGE)
    }

    /// Whether the caller may not use the store: the request was not signed, or not by whom the store admits.
    pub fn is_forbidden(&self) -> bool {
        matches!(
            self.status(),
            Some(StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED)
        )
    }

    /// Whether the same request may succeed later. The client has retried it already, as its policy says.
    pub fn is_retryable(&self) -> bool {
        self.0.kind.is_retryable()
    }

    /// The write that may have been carried out although it failed here, for [`Client::settle`](crate::Client::settle) to send
    /// again. `None` when it was certainly not carried out.
    pub fn unsettled(&self) -> Option<&Unsettled> {
        self.0.write.as_deref()
    }

    /// The event that could not be read, when that is what went wrong.
    pub fn undecodable(&self) -> Option<&Undecodable> {
        match &self.0.kind {
            Kind::Undecodable(undecodable) => Some(undecodable),
            _ => None,
        }
    }

    /// Whether the stream holds an event of a type that the application does not know. [`Self::undecodable`] tells which.
    pub fn is_unknown_event_type(&self) -> bool {
        self.undecodable().is_some_and(Undecodable::is_unknown_event_type)
    }

    /// The status of the last answer, when there was one.
    pub fn status(&self) -> Option<StatusCode> {
        match &self.0.kind {
            Kind::Problem { status, .. } | Kind::Foreign { status, .. } | Kind::Unreadable { status, .. } => {
                Some(*status)
            }
            _ => None,
        }
    }

    /// The id under which the store, or AWS before it, logged the last attempt.
    pub fn request_id(&self) -> Option<&str> {
        match &self.0.kind {
            Kind::Problem { problem, .. } => Some(&problem.request_id),
            Kind::Foreign { request_id, .. } | Kind::Unreadable { request_id, .. } => request_id.as_deref(),
            _ => None,
        }
    }

    /// What the store said, when it was the store that answered.
    pub fn problem(&self) -> Option<&Problem> {
        match &self.0.kind {
            Kind::Problem { problem, .. } => Some(problem),
            _ => None,
        }
    }

    /// How often the request was sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Where the stream ends, when another event stands where this write was to stand: certainly it was not carried out.
    pub(super) fn end_of_lost_race(&self) -> Option<Revision> {
        let conflict = self.conflict().filter(|_| !self.0.outcome_unknown)?;
        conflict.event.and(conflict.current_revision)
    }

    pub(super) fn retry_after(&self) -> Option<Duration> {
        match &self.0.kind {
            Kind::Problem { retry_after, .. } | Kind::Foreign { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    pub(super) fn outcome_unknown(&self) -> bool {
        self.0.outcome_unknown
    }

    fn is_problem(&self, problem_type: &ProblemType) -> bool {
        self.problem()
            .is_some_and(|problem| problem.problem_type == *problem_type)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            request,
            kind,
            attempts,
            ..
        } = &*self.0;
        write!(formatter, "`{request}`: {kind}")?;
        if *attempts > 1 {
            write!(formatter, " ({attempts} attempts)")?;
        }
        let mut source = kind.source().filter(|_| formatter.alternate());
        while let Some(error) = source {
            write!(formatter, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            request,
            kind,
            attempts,
            outcome_unknown,
            write,
        } = &*self.0;
        formatter
            .debug_struct("Error")
            .field("request", request)
            .field("kind", kind)
            .field("attempts", attempts)
            .field("outcome_unknown", outcome_unknown)
            .field("write", write)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.kind.source()
    }
}

/// What stood in the way of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conflict<'a> {
    /// The revision that the stream was taken to be at; 0 for no stream.
    pub expected_revision: Option<u64>,
    /// The revision that the stream is at.
    pub current_revision: Option<Revision>,
    /// The event that took the revision, when it is taken.
    pub event: Option<&'a Event>,
}
