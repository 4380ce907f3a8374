//! Topics, and who listens to them.

use super::{CallError, Page};

/// Somebody who listens to a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicSubscription {
    /// The subscription's ARN.
    pub arn: String,
    /// Where messages go: a queue's ARN, an address.
    pub endpoint: String,
}

/// SNS. Topics are named by their ARN.
pub trait Topics {
    /// Subscribes a queue, by its ARN, to all messages. They are delivered raw. One that is subscribed is no error.
    async fn subscribe_queue(&self, topic: &str, queue: &str) -> Result<String, CallError>;

    /// Ends a subscription. One that is not there is no error.
    async fn unsubscribe(&self, subscription: &str) -> Result<(), CallError>;

    /// A page of a topic's subscriptions.
    async fn subscriptions(
        &self,
        topic: &str,
        page: Option<&str>,
    ) -> Result<Page<TopicSubscription>, CallError>;
}
