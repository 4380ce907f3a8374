//! SQS.

use aws_sdk_sqs::types::QueueAttributeName;

use super::{Aws, CallError, Queues};

/// Messages to be received, those being worked on, and those that wait for their time.
const COUNTS: [QueueAttributeName; 3] = [
    QueueAttributeName::ApproximateNumberOfMessages,
    QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
    QueueAttributeName::ApproximateNumberOfMessagesDelayed,
];

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
}
