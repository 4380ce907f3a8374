//! Queues, and what is sent to them.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::{CallError, Page};

/// A queue to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewQueue {
    /// Its name, at most 80 characters.
    pub name: String,
    /// Its policy, as JSON.
    pub policy: String,
    pub tags: BTreeMap<String, String>,
}

/// Where a queue comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueOrigin {
    /// When it was made.
    pub made: Timestamp,
    pub tags: BTreeMap<String, String>,
}

/// SQS. Queues are named by their URL.
pub trait Queues {
    /// How many messages a queue holds, by SQS's count, whatever their state; `None` when there is no such queue.
    async fn queue_depth(&self, url: &str) -> Result<Option<u64>, CallError>;

    /// A page of the queues whose names begin with a prefix.
    async fn queues_named(&self, prefix: &str, page: Option<&str>) -> Result<Page<String>, CallError>;

    /// Where a queue comes from; `None` when there is no such queue.
    async fn queue_origin(&self, url: &str) -> Result<Option<QueueOrigin>, CallError>;

    /// Makes a queue and answers its URL.
    async fn create_queue(&self, queue: &NewQueue) -> Result<String, CallError>;

    /// Deletes a queue. One that is not there is no error.
    async fn delete_queue(&self, url: &str) -> Result<(), CallError>;

    /// The bodies of messages that are there, or arrive within `wait`, of which SQS takes whole seconds up to 20. What was received stays
    /// in the queue, out of sight for a while.
    async fn receive(&self, url: &str, wait: Duration) -> Result<Vec<String>, CallError>;
}
