//! A queue with a subscription to a deployment's topic.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use aws_sdk_sqs::types::QueueAttributeName;
use event_store_client::sqs::{Receipt, Receiver};
use event_store_client::types::{Notification, Revision, StreamId, StreamType};
use serde_json::json;

use crate::Cloud;

/// The part of a message that a filter policy checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterScope {
    /// The message's attributes. Delivery is in SNS's envelope.
    Attributes,
    /// The message's body. Delivery is raw.
    Body,
}

impl FilterScope {
    /// The name of the scope in SNS.
    pub fn name(self) -> &'static str {
        match self {
            Self::Attributes => "MessageAttributes",
            Self::Body => "MessageBody",
        }
    }
}

/// A queue that receives the notifications of one stream type.
#[derive(Debug)]
pub struct Subscription {
    receiver: Receiver,
}

impl Subscription {
    /// Creates the queue `name` and subscribes it to `topic_arn`, filtered by stream type in `scope`.
    pub async fn new(
        cloud: &Cloud,
        topic_arn: &str,
        name: &str,
        stream_type: &StreamType,
        scope: FilterScope,
    ) -> Self {
        let sqs = cloud.sqs();
        let made = sqs.create_queue().queue_name(name).send().await;
        let queue_url = made
            .unwrap_or_else(|error| panic!("the queue `{name}` cannot be made: {error:?}"))
            .queue_url
            .expect("a queue that was made has a URL");
        let attributes = sqs
            .get_queue_attributes()
            .queue_url(&queue_url)
            .attribute_names(QueueAttributeName::QueueArn);
        let attributes = attributes
            .send()
            .await
            .expect("a queue that was made has attributes")
            .attributes;
        let queue_arn = attributes
            .and_then(|mut attributes| attributes.remove(&QueueAttributeName::QueueArn))
            .expect("a queue has an ARN");
        // Scoped to the topic: any other sender is refused.
        let policy = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": &queue_arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
            }],
        });
        let set = sqs.set_queue_attributes().queue_url(&queue_url);
        let set = set
            .attributes(QueueAttributeName::Policy, policy.to_string())
            .send()
            .await;
        set.unwrap_or_else(|error| panic!("the policy of `{name}` cannot be set: {error:?}"));
        let filter = json!({"StreamType": [stream_type]});
        let subscribed = cloud
            .sns()
            .subscribe()
            .topic_arn(topic_arn)
            .protocol("sqs")
            .endpoint(queue_arn)
            .attributes("FilterPolicy", filter.to_string())
            .attributes("FilterPolicyScope", scope.name())
            .attributes("RawMessageDelivery", (scope == FilterScope::Body).to_string())
            .send()
            .await;
        subscribed.unwrap_or_else(|error| panic!("`{name}` cannot be subscribed: {error:?}"));
        Self {
            receiver: Receiver::new(sqs, queue_url).wait(Duration::from_secs(1)),
        }
    }

    /// Receives and acknowledges until the revisions 1 to `last` of the stream have arrived, each at least once,
    /// and returns every notification that arrived.
    ///
    /// # Panics
    /// They do not arrive within half a minute, or a message is not a notification.
    pub async fn until(&self, stream_id: StreamId, last: u64) -> Vec<Notification> {
        let mut missing: BTreeSet<Revision> = (1..=last)
            .map(|number| number.try_into().expect("revisions count from 1"))
            .collect();
        let mut arrived = Vec::new();
        let began = Instant::now();
        while !missing.is_empty() {
            assert!(
                began.elapsed() < Duration::from_secs(30),
                "revisions {missing:?} of {stream_id} did not arrive; these did: {arrived:?}"
            );
            for notification in self.receive().await {
                if notification.stream_id == stream_id {
                    missing.remove(&notification.stream_revision);
                }
                arrived.push(notification);
            }
        }
        arrived
    }

    /// Receives and acknowledges the messages that arrive within a second.
    pub async fn receive(&self) -> Vec<Notification> {
        let deliveries = self
            .receiver
            .receive()
            .await
            .expect("the queue can be received from");
        let receipts: Vec<Receipt> = deliveries
            .iter()
            .map(|delivery| delivery.receipt.clone())
            .collect();
        self.receiver
            .acknowledge_all(&receipts)
            .await
            .expect("what was received can be acknowledged");
        deliveries
            .into_iter()
            .map(|delivery| delivery.notification.expect("the store announces notifications"))
            .collect()
    }
}
