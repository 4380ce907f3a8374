//! What can go wrong between a caller and the store.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use event_store_types::{Event, EventId, Problem, ProblemType, Revision, StreamId};
use http::StatusCode;

use super::sign::SignatureError;

/// Why the store did not do what was asked, or was not heard to.
///
/// Opaque: ask it with the `is_…` methods.
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    /// Method and path, less the query.
    request: String,
    kind: Kind,
    attempts: u32,
    outcome_unknown: bool,
    write: Option<Unsettled>,
}

impl Error {
    pub(super) fn new(request: String, kind: Kind) -> Self {
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

    /// Names the ids that a write was sent with.
    pub(super) fn of_write(mut self, stream_id: StreamId, event_id: EventId) -> Self {
        self.0.write = Some(Unsettled { stream_id, event_id });
        self
    }

    /// Whether the revision was taken, or the stream does not reach it yet. [`Self::conflict`] tells more.
    pub fn is_conflict(&self) -> bool {
        self.is_problem(ProblemType::RevisionConflict)
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

    /// Whether there is no such stream under that type.
    pub fn is_not_found(&self) -> bool {
        self.is_problem(ProblemType::StreamNotFound)
    }

    /// Whether the event id is in the stream already, with other content or at another place. Not to be
    /// decided again: that would have a double effect.
    pub fn is_event_id_reused(&self) -> bool {
        self.is_problem(ProblemType::EventIdReused)
    }

    /// Whether the request was malformed. [`Self::messages`] tells where.
    pub fn is_invalid(&self) -> bool {
        self.is_problem(ProblemType::InvalidRequest)
    }

    /// What is wrong with the request, by field.
    pub fn messages(&self) -> Option<&BTreeMap<String, Vec<String>>> {
        self.problem()
            .filter(|_| self.is_invalid())
            .map(|problem| &problem.details.messages)
    }

    /// Whether the event is larger than the store keeps.
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

    /// The ids to repeat a write with when it may have been carried out although it failed here: with them
    /// the store recognises its own. `None` when the write was certainly not carried out.
    pub fn unsettled(&self) -> Option<Unsettled> {
        self.0.write.filter(|_| self.0.outcome_unknown)
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

    pub(super) fn retry_after(&self) -> Option<Duration> {
        match &self.0.kind {
            Kind::Problem { retry_after, .. } | Kind::Foreign { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    pub(super) fn outcome_unknown(&self) -> bool {
        self.0.outcome_unknown
    }

    fn is_problem(&self, problem_type: ProblemType) -> bool {
        self.problem()
            .is_some_and(|problem| problem.problem_type == problem_type)
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
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
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

/// The ids of a write of which it is not known whether it was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unsettled {
    /// The stream written to.
    pub stream_id: StreamId,
    /// The event written.
    pub event_id: EventId,
}

/// What happened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Kind {
    #[error("the store answered {} `{}`: {}", status.as_u16(), slug(problem), problem.detail)]
    Problem {
        status: StatusCode,
        problem: Box<Problem>,
        retry_after: Option<Duration>,
    },
    /// An answer with the status of a failure that the store did not write: AWS's own, or a proxy's.
    #[error("the answer was {} with a body that is not the store's: `{excerpt}`", status.as_u16())]
    Foreign {
        status: StatusCode,
        request_id: Option<String>,
        retry_after: Option<Duration>,
        excerpt: String,
    },
    #[error("the answer {} cannot be read", status.as_u16())]
    Unreadable {
        status: StatusCode,
        request_id: Option<String>,
        source: serde_json::Error,
    },
    #[error("there was no answer")]
    NoAnswer(#[source] reqwest::Error),
    #[error("the credentials cannot be had")]
    Credentials(#[source] CredentialsError),
    #[error("the request cannot be signed")]
    Signature(#[source] SignatureError),
    #[error("the request cannot be written as JSON")]
    Body(#[source] serde_json::Error),
    #[error("the page after `{key}` says that it is followed by itself or by one before it")]
    PagesGoRound { key: String },
    #[error("the page says that there is more, but not where")]
    PageWithoutKey,
}

impl Kind {
    fn is_retryable(&self) -> bool {
        match self {
            Self::Problem { status, .. } | Self::Foreign { status, .. } => {
                status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS
            }
            // Whatever goes wrong before a request is sent goes wrong again.
            Self::NoAnswer(source) => !source.is_builder(),
            _ => false,
        }
    }

    /// Whether the attempt that ended so may have been carried out.
    fn leaves_outcome_unknown(&self) -> bool {
        self.is_retryable() || matches!(self, Self::Unreadable { .. })
    }

    /// Whether this tells that no earlier attempt was carried out either: the store looked and did not find it.
    fn settles(&self) -> bool {
        matches!(self, Self::Problem { .. }) && !self.is_retryable()
    }
}

fn slug(problem: &Problem) -> String {
    serde_json::to_value(problem.problem_type)
        .ok()
        .and_then(|value| value.as_str().map(ToOwned::to_owned))
        .unwrap_or_default()
}
