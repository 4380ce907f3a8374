//! Ways out of the states in which a stack takes no update.

use crate::stack::RequestToken;

use super::CallError;

/// What a deletion leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftBehind<'a> {
    /// These resources, by their names in the template.
    Named(&'a [String]),
    /// Whatever cannot be deleted.
    Undeletable,
}

/// CloudFormation, where an operation has failed.
pub trait Recovery {
    /// Begins to undo a failed update once more, without the resources that are named.
    async fn continue_rollback(
        &self,
        stack: &str,
        skip: &[String],
        role: Option<&str>,
        token: &RequestToken,
    ) -> Result<(), CallError>;

    /// Begins to undo an update that failed and was not undone.
    async fn roll_back(&self, stack: &str, role: Option<&str>, token: &RequestToken)
    -> Result<(), CallError>;

    /// Stops a running update; CloudFormation then undoes it.
    async fn cancel_update(&self, stack: &str, token: &RequestToken) -> Result<(), CallError>;

    /// Begins once more to delete a stack whose deletion failed.
    async fn delete_leaving(
        &self,
        stack: &str,
        left: LeftBehind<'_>,
        role: Option<&str>,
        token: &RequestToken,
    ) -> Result<(), CallError>;
}
