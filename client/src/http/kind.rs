//! PURE: what can happen to a request.

use std::time::Duration;

use event_store_types::{Problem, ProblemType};
use http::StatusCode;

use super::transport::NoAnswer;
use crate::BoxError;
use crate::schema::{Undecodable, Unencodable};

/// What happened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Kind {
    #[error("the store answered {} `{}`: {}", status.as_u16(), problem.problem_type, problem.detail)]
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
    #[error(transparent)]
    NoAnswer(NoAnswer),
    #[error("there was no answer in time")]
    TimedOut { is_sent: bool },
    #[error(transparent)]
    NotSigned(BoxError),
    #[error("the request cannot be written as JSON")]
    Body(#[source] serde_json::Error),
    #[error("the page after `{key}` says that it is followed by itself or by one before it")]
    PagesGoRound { key: String },
    #[error("the page says that there is more, but not where")]
    PageWithoutKey,
    #[error("reading ahead was cancelled")]
    Cancelled,
    #[error(transparent)]
    Undecodable(Undecodable),
    #[error("an event cannot be written")]
    Unencodable(#[source] Unencodable),
}

impl Kind {
    pub(crate) fn is_retryable(&self) -> bool {
        match self {
            Self::Problem { status, .. } | Self::Foreign { status, .. } => {
                status.is_server_error()
                    || matches!(
                        *status,
                        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS
                    )
            }
            // Whatever goes wrong before a request is sent but for the way to the store goes wrong again.
            Self::NoAnswer(_) | Self::TimedOut { .. } => true,
            _ => false,
        }
    }

    /// Whether the attempt that ended so may have been carried out.
    pub(crate) fn leaves_outcome_unknown(&self) -> bool {
        match self {
            Self::NoAnswer(no_answer) => no_answer.is_sent(),
            Self::TimedOut { is_sent } => *is_sent,
            Self::Unreadable { .. } => true,
            _ => self.is_retryable(),
        }
    }

    /// Whether this tells that no earlier attempt was carried out either, nor ever will be: the store looked and did not find it,
    /// and what it did find stands in the way of an attempt that is still under way.
    pub(crate) fn settles(&self) -> bool {
        match self {
            // A stream that does not reach the revision yet may reach it before such an attempt arrives.
            Self::Problem { problem, .. } if problem.problem_type == ProblemType::RevisionConflict => {
                problem.details.event.is_some()
            }
            Self::Problem { .. } => !self.is_retryable(),
            _ => false,
        }
    }
}
