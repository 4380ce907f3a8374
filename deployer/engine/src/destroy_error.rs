//! Why a stack was not, or not wholly, deleted.

use crate::cloud::CallError;
use crate::stack::{Failure, StackStatus};

use super::session::Interrupted;
use super::{ErrorKind, Unready};

/// Why a stack was not, or not wholly, deleted.
#[derive(Debug, thiserror::Error)]
pub enum DestroyError {
    /// A call to AWS failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The stack takes no operation now.
    #[error(transparent)]
    Unready(Unready),
    /// The environment is protected.
    #[error("stack `{stack}` is protected")]
    Protected { stack: String },
    /// A table that would go belongs to another stack.
    #[error("table `{table}` belongs to stack `{stack}`")]
    OwnedElsewhere { table: String, stack: String },
    /// The deletion was tried and failed.
    #[error("stack `{stack}` ended as `{status}`")]
    Failed {
        stack: String,
        /// The state it ended in.
        status: StackStatus,
        /// What kept it.
        cause: Option<Box<Failure>>,
    },
    /// The stack is gone, and things that should have gone with it are not.
    #[error("these are left: `{}`", names.join("`, `"))]
    Leftovers { names: Vec<String> },
    /// The deletion goes on in AWS, but it can no longer be followed.
    #[error("the deletion of stack `{stack}` goes on, but cannot be followed")]
    LostSight {
        stack: String,
        #[source]
        source: CallError,
    },
    /// What was typed to approve the deletion is another name.
    #[error("what was typed does not match the stack `{stack}`")]
    NoMatch { stack: String },
    /// The deletion was not approved.
    #[error("the deletion of stack `{stack}` was declined")]
    Declined { stack: String },
    /// The deletion needs an approval, and there is nobody to give it.
    #[error("the deletion of stack `{stack}` needs approval")]
    NeedsApproval {
        stack: String,
        /// Whether data would go.
        purges: bool,
    },
    /// Somebody asked to stop.
    #[error("interrupted")]
    Interrupted {
        /// The stack on which an operation goes on in AWS, if one does.
        going_on: Option<String>,
    },
}

impl DestroyError {
    /// What the error means to the caller of the program.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Unready(unready) => unready.kind(),
            Self::Protected { .. } | Self::OwnedElsewhere { .. } => ErrorKind::Refused,
            Self::Declined { .. } | Self::NoMatch { .. } | Self::NeedsApproval { .. } => {
                ErrorKind::NeedsApproval
            }
            Self::Interrupted { .. } => ErrorKind::Interrupted,
            Self::Call(_) | Self::Failed { .. } | Self::Leftovers { .. } | Self::LostSight { .. } => {
                ErrorKind::Failed
            }
        }
    }
}

impl From<Unready> for DestroyError {
    fn from(unready: Unready) -> Self {
        match unready {
            Unready::Interrupted => Self::Interrupted { going_on: None },
            unready => Self::Unready(unready),
        }
    }
}

impl From<Interrupted> for DestroyError {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted { going_on: None }
    }
}
