//! Roles.

use super::CallError;

/// IAM.
pub trait Roles {
    /// Whether a role of this account exists, by its name without a path.
    async fn role_exists(&self, name: &str) -> Result<bool, CallError>;

    /// Which of some actions the policies of a user or role do not allow on all of some resources.
    ///
    /// # Errors
    /// Not everybody may ask that.
    async fn denied_actions(
        &self,
        principal: &str,
        actions: &[String],
        resources: &[String],
    ) -> Result<Vec<String>, CallError>;
}
