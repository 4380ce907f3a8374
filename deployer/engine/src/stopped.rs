//! Why an operation on a stack did not come to the end that was asked for, where that has nothing to do with what the operation is.

use crate::cloud::CallError;
use crate::stack::{Failure, StackStatus};

use super::session::Interrupted;
use super::watch::Unseen;
use super::{DeployError, DestroyError, ErrorKind, PushError, RecoverError, Unready};

/// What stops any operation on a stack.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// A call to AWS failed.
    #[error(transparent)]
    Call(CallError),
    /// The stack takes no operation now.
    #[error(transparent)]
    Unready(Unready),
    /// The operation was tried and failed.
    #[error("stack `{stack}` ended as `{status}`")]
    Failed {
        stack: String,
        /// The state it ended in.
        status: StackStatus,
        /// What brought it down, or kept it.
        cause: Option<Box<Failure>>,
    },
    /// The operation goes on in AWS, but it can no longer be followed.
    #[error("the operation on stack `{stack}` goes on, but cannot be followed")]
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

impl Stopped {
    /// An operation that was begun was not followed to its end.
    pub(super) fn unseen(stack: &str, unseen: Unseen) -> Self {
        let stack = stack.to_owned();
        match unseen {
            Unseen::Interrupted => Self::Interrupted {
                going_on: Some(stack),
            },
            Unseen::LostSight(source) => Self::LostSight { stack, source },
        }
    }

    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            Self::Unready(unready) => unready.kind(),
            Self::Interrupted { .. } => ErrorKind::Interrupted,
            Self::Call(_) | Self::Failed { .. } | Self::LostSight { .. } => ErrorKind::Failed,
        }
    }
}

impl From<CallError> for Stopped {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl From<Unready> for Stopped {
    fn from(unready: Unready) -> Self {
        match unready {
            Unready::Interrupted => Self::Interrupted { going_on: None },
            unready => Self::Unready(unready),
        }
    }
}

impl From<Interrupted> for Stopped {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted { going_on: None }
    }
}

macro_rules! stopped_by_what_stops_any_operation {
    ($($error:ident),+) => {$(
        impl From<CallError> for $error {
            fn from(error: CallError) -> Self {
                Self::Stopped(error.into())
            }
        }

        impl From<Unready> for $error {
            fn from(unready: Unready) -> Self {
                Self::Stopped(unready.into())
            }
        }

        impl From<Interrupted> for $error {
            fn from(interrupted: Interrupted) -> Self {
                Self::Stopped(interrupted.into())
            }
        }
    )+};
}

stopped_by_what_stops_any_operation!(DeployError, DestroyError, RecoverError, PushError);
