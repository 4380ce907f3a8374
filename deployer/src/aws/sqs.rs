//! SQS.

use std::time::Duration;

use aws_sdk_sqs::types::QueueAttributeName;
use cfn_deploy::cloud::{CallError, NewQueue, Page, QueueOrigin, Queues};
use jiff::Timestamp;

use super::Aws;

/// Visible messages, messages in flight, and delayed messages.
const COUNTS: [QueueAttributeName; 3] = [
    QueueAttributeName::ApproximateNumberOfMessages,
    QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
    QueueAttributeName::ApproximateNumberOfMessagesDelayed,
];

/// SQS's maximum wait time for a message
/// ([guide](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html)).
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// How long a received message stays invisible: longer than any test listens.
const OUT_OF_SIGHT_SECONDS: &str = "900";
/// The maximum number of messages that one call returns.
const MOST_MESSAGES: i32 = 10;

impl Queues for Aws {
    async fn queue_depth(&self, url: &str) -> Result<Option<u64>, CallError> {
        let request = self.sqs.get_queue_attributes().queue_url(url);
        let answer = request.set_attribute_names(Some(COUNTS.into())).send().await;
        let attributes = match answer.map_err(|error| self.failure("sqs:GetQueueAttributes", error)) {
            Ok(answer) => answer.attributes.unwrap_or_default(),
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        let count =
            |name: &QueueAttributeName| attributes.get(name).and_then(|count| count.parse::<u64>().ok());
        Ok(Some(COUNTS.iter().filter_map(count).sum()))
    }

    async fn queues_named(&self, prefix: &str, page: Option<&str>) -> Result<Page<String>, CallError> {
        // Without a maximum there are no pages, only the first thousand queues.
        let request = self.sqs.list_queues().queue_name_prefix(prefix).max_results(1000);
        let answer = request.set_next_token(page.map(ToOwned::to_owned)).send().await;
        let answer = answer.map_err(|error| self.failure("sqs:ListQueues", error))?;
        Ok(Page {
            items: answer.queue_urls.unwrap_or_default(),
            next: answer.next_token.filter(|token| !token.is_empty()),
        })
    }

    async fn queue_origin(&self, url: &str) -> Result<Option<QueueOrigin>, CallError> {
        let request = self.sqs.get_queue_attributes().queue_url(url);
        let answer = request
            .attribute_names(QueueAttributeName::CreatedTimestamp)
            .send()
            .await;
        let attributes = match answer.map_err(|error| self.failure("sqs:GetQueueAttributes", error)) {
            Ok(answer) => answer.attributes.unwrap_or_default(),
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        let tags = match self
            .sqs
            .list_queue_tags()
            .queue_url(url)
            .send()
            .await
            .map_err(|error| self.failure("sqs:ListQueueTags", error))
        {
            Ok(answer) => answer.tags.unwrap_or_default(),
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        let made = attributes
            .get(&QueueAttributeName::CreatedTimestamp)
            .and_then(|second| Timestamp::from_second(second.parse().ok()?).ok());
        Ok(Some(QueueOrigin {
            // A queue of unknown age counts as new.
            made: made.unwrap_or(Timestamp::MAX),
            tags: tags.into_iter().collect(),
        }))
    }

    async fn create_queue(&self, queue: &NewQueue) -> Result<String, CallError> {
        let request = self.sqs.create_queue().queue_name(&queue.name);
        let answer = request
            .attributes(QueueAttributeName::Policy, &queue.policy)
            // The queue receives every announcement; a message that was read should not return.
            .attributes(QueueAttributeName::VisibilityTimeout, OUT_OF_SIGHT_SECONDS)
            .set_tags(Some(queue.tags.clone().into_iter().collect()))
            .send()
            .await;
        let answer = answer.map_err(|error| self.failure("sqs:CreateQueue", error))?;
        Ok(answer.queue_url.unwrap_or_default())
    }

    async fn delete_queue(&self, url: &str) -> Result<(), CallError> {
        let answer = self.sqs.delete_queue().queue_url(url).send().await;
        match answer.map_err(|error| self.failure("sqs:DeleteQueue", error)) {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        }
    }

    async fn receive(&self, url: &str, wait: Duration) -> Result<Vec<String>, CallError> {
        let seconds = i32::try_from(wait.min(LONGEST_WAIT).as_secs()).unwrap_or_default();
        let request = self.sqs.receive_message().queue_url(url);
        let answer = request
            .max_number_of_messages(MOST_MESSAGES)
            .wait_time_seconds(seconds)
            .send()
            .await;
        let answer = answer.map_err(|error| self.failure("sqs:ReceiveMessage", error))?;
        let messages = answer.messages.unwrap_or_default();
        Ok(messages.into_iter().filter_map(|message| message.body).collect())
    }
}
