//! SNS.

use cfn_deploy::cloud::{CallError, Page, TopicSubscription, Topics};

use super::Aws;

impl Topics for Aws {
    async fn subscribe_queue(&self, topic: &str, queue: &str) -> Result<String, CallError> {
        let request = self.sns.subscribe().topic_arn(topic).protocol("sqs");
        let answer = request
            .endpoint(queue)
            .attributes("RawMessageDelivery", "true")
            .return_subscription_arn(true)
            .send()
            .await;
        let answer = answer.map_err(|error| self.failure("sns:Subscribe", error))?;
        Ok(answer.subscription_arn.unwrap_or_default())
    }

    async fn unsubscribe(&self, subscription: &str) -> Result<(), CallError> {
        let answer = self.sns.unsubscribe().subscription_arn(subscription).send().await;
        match answer.map_err(|error| self.failure("sns:Unsubscribe", error)) {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        }
    }

    async fn subscriptions(
        &self,
        topic: &str,
        page: Option<&str>,
    ) -> Result<Page<TopicSubscription>, CallError> {
        let request = self.sns.list_subscriptions_by_topic().topic_arn(topic);
        let answer = request.set_next_token(page.map(ToOwned::to_owned)).send().await;
        let answer = answer.map_err(|error| self.failure("sns:ListSubscriptionsByTopic", error))?;
        let items = answer.subscriptions.unwrap_or_default().into_iter();
        Ok(Page {
            items: items
                .filter_map(|known| {
                    Some(TopicSubscription {
                        arn: known.subscription_arn?,
                        endpoint: known.endpoint?,
                    })
                })
                .collect(),
            next: answer.next_token.filter(|token| !token.is_empty()),
        })
    }
}
