//! Receiving.

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::operation::receive_message::ReceiveMessageError;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use event_store_types::TraceParent;

use super::{Delivery, Receipt, Receiver, whole_seconds};
use crate::notification::{Told, read};

impl Receiver {
    /// Waits for messages and receives those that are there; none when there were none in time.
    ///
    /// A message that holds no notification does not fail the others: it is delivered as such, with its receipt.
    ///
    /// Dropped while it waits, it may take along what SQS is just handing over: those messages come again when they
    /// are no longer hidden.
    ///
    /// # Errors
    /// When SQS does not answer or refuses.
    pub async fn receive(&self) -> Result<Vec<Delivery>, NotReceived> {
        let received = self
            .client
            .receive_message()
            .queue_url(&self.queue_url)
            .wait_time_seconds(whole_seconds(self.wait))
            .max_number_of_messages(self.at_most.into())
            .set_visibility_timeout(self.visibility.map(whole_seconds))
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount)
            .message_attribute_names(TraceParent::NAME)
            .send()
            .await
            .map_err(|source| NotReceived {
                queue_url: self.queue_url.clone(),
                source: Box::new(source),
            })?;
        Ok(received
            .messages
            .unwrap_or_default()
            .into_iter()
            .filter_map(delivery)
            .collect())
    }
}

/// SQS gives every message a receipt; one without could be neither acknowledged nor told apart.
fn delivery(message: Message) -> Option<Delivery> {
    let times_received = message
        .attributes
        .and_then(|attributes| {
            attributes
                .get(&MessageSystemAttributeName::ApproximateReceiveCount)?
                .parse()
                .ok()
        })
        .unwrap_or(1);
    let attribute = message
        .message_attributes
        .and_then(|mut attributes| attributes.remove(TraceParent::NAME)?.string_value);
    let Told {
        notification,
        trace_parent,
    } = read(message.body.unwrap_or_default(), attribute.as_deref());
    Some(Delivery {
        message_id: message.message_id.unwrap_or_default(),
        receipt: Receipt::new(message.receipt_handle?),
        times_received,
        notification,
        trace_parent,
    })
}

/// Why nothing could be received.
#[derive(Debug, thiserror::Error)]
#[error("no messages can be received from `{queue_url}`")]
#[non_exhaustive]
pub struct NotReceived {
    /// The queue.
    pub queue_url: String,
    source: Box<SdkError<ReceiveMessageError>>,
}

impl NotReceived {
    /// Whether SQS says that there is no such queue, which no waiting changes.
    pub fn is_queue_missing(&self) -> bool {
        // SQS's own code, and that of the protocol before it, which SQS sends along and the SDK prefers.
        matches!(
            self.source.code(),
            Some("QueueDoesNotExist" | "AWS.SimpleQueueService.NonExistentQueue" | "InvalidAddress")
        )
    }
}
