//! The steps of subscribing.

use std::collections::HashMap;

use aws_sdk_sns::operation::subscribe::SubscribeError;
use aws_sdk_sqs::types::QueueAttributeName;

use super::policy::{Policy, allowing};
use super::{NotSubscribed, Subscribed, Subscription};
use crate::BoxError;

/// The key that AWS manages for SQS. Nobody can let SNS use it
/// ([AWS](https://docs.aws.amazon.com/sns/latest/dg/sns-enable-encryption-for-topic-sqs-queue-subscriptions.html)).
const AWS_MANAGED_KEY: &str = "alias/aws/sqs";

impl Subscription {
    /// Subscribes the queue, and lets the topic, and no other, send to it. What is so already is left alone; a
    /// subscription that is there with another filter or form of delivery gets these.
    ///
    /// The queue's policy is added to: its other statements stay. SQS knows no condition for that, so two that change one
    /// queue's policy at the same moment may lose a change. A changed policy may take a minute to hold everywhere
    /// ([AWS](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html)), and
    /// what SNS is refused meanwhile it does not send again: let a
    /// `projection::Rebuild` follow, which reads what was announced meanwhile.
    ///
    /// # Errors
    /// See [`NotSubscribed`].
    pub async fn ensure(
        &self,
        sns: &aws_sdk_sns::Client,
        sqs: &aws_sdk_sqs::Client,
    ) -> Result<Subscribed, NotSubscribed> {
        // In this order: a topic that may not send yet loses what it sends.
        let queue_arn = self.let_the_topic_send(sqs).await?;
        let subscription_arn = self.subscribe(sns, &queue_arn).await?;
        self.set_what_differs(sns, &subscription_arn).await?;
        Ok(Subscribed {
            queue_arn,
            subscription_arn,
        })
    }

    /// Answers the queue's ARN.
    async fn let_the_topic_send(&self, sqs: &aws_sdk_sqs::Client) -> Result<String, NotSubscribed> {
        let wanted = [
            QueueAttributeName::QueueArn,
            QueueAttributeName::Policy,
            QueueAttributeName::KmsMasterKeyId,
        ];
        let told = sqs
            .get_queue_attributes()
            .queue_url(&self.queue_url)
            .set_attribute_names(Some(wanted.into()))
            .send()
            .await
            .map_err(|error| self.queue("described", error))?;
        let mut attributes = told.attributes.unwrap_or_default();
        let queue_arn = attributes
            .remove(&QueueAttributeName::QueueArn)
            .ok_or_else(|| self.queue("described", "SQS told no ARN"))?;
        if let Some(key) = attributes.remove(&QueueAttributeName::KmsMasterKeyId)
            && key.ends_with(AWS_MANAGED_KEY)
        {
            return Err(NotSubscribed::UnusableKey {
                queue_url: self.queue_url.clone(),
                key,
            });
        }
        let policy = attributes.get(&QueueAttributeName::Policy).map(String::as_str);
        let policy = allowing(policy, &queue_arn, &self.topic_arn)
            .map_err(|invalid| NotSubscribed::from((self.queue_url.as_str(), invalid)))?;
        if let Policy::Changed(policy) = policy {
            sqs.set_queue_attributes()
                .queue_url(&self.queue_url)
                .attributes(QueueAttributeName::Policy, policy)
                .send()
                .await
                .map_err(|error| self.queue("given a policy", error))?;
        }
        Ok(queue_arn)
    }

    /// Answers the subscription's ARN. A new one has its filter from the start, so that nothing else gets through.
    async fn subscribe(&self, sns: &aws_sdk_sns::Client, queue_arn: &str) -> Result<String, NotSubscribed> {
        let subscribed = sns
            .subscribe()
            .topic_arn(&self.topic_arn)
            .protocol("sqs")
            .endpoint(queue_arn)
            .set_attributes(Some(self.wanted.of_new()))
            .return_subscription_arn(true)
            .send()
            .await;
        match subscribed {
            Ok(subscribed) => subscribed
                .subscription_arn
                .ok_or_else(|| self.topic("SNS told no subscription", "the answer names none")),
            Err(error) => {
                // So SNS says that the queue is subscribed with other attributes; it does not say as what.
                let is_there = error
                    .as_service_error()
                    .is_some_and(SubscribeError::is_invalid_parameter_exception);
                let found = if is_there {
                    self.find(sns, queue_arn).await?
                } else {
                    None
                };
                found.ok_or_else(|| self.topic("it is refused", error))
            }
        }
    }

    async fn find(
        &self,
        sns: &aws_sdk_sns::Client,
        queue_arn: &str,
    ) -> Result<Option<String>, NotSubscribed> {
        let listing = sns.list_subscriptions_by_topic().topic_arn(&self.topic_arn);
        let mut pages = listing.into_paginator().items().send();
        while let Some(subscription) = pages.next().await {
            let subscription =
                subscription.map_err(|error| self.topic("its subscriptions cannot be listed", error))?;
            if subscription.endpoint() == Some(queue_arn) && subscription.protocol() == Some("sqs") {
                return Ok(subscription.subscription_arn);
            }
        }
        Ok(None)
    }

    async fn set_what_differs(
        &self,
        sns: &aws_sdk_sns::Client,
        subscription_arn: &str,
    ) -> Result<(), NotSubscribed> {
        let told = sns
            .get_subscription_attributes()
            .subscription_arn(subscription_arn)
            .send()
            .await
            .map_err(|error| self.topic("the subscription cannot be described", error))?;
        let found: HashMap<String, String> = told.attributes.unwrap_or_default();
        for (name, value) in self.wanted.missing_in(&found) {
            sns.set_subscription_attributes()
                .subscription_arn(subscription_arn)
                .attribute_name(name)
                .attribute_value(value)
                .send()
                .await
                .map_err(|error| self.topic("the subscription cannot be changed", error))?;
        }
        Ok(())
    }

    fn queue(&self, what: &'static str, source: impl Into<BoxError>) -> NotSubscribed {
        NotSubscribed::Queue {
            queue_url: self.queue_url.clone(),
            what,
            source: source.into(),
        }
    }

    fn topic(&self, what: &'static str, source: impl Into<BoxError>) -> NotSubscribed {
        NotSubscribed::Topic {
            topic_arn: self.topic_arn.clone(),
            what,
            source: source.into(),
        }
    }
}
