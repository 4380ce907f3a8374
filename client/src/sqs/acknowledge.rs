//! Acknowledging.

use aws_sdk_sqs::types::DeleteMessageBatchRequestEntry;

use super::{Receipt, Receiver, Refusal, batch};

impl Receiver {
    /// Acknowledges one message: SQS will not deliver it again.
    ///
    /// # Errors
    /// When SQS does not answer or refuses; the message comes again.
    pub async fn acknowledge(&self, receipt: &Receipt) -> Result<(), Unacknowledged> {
        self.acknowledge_all(std::slice::from_ref(receipt)).await
    }

    /// Acknowledges many messages, ten a call. A call that fails does not keep the next from being made.
    ///
    /// # Errors
    /// When some are not acknowledged, with each of them and its reason; those come again.
    pub async fn acknowledge_all(&self, receipts: &[Receipt]) -> Result<(), Unacknowledged> {
        let refusals = batch::in_calls(receipts, |entries| {
            let entries = entries.into_iter().filter_map(|entry| {
                // Building fails only without an id or a handle, and both are here.
                let built = DeleteMessageBatchRequestEntry::builder()
                    .id(entry.id)
                    .receipt_handle(entry.handle);
                built.build().ok()
            });
            let call = self
                .client
                .delete_message_batch()
                .queue_url(&self.queue_url)
                .set_entries(Some(entries.collect()));
            async { call.send().await.map(|answer| answer.failed) }
        });
        let refusals = refusals.await;
        if refusals.is_empty() {
            Ok(())
        } else {
            Err(Unacknowledged {
                refusals,
                of: receipts.len(),
            })
        }
    }
}

/// Messages that were not acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} of {of} messages are not acknowledged", refusals.len())]
#[non_exhaustive]
pub struct Unacknowledged {
    /// Each of them.
    pub refusals: Vec<Refusal>,
    of: usize,
}
