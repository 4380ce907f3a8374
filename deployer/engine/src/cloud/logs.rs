//! Log groups.

use super::CallError;

/// CloudWatch Logs.
pub trait Logs {
    /// Whether a log group of exactly this name exists.
    async fn log_group_exists(&self, name: &str) -> Result<bool, CallError>;

    /// Deletes a log group. One that is not there is no error.
    async fn delete_log_group(&self, name: &str) -> Result<(), CallError>;
}
