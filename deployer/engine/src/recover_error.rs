//! Why a stack could not be recovered.

use crate::cloud::CallError;
use crate::stack::guard::Objection;
use crate::stack::{Failure, Move, StackStatus};

use super::session::Interrupted;
use super::{ErrorKind, Unready};

/// Why a stack could not be recovered.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// A call to AWS failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The running operation could not be awaited.
    #[error(transparent)]
    Unready(Unready),
    /// There is no such stack.
    #[error("there is no stack `{stack}`")]
    NoStack { stack: String },
    /// The state does not allow this move.
    #[error("`{way}` is no move out of `{status}`")]
    NotPossible {
        stack: String,
        /// Its state.
        status: StackStatus,
        /// The chosen move.
        way: Move,
        /// The possible moves.
        possible: Vec<Move>,
    },
    /// The chosen move leaves resources as they are, but none are known.
    #[error("`{way}` leaves resources as they are, and none are named")]
    NothingNamed {
        /// The move.
        way: Move,
    },
    /// No move was chosen, and nobody is there to choose one.
    #[error("stack `{stack}` is `{status}`, and no move is chosen")]
    NeedsChoice {
        stack: String,
        /// Its state.
        status: StackStatus,
        /// The possible moves.
        possible: Vec<Move>,
    },
    /// The user chose no move.
    #[error("no move was chosen for stack `{stack}`")]
    Declined { stack: String },
    /// No move out of the state is known.
    #[error("no move is known out of `{status}`, the state of stack `{stack}`")]
    NoMove {
        stack: String,
        /// Its state.
        status: StackStatus,
    },
    /// The environment is protected.
    #[error("stack `{stack}` is protected, and the move would delete it")]
    Protected { stack: String },
    /// The move would cost events, and was not accepted by name.
    #[error("the move is refused, because stack `{stack}` would take the events with it: {}", objections.iter().map(Objection::acceptance).collect::<Vec<_>>().join(", "))]
    Guarded {
        stack: String,
        /// Its cost.
        objections: Vec<Objection>,
    },
    /// The move was tried and failed.
    #[error("stack `{stack}` ended as `{status}`")]
    Failed {
        stack: String,
        /// The final state of the stack.
        status: StackStatus,
        /// The root cause, if known.
        cause: Option<Box<Failure>>,
    },
    /// The operation goes on in AWS, but it can no longer be followed.
    #[error("the recovery of stack `{stack}` goes on, but cannot be followed")]
    LostSight {
        stack: String,
        #[source]
        source: CallError,
    },
    /// The user interrupted the command.
    #[error("interrupted")]
    Interrupted {
        /// The stack on which an operation continues in AWS, if one does.
        going_on: Option<String>,
    },
}

impl RecoverError {
    /// The kind of the error, which decides the exit code.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Unready(unready) => unready.kind(),
            Self::NotPossible { .. } | Self::NothingNamed { .. } => ErrorKind::Configuration,
            Self::NeedsChoice { .. } | Self::Declined { .. } => ErrorKind::NeedsApproval,
            Self::NoMove { .. } | Self::Protected { .. } | Self::Guarded { .. } => ErrorKind::Refused,
            Self::Interrupted { .. } => ErrorKind::Interrupted,
            Self::Call(_) | Self::NoStack { .. } | Self::Failed { .. } | Self::LostSight { .. } => {
                ErrorKind::Failed
            }
        }
    }
}

impl From<Unready> for RecoverError {
    fn from(unready: Unready) -> Self {
        match unready {
            Unready::Interrupted => Self::Interrupted { going_on: None },
            unready => Self::Unready(unready),
        }
    }
}

impl From<Interrupted> for RecoverError {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted { going_on: None }
    }
}
