//! Why a stack could not be recovered.

use crate::stack::guard::Objection;
use crate::stack::{Move, StackStatus};

use super::{ErrorKind, Stopped};

/// Why a stack could not be recovered.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// What stops any operation has stopped this one.
    #[error(transparent)]
    Stopped(#[from] Stopped),
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
}

impl RecoverError {
    /// The kind of the error, which decides the exit code.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Stopped(stopped) => stopped.kind(),
            Self::NotPossible { .. } | Self::NothingNamed { .. } => ErrorKind::Configuration,
            Self::NeedsChoice { .. } | Self::Declined { .. } => ErrorKind::NeedsApproval,
            Self::NoMove { .. } | Self::Protected { .. } | Self::Guarded { .. } => ErrorKind::Refused,
            Self::NoStack { .. } => ErrorKind::Failed,
        }
    }
}
