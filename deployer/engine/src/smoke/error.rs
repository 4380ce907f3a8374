//! Why a store does not do what it should.

use std::error::Error;
use std::time::Duration;

use crate::cloud::CallError;
use crate::session::Interrupted;
use crate::{ErrorKind, Unready};

use super::SmokeStep;

/// Whatever a caller of the store is told.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Why a store does not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum SmokeError {
    /// A call to AWS failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The stack is another environment's.
    #[error(transparent)]
    Unready(#[from] Unready),
    /// There is no such stack.
    #[error("there is no stack `{stack}`")]
    NoStack { stack: String },
    /// The stack does not tell where the store or its topic is.
    #[error("stack `{stack}` is no event store: it has no output `{output}`")]
    NoOutput { stack: String, output: String },
    /// The store cannot be called at all.
    #[error("the store cannot be called")]
    Unreachable(#[source] BoxError),
    /// The store does something wrong.
    #[error("the smoke test failed at `{step}`")]
    Failed {
        step: SmokeStep,
        /// What it does.
        #[source]
        source: BoxError,
    },
    /// What should be seen was not, within the time. It may be on its way.
    #[error("the smoke test has not seen `{step}` within {} seconds", timeout.as_secs())]
    NotSeen {
        step: SmokeStep,
        /// How long all steps together may take.
        timeout: Duration,
        /// What stood in the way last, if something did.
        #[source]
        source: Option<BoxError>,
    },
    /// Who does not sign is not refused.
    #[error(
        "the smoke test failed at `refuse-unsigned`: a call without a signature was answered with {status}, not with 403"
    )]
    LetsAnybodyIn {
        /// The status of the answer.
        status: u16,
    },
    /// Somebody asked to stop.
    #[error("interrupted")]
    Interrupted,
}

impl SmokeError {
    /// What the error means to the caller of the program.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Interrupted => ErrorKind::Interrupted,
            Self::Unready(unready) => unready.kind(),
            Self::NoOutput { .. } => ErrorKind::Configuration,
            _ => ErrorKind::Failed,
        }
    }

    /// Whether the store does something wrong. Otherwise AWS is late, or the trial could not be made; which says nothing of the store.
    pub fn is_wrong_behaviour(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::LetsAnybodyIn { .. })
    }

    /// The step that failed, if one was come to.
    pub fn step(&self) -> Option<SmokeStep> {
        match self {
            Self::Failed { step, .. } | Self::NotSeen { step, .. } => Some(*step),
            Self::LetsAnybodyIn { .. } => Some(SmokeStep::RefuseUnsigned),
            _ => None,
        }
    }
}

impl From<Interrupted> for SmokeError {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted
    }
}
