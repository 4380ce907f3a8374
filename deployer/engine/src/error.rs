//! Why an operation did not do what was asked. Facts only: wording for a user and hints are added at the edge.
//!
//! What every operation can meet is here; the errors of one are in `deploy_error` and `destroy_error`.

use jiff::Timestamp;

use crate::cloud::CallError;
use crate::stack::StackStatus;

use super::session::Interrupted;

/// What an error means to whoever called the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// It was tried and did not work.
    Failed,
    /// It waits for an approval that was not given.
    NeedsApproval,
    /// It was not tried, because the state of things forbids it.
    Refused,
    /// What was asked for cannot be right.
    Configuration,
    /// It was interrupted.
    Interrupted,
}

/// The credentials cannot be used for the environment.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// AWS could not say whose credentials these are.
    #[error(transparent)]
    Call(#[from] CallError),
    /// They are of another account.
    #[error("the credentials are of account `{actual}`, the environment is in `{expected}`")]
    WrongAccount {
        /// The environment's account.
        expected: String,
        /// The credentials' account.
        actual: String,
        /// The ARN of the user or role.
        caller: String,
    },
}

/// A stack that takes no operation now.
#[derive(Debug, thiserror::Error)]
pub enum Unready {
    /// AWS could not describe it.
    #[error(transparent)]
    Call(#[from] CallError),
    /// Another operation is running.
    #[error("stack `{stack}` is `{status}` since {since}")]
    Busy {
        stack: String,
        /// Its state.
        status: StackStatus,
        /// When the operation began.
        since: Timestamp,
        /// Who started it, where that is known.
        by: Option<String>,
    },
    /// An operation failed and could not be undone.
    #[error("stack `{stack}` is `{status}` since {since} and has to be recovered first")]
    NeedsRecovery {
        stack: String,
        /// Its state.
        status: StackStatus,
        /// When the failed operation began.
        since: Timestamp,
        /// Why it is in that state, in AWS's words.
        reason: Option<String>,
    },
    /// The stack is another environment's, or says of none that it is its.
    #[error("stack `{stack}` {}", owner.as_ref().map_or_else(|| "does not say which environment it is of".to_owned(), |owner| format!("is of environment `{owner}`")))]
    NotOurs {
        stack: String,
        /// The environment that it says it is of.
        owner: Option<String>,
    },
    /// The stack is in a state that is not known, so that it cannot be known what comes of it.
    #[error("stack `{stack}` is `{status}`, a state that is not known")]
    UnknownState {
        stack: String,
        /// Its state.
        status: StackStatus,
    },
    /// Somebody asked to stop while another operation was waited for.
    #[error("interrupted")]
    Interrupted,
}

/// Why a stack could not be described.
#[derive(Debug, thiserror::Error)]
pub enum DescribeError {
    /// A call to AWS failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// There is no such stack.
    #[error("there is no stack `{stack}`")]
    NoStack { stack: String },
    /// There is a stack by name alone.
    #[error("stack `{stack}` is empty (`REVIEW_IN_PROGRESS`): its first change set was never executed")]
    Empty { stack: String },
}

impl From<Interrupted> for Unready {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted
    }
}

impl AccountError {
    /// What the error means to the caller of the program.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Call(_) => ErrorKind::Failed,
            Self::WrongAccount { .. } => ErrorKind::Refused,
        }
    }
}

impl Unready {
    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            Self::Call(_) => ErrorKind::Failed,
            Self::Interrupted => ErrorKind::Interrupted,
            Self::Busy { .. }
            | Self::NeedsRecovery { .. }
            | Self::NotOurs { .. }
            | Self::UnknownState { .. } => ErrorKind::Refused,
        }
    }
}
