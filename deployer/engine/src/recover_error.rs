//! Why a stack was not led out of the state that it is in.

use crate::cloud::CallError;
use crate::stack::guard::Objection;
use crate::stack::{BlueprintError, Failure, Move, StackStatus};

use super::session::Interrupted;
use super::{ErrorKind, Unready};

/// Why a stack was not led out of the state that it is in.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// A call to AWS failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The running operation could not be waited for.
    #[error(transparent)]
    Unready(Unready),
    /// The template cannot be read.
    #[error(transparent)]
    Blueprint(#[from] BlueprintError),
    /// There is no such stack.
    #[error("there is no stack `{stack}`")]
    NoStack { stack: String },
    /// The state allows no such move.
    #[error("`{way}` is no move out of `{status}`")]
    NotPossible {
        stack: String,
        /// Its state.
        status: StackStatus,
        /// The move that was chosen.
        way: Move,
        /// The moves that there are.
        possible: Vec<Move>,
    },
    /// A move that leaves resources as they are was chosen, and none are known.
    #[error("`{way}` leaves resources as they are, and none are named")]
    NothingNamed {
        /// The move.
        way: Move,
    },
    /// No move was chosen, and there is nobody to choose one.
    #[error("stack `{stack}` is `{status}`, and no move is chosen")]
    NeedsChoice {
        stack: String,
        /// Its state.
        status: StackStatus,
        /// The moves that there are.
        possible: Vec<Move>,
    },
    /// No move was chosen by whoever was asked.
    #[error("no move was chosen for stack `{stack}`")]
    Declined { stack: String },
    /// No move is known.
    #[error("no move is known out of `{status}`, the state of stack `{stack}`")]
    NoMove {
        stack: String,
        /// Its state.
        status: StackStatus,
    },
    /// The environment is protected.
    #[error("stack `{stack}` is protected, and the move would delete it")]
    Protected { stack: String },
    /// The move would cost events and was not accepted by name.
    #[error("the move is refused, because stack `{stack}` would take the events with it: {}", objections.iter().map(Objection::acceptance).collect::<Vec<_>>().join(", "))]
    Guarded {
        stack: String,
        /// What it would cost.
        objections: Vec<Objection>,
    },
    /// The move was tried and did not lead out.
    #[error("stack `{stack}` ended as `{status}`")]
    Failed {
        stack: String,
        /// The state it ended in.
        status: StackStatus,
        /// What brought it down.
        cause: Option<Box<Failure>>,
    },
    /// The operation goes on in AWS, but it can no longer be followed.
    #[error("the recovery of stack `{stack}` goes on, but cannot be followed")]
    LostSight {
        stack: String,
        #[source]
        source: CallError,
    },
    /// Somebody asked to stop.
    #[error("interrupted")]
    Interrupted {
        /// The stack on which an operation goes on in AWS, if one does.
        going_on: Option<String>,
    },
}

impl RecoverError {
    /// What the error means to the caller of the program.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Unready(unready) => unready.kind(),
            Self::NotPossible { .. } | Self::NothingNamed { .. } => ErrorKind::Configuration,
            Self::NeedsChoice { .. } | Self::Declined { .. } => ErrorKind::NeedsApproval,
            Self::NoMove { .. } | Self::Protected { .. } | Self::Guarded { .. } => ErrorKind::Refused,
            Self::Interrupted { .. } => ErrorKind::Interrupted,
            Self::Call(_)
            | Self::Blueprint(_)
            | Self::NoStack { .. }
            | Self::Failed { .. }
            | Self::LostSight { .. } => ErrorKind::Failed,
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
