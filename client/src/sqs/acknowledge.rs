//! Acknowledging.

use aws_sdk_sqs::error::{DisplayErrorContext, ProvideErrorMetadata};
use aws_sdk_sqs::types::DeleteMessageBatchRequestEntry;

use super::{Receipt, Receiver};

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
        let mut refusals = Vec::new();
        for batch in receipts.chunks(Self::MOST_MESSAGES.into()) {
            refusals.extend(self.acknowledge_batch(batch).await);
        }
        if refusals.is_empty() {
            Ok(())
        } else {
            Err(Unacknowledged {
                refusals,
                of: receipts.len(),
            })
        }
    }

    async fn acknowledge_batch(&self, batch: &[Receipt]) -> Vec<Refusal> {
        let entries = batch.iter().enumerate().filter_map(|(index, receipt)| {
            // Building fails only without an id or a handle, and both are here.
            let entry = DeleteMessageBatchRequestEntry::builder()
                .id(index.to_string())
                .receipt_handle(receipt.as_str());
            entry.build().ok()
        });
        let call = self
            .client
            .delete_message_batch()
            .queue_url(&self.queue_url)
            .set_entries(Some(entries.collect()));
        match call.send().await {
            Ok(answer) => answer
                .failed
                .into_iter()
                .filter_map(|failed| {
                    let receipt = batch.get(failed.id.parse::<usize>().ok()?)?.clone();
                    Some(Refusal {
                        receipt,
                        code: Some(failed.code),
                        reason: failed.message.unwrap_or_default(),
                    })
                })
                .collect(),
            Err(error) => {
                let code = error.code().map(ToOwned::to_owned);
                let reason = DisplayErrorContext(&error).to_string();
                let refused = |receipt: &Receipt| Refusal {
                    receipt: receipt.clone(),
                    code: code.clone(),
                    reason: reason.clone(),
                };
                batch.iter().map(refused).collect()
            }
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

/// A message that was not acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The message's receipt.
    pub receipt: Receipt,
    /// SQS's code for the reason; `None` when SQS did not answer.
    pub code: Option<String>,
    /// The reason in words; empty when SQS gave none.
    pub reason: String,
}
