//! Roles.

use super::CallError;

/// IAM.
pub trait Roles {
    /// The ARN of a role of this account, its path included, by its name without a path; `None` when there is none.
    async fn role_arn(&self, name: &str) -> Result<Option<String>, CallError>;

    /// Whether a managed policy exists, by its ARN.
    async fn policy_exists(&self, arn: &str) -> Result<bool, CallError>;

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
