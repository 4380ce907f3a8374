//! Why a stack was not, or not wholly, deleted.

use super::{ErrorKind, Stopped};

/// Why a stack was not, or not wholly, deleted.
#[derive(Debug, thiserror::Error)]
pub enum DestroyError {
    /// What stops any operation has stopped this one.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// The environment is protected.
    #[error("stack `{stack}` is protected")]
    Protected { stack: String },
    /// A table that would go belongs to another stack.
    #[error("table `{table}` belongs to stack `{stack}`")]
    OwnedElsewhere { table: String, stack: String },
    /// The stack is gone, and things that should have gone with it are not.
    #[error("these are left: `{}`", names.join("`, `"))]
    Leftovers { names: Vec<String> },
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
}

impl DestroyError {
    /// What the error means to the caller of the program.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Stopped(stopped) => stopped.kind(),
            Self::Protected { .. } | Self::OwnedElsewhere { .. } => ErrorKind::Refused,
            Self::Declined { .. } | Self::NoMatch { .. } | Self::NeedsApproval { .. } => {
                ErrorKind::NeedsApproval
            }
            Self::Leftovers { .. } => ErrorKind::Failed,
        }
    }
}
