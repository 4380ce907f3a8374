//! Why a drill did not go well.

use jiff::Timestamp;

use crate::cloud::{CallError, RestoreWindow};
use crate::session::Interrupted;
use crate::smoke::{BoxError, SmokeError};
use crate::stack::BlueprintError;
use crate::{DeployError, DestroyError, ErrorKind, LedgerError, ReconcileError, Unready};

use super::{DrillStep, Verified};

/// Why a drill was not begun, or did not go well.
#[derive(Debug, thiserror::Error)]
pub enum DrillError {
    /// A call to AWS failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The stack is another environment's.
    #[error(transparent)]
    Unready(#[from] Unready),
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A template cannot be read.
    #[error(transparent)]
    Blueprint(#[from] BlueprintError),
    /// There is no such stack.
    #[error("there is no stack `{stack}`")]
    NoStack { stack: String },
    /// The template keeps no log.
    #[error(
        "the template has no table with a stream and a name of its own: it keeps no log that could be restored"
    )]
    NoLog,
    /// The log is not there.
    #[error("there is no table `{table}`")]
    NoTable { table: String },
    /// Nothing tells which code reads the log.
    #[error(
        "stack `{stack}` has no recorded release, which would tell the code that a restored log is read with"
    )]
    NoRelease { stack: String },
    /// The log cannot be restored.
    #[error("table `{table}` has no point-in-time recovery")]
    NoRecovery { table: String },
    /// The log cannot be restored as it was at that moment.
    #[error("table `{table}` cannot be restored as it was at {at}{}", reach(window))]
    OutOfReach {
        table: String,
        at: Timestamp,
        /// As of when it can be.
        window: RestoreWindow,
    },
    /// A table of the drill's name is another environment's.
    #[error("table `{table}` is of environment `{owner}`")]
    TableOfAnother { table: String, owner: String },
    /// The drill was not approved.
    #[error("the drill of stack `{stack}` was declined")]
    Declined { stack: String },
    /// The drill needs an approval, and there is nobody to give it.
    #[error("the drill of stack `{stack}` needs approval")]
    NeedsApproval { stack: String },
    /// Somebody asked to stop before anything was made.
    #[error("interrupted")]
    Interrupted,
    /// A step failed.
    #[error("the drill failed at `{step}`")]
    Failed {
        step: DrillStep,
        #[source]
        cause: Box<StepError>,
        /// What could not be taken down; none, where all is gone.
        left: Option<Box<LeftBehind>>,
    },
    /// All went well, and could not be taken down.
    #[error("the log was restored and verified, and could not be taken down")]
    NotTakenDown(#[source] Box<LeftBehind>),
}

/// What a drill has made and could not remove.
#[derive(Debug, thiserror::Error)]
#[error("stack `{stack}` or table `{table}` is left")]
pub struct LeftBehind {
    pub stack: String,
    pub table: String,
    /// Why.
    #[source]
    pub source: BoxError,
}

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// A call to AWS failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// A table or stack takes no operation.
    #[error(transparent)]
    Unready(Unready),
    /// What an earlier drill has left could not be removed.
    #[error(transparent)]
    Destroy(DestroyError),
    /// The table that was being restored is not there.
    #[error("table `{table}`, which was being restored, is gone")]
    Vanished { table: String },
    /// The store was not deployed.
    #[error(transparent)]
    Deploy(#[from] DeployError),
    /// The listing and the feed were not made complete.
    #[error(transparent)]
    Reconcile(ReconcileError),
    /// The store was not found.
    #[error(transparent)]
    NotFound(#[from] SmokeError),
    /// The store could not be read.
    #[error("the restored store cannot be verified")]
    Unverified(#[source] BoxError),
    /// The store is not whole.
    #[error("{}", not_whole(.0))]
    NotWhole(Verified),
    /// Somebody asked to stop.
    #[error("interrupted")]
    Interrupted,
}

impl DrillError {
    /// What the error means to the caller of the program.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Unready(unready) => unready.kind(),
            Self::NoLog | Self::OutOfReach { .. } => ErrorKind::Configuration,
            Self::NoRecovery { .. } | Self::TableOfAnother { .. } => ErrorKind::Refused,
            Self::Declined { .. } | Self::NeedsApproval { .. } => ErrorKind::NeedsApproval,
            Self::Interrupted => ErrorKind::Interrupted,
            Self::Failed { cause, .. } if cause.is_interrupted() => ErrorKind::Interrupted,
            _ => ErrorKind::Failed,
        }
    }
}

impl StepError {
    /// Whether somebody asked to stop.
    pub fn is_interrupted(&self) -> bool {
        match self {
            Self::Interrupted => true,
            Self::Unready(unready) => unready.kind() == ErrorKind::Interrupted,
            Self::Destroy(error) => error.kind() == ErrorKind::Interrupted,
            Self::Deploy(error) => error.kind() == ErrorKind::Interrupted,
            Self::Reconcile(error) => error.kind() == ErrorKind::Interrupted,
            Self::NotFound(error) => error.kind() == ErrorKind::Interrupted,
            Self::Call(_) | Self::Vanished { .. } | Self::Unverified(_) | Self::NotWhole(_) => false,
        }
    }
}

fn reach(window: &RestoreWindow) -> String {
    match (window.earliest, window.latest) {
        (Some(earliest), Some(latest)) => format!(": it can be from {earliest} to {latest}"),
        (Some(earliest), None) => format!(": it can be from {earliest} on"),
        (None, Some(latest)) => format!(": it can be up to {latest}"),
        (None, None) => String::new(),
    }
}

fn not_whole(verified: &Verified) -> String {
    let things = if verified.wrong == 1 {
        "thing is"
    } else {
        "things are"
    };
    let examples = verified.examples.join("; ");
    format!(
        "{} {things} wrong with the restored store: {examples}",
        verified.wrong
    )
}

impl From<Interrupted> for DrillError {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted
    }
}

impl From<Interrupted> for StepError {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted
    }
}

impl From<Unready> for StepError {
    fn from(error: Unready) -> Self {
        Self::Unready(error)
    }
}

impl From<DestroyError> for StepError {
    fn from(error: DestroyError) -> Self {
        Self::Destroy(error)
    }
}

impl From<ReconcileError> for StepError {
    fn from(error: ReconcileError) -> Self {
        Self::Reconcile(error)
    }
}
