//! Queues.

use super::CallError;

/// SQS. Queues are named by their URL.
pub trait Queues {
    /// How many messages a queue holds, by SQS's count, whatever their state; `None` when there is no such queue.
    async fn queue_depth(&self, url: &str) -> Result<Option<u64>, CallError>;
}
