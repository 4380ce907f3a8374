//! PURE: the steps of a drill.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use jiff::SignedDuration;

/// For so long a new function URL may not answer, or not let in whom it should
/// ([guide](https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency)).
pub(super) const SPREADING: SignedDuration = SignedDuration::from_mins(2);

/// The longest wait before it is asked again.
pub(super) const LOOK: Duration = Duration::from_secs(5);

/// A step of a drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DrillStep {
    /// What an earlier drill has left is removed.
    Sweep,
    /// The log is restored into a table of its own.
    Restore,
    /// The store is deployed on it.
    Deploy,
    /// The listing and the feed are made complete.
    Reconcile,
    /// All of it is read and held against itself.
    Verify,
    /// All that the drill has made is removed.
    TakeDown,
}

/// A step that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepTaken {
    pub step: DrillStep,
    pub took: Duration,
}

impl DrillStep {
    /// What the step is called in events.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sweep => "sweep",
            Self::Restore => "restore",
            Self::Deploy => "deploy",
            Self::Reconcile => "reconcile",
            Self::Verify => "verify",
            Self::TakeDown => "take-down",
        }
    }

    /// What is known when the step is done.
    pub fn claim(self) -> &'static str {
        match self {
            Self::Sweep => "what an earlier drill left is gone",
            Self::Restore => "the log is restored",
            Self::Deploy => "the store is deployed on it",
            Self::Reconcile => "the listing and the feed are complete",
            Self::Verify => "the store is whole",
            Self::TakeDown => "all that the drill made is gone",
        }
    }
}

impl Display for DrillStep {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
