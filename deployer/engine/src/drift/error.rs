//! PURE: why drift could not be detected.

use crate::ErrorKind;
use crate::cloud::CallError;
use crate::session::Interrupted;
use crate::stack::StackStatus;

/// Why drift could not be detected.
#[derive(Debug, thiserror::Error)]
pub enum DriftError {
    /// A call to AWS failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// There is no such stack.
    #[error("there is no stack `{stack}`")]
    NoStack { stack: String },
    /// The stack is being changed.
    #[error("stack `{stack}` is `{status}`: drift is looked for when that is over")]
    Busy {
        stack: String,
        /// Its state.
        status: StackStatus,
    },
    /// The user interrupted the command.
    #[error("interrupted")]
    Interrupted,
}

impl DriftError {
    /// The kind of the error, which decides the exit code.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Call(_) | Self::NoStack { .. } => ErrorKind::Failed,
            Self::Busy { .. } => ErrorKind::Refused,
            Self::Interrupted => ErrorKind::Interrupted,
        }
    }
}

impl From<Interrupted> for DriftError {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted
    }
}
