//! Roles.

use super::CallError;

/// IAM.
pub trait Roles {
    /// Whether a role of this account exists, by its name without a path.
    async fn role_exists(&self, name: &str) -> Result<bool, CallError>;
}
