//! PURE: the states of a stack, and what may be done in each.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// The state of a stack, as in the
/// [API reference](https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html).
///
/// An unknown state keeps its text, so that messages can show it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum StackStatus {
    /// A first creation is running.
    CreateInProgress,
    /// A first creation failed and was not rolled back.
    CreateFailed,
    /// The first creation succeeded.
    CreateComplete,
    /// A failed creation is being rolled back.
    RollbackInProgress,
    /// A failed creation could not be rolled back.
    RollbackFailed,
    /// A failed creation was rolled back; the stack can only be deleted.
    RollbackComplete,
    /// A deletion is running.
    DeleteInProgress,
    /// A deletion failed; some resources are left.
    DeleteFailed,
    /// The stack is gone; it is still found by its ARN for 90 days.
    DeleteComplete,
    /// An update is running.
    UpdateInProgress,
    /// An update succeeded; replaced resources are being deleted.
    UpdateCompleteCleanupInProgress,
    /// An update succeeded.
    UpdateComplete,
    /// An update failed and was not rolled back.
    UpdateFailed,
    /// A failed update is being rolled back.
    UpdateRollbackInProgress,
    /// A failed update could not be rolled back.
    UpdateRollbackFailed,
    /// A failed update was rolled back; the resources that it created are being deleted.
    UpdateRollbackCompleteCleanupInProgress,
    /// A failed update was rolled back: the stack is as it was before.
    UpdateRollbackComplete,
    /// There is no stack yet, only a change set that would create it.
    ReviewInProgress,
    /// An import is running.
    ImportInProgress,
    /// An import succeeded.
    ImportComplete,
    /// A failed import is being rolled back.
    ImportRollbackInProgress,
    /// A failed import could not be rolled back.
    ImportRollbackFailed,
    /// A failed import was rolled back: the stack is as it was before.
    ImportRollbackComplete,
    /// A state that AWS added after this was written.
    Unknown(String),
}

/// The next step of a deployer for a stack in some state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextMove {
    /// Create it: nothing of it exists.
    Create,
    /// Create it in the shell that an unexecuted change set left.
    CreateInShell,
    /// Delete what a failed creation left, then create it.
    DeleteThenCreate,
    /// Update it.
    Update,
    /// Wait: an operation is running.
    Wait,
    /// Recover it by hand first: no update is accepted.
    Recover,
}

impl StackStatus {
    /// Every state that AWS documents.
    pub const KNOWN: [Self; 23] = [
        Self::CreateInProgress,
        Self::CreateFailed,
        Self::CreateComplete,
        Self::RollbackInProgress,
        Self::RollbackFailed,
        Self::RollbackComplete,
        Self::DeleteInProgress,
        Self::DeleteFailed,
        Self::DeleteComplete,
        Self::UpdateInProgress,
        Self::UpdateCompleteCleanupInProgress,
        Self::UpdateComplete,
        Self::UpdateFailed,
        Self::UpdateRollbackInProgress,
        Self::UpdateRollbackFailed,
        Self::UpdateRollbackCompleteCleanupInProgress,
        Self::UpdateRollbackComplete,
        Self::ReviewInProgress,
        Self::ImportInProgress,
        Self::ImportComplete,
        Self::ImportRollbackInProgress,
        Self::ImportRollbackFailed,
        Self::ImportRollbackComplete,
    ];

    /// The name that AWS gives the state.
    pub fn as_str(&self) -> &str {
        match self {
            Self::CreateInProgress => "CREATE_IN_PROGRESS",
            Self::CreateFailed => "CREATE_FAILED",
            Self::CreateComplete => "CREATE_COMPLETE",
            Self::RollbackInProgress => "ROLLBACK_IN_PROGRESS",
            Self::RollbackFailed => "ROLLBACK_FAILED",
            Self::RollbackComplete => "ROLLBACK_COMPLETE",
            Self::DeleteInProgress => "DELETE_IN_PROGRESS",
            Self::DeleteFailed => "DELETE_FAILED",
            Self::DeleteComplete => "DELETE_COMPLETE",
            Self::UpdateInProgress => "UPDATE_IN_PROGRESS",
            Self::UpdateCompleteCleanupInProgress => "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            Self::UpdateComplete => "UPDATE_COMPLETE",
            Self::UpdateFailed => "UPDATE_FAILED",
            Self::UpdateRollbackInProgress => "UPDATE_ROLLBACK_IN_PROGRESS",
            Self::UpdateRollbackFailed => "UPDATE_ROLLBACK_FAILED",
            Self::UpdateRollbackCompleteCleanupInProgress => "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
            Self::UpdateRollbackComplete => "UPDATE_ROLLBACK_COMPLETE",
            Self::ReviewInProgress => "REVIEW_IN_PROGRESS",
            Self::ImportInProgress => "IMPORT_IN_PROGRESS",
            Self::ImportComplete => "IMPORT_COMPLETE",
            Self::ImportRollbackInProgress => "IMPORT_ROLLBACK_IN_PROGRESS",
            Self::ImportRollbackFailed => "IMPORT_ROLLBACK_FAILED",
            Self::ImportRollbackComplete => "IMPORT_ROLLBACK_COMPLETE",
            Self::Unknown(text) => text,
        }
    }

    /// What may be done next.
    ///
    /// An unknown state requires recovery, because changing the stack would be a guess.
    pub fn next_move(&self) -> NextMove {
        match self {
            Self::DeleteComplete => NextMove::Create,
            Self::ReviewInProgress => NextMove::CreateInShell,
            Self::CreateFailed | Self::RollbackFailed | Self::RollbackComplete => NextMove::DeleteThenCreate,
            Self::CreateComplete
            | Self::UpdateComplete
            | Self::UpdateRollbackComplete
            | Self::ImportComplete
            | Self::ImportRollbackComplete => NextMove::Update,
            Self::CreateInProgress
            | Self::RollbackInProgress
            | Self::DeleteInProgress
            | Self::UpdateInProgress
            | Self::UpdateCompleteCleanupInProgress
            | Self::UpdateRollbackInProgress
            | Self::UpdateRollbackCompleteCleanupInProgress
            | Self::ImportInProgress
            | Self::ImportRollbackInProgress => NextMove::Wait,
            Self::DeleteFailed
            | Self::UpdateFailed
            | Self::UpdateRollbackFailed
            | Self::ImportRollbackFailed
            | Self::Unknown(_) => NextMove::Recover,
        }
    }

    /// Tells whether the stack exists and can serve.
    pub fn is_healthy(&self) -> bool {
        self.next_move() == NextMove::Update
    }

    /// Tells whether an operation has ended. A shell under review is not the end of one.
    pub fn is_settled(&self) -> bool {
        !matches!(self.next_move(), NextMove::Wait | NextMove::CreateInShell)
    }

    /// Tells whether a creation, update or import that ends here succeeded.
    pub fn is_success(&self) -> bool {
        matches!(
            self,
            Self::CreateComplete | Self::UpdateComplete | Self::ImportComplete
        )
    }
}

impl FromStr for StackStatus {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::KNOWN.into_iter().find(|status| status.as_str() == text);
        Ok(known.unwrap_or_else(|| Self::Unknown(text.to_owned())))
    }
}

impl From<&str> for StackStatus {
    fn from(text: &str) -> Self {
        let Ok(status) = text.parse();
        status
    }
}

impl Display for StackStatus {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for StackStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_read_from_its_own_name() {
        for status in StackStatus::KNOWN {
            assert_eq!(StackStatus::from(status.as_str()), status);
        }
    }

    #[test]
    fn every_state_has_a_next_move() {
        let moves = StackStatus::KNOWN
            .iter()
            .map(|status| format!("{status}: {:?}", status.next_move()))
            .collect::<Vec<_>>()
            .join("\n");
        insta::assert_snapshot!(moves);
    }

    #[test]
    fn every_state_in_progress_but_a_review_is_waited_for() {
        for status in StackStatus::KNOWN {
            let waits = status.as_str().ends_with("_IN_PROGRESS") && status != StackStatus::ReviewInProgress;
            assert_eq!(status.next_move() == NextMove::Wait, waits, "{status}");
        }
    }

    #[test]
    fn only_what_stands_is_healthy() {
        for status in StackStatus::KNOWN.iter().filter(|status| status.is_healthy()) {
            assert!(status.as_str().ends_with("_COMPLETE"), "{status}");
            assert!(status.is_settled(), "{status}");
        }
        assert!(!StackStatus::RollbackComplete.is_healthy());
    }

    #[test]
    fn a_new_state_is_kept_and_not_touched() {
        let status = StackStatus::from("PAUSED_BY_MOONLIGHT");
        assert_eq!(status.to_string(), "PAUSED_BY_MOONLIGHT");
        assert_eq!(status.next_move(), NextMove::Recover);
    }
}
