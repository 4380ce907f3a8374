//! PURE: why some or all artifacts were not deleted.

use crate::cloud::CallError;
use crate::session::Interrupted;
use crate::stack::StackStatus;
use crate::{ErrorKind, LedgerError};

/// Why some or all artifacts were not deleted.
#[derive(Debug, thiserror::Error)]
pub enum GcError {
    /// The bucket could not be listed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// Something that may refer to an artifact could not be read.
    #[error("nothing was deleted: it is not known what refers to artifacts without {what}")]
    Unproven {
        /// What could not be read.
        what: String,
        #[source]
        source: LedgerError,
    },
    /// A stack is between two templates, because an operation is in progress or has failed.
    #[error(
        "nothing was deleted: stack `{stack}` is `{status}`, and may return to a template that cannot be read now"
    )]
    Unsettled {
        stack: String,
        /// Its state.
        status: StackStatus,
    },
    /// The deletion was not approved.
    #[error("the deletion was declined")]
    Declined,
    /// The deletion needs an approval, but nobody is there to give it.
    #[error("the deletion needs approval")]
    NeedsApproval,
    /// An object could not be deleted.
    #[error("`{key}` could not be deleted, after {deleted} others were")]
    NotDeleted {
        key: String,
        /// How many objects were deleted before.
        deleted: usize,
        #[source]
        source: CallError,
    },
    /// The user interrupted the command.
    #[error("interrupted, after {deleted} objects were deleted")]
    Interrupted {
        /// How many objects were deleted before.
        deleted: usize,
    },
}

impl From<Interrupted> for GcError {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted { deleted: 0 }
    }
}

impl GcError {
    /// The kind of the error, which decides the exit code.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Unsettled { .. } => ErrorKind::Refused,
            Self::Declined | Self::NeedsApproval => ErrorKind::NeedsApproval,
            Self::Interrupted { .. } => ErrorKind::Interrupted,
            Self::Call(_) | Self::Unproven { .. } | Self::NotDeleted { .. } => ErrorKind::Failed,
        }
    }
}
