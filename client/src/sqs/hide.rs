//! Hiding messages from other receivers for longer, or no longer.

use std::time::Duration;

use aws_sdk_sqs::types::ChangeMessageVisibilityBatchRequestEntry;

use super::{Receipt, Receiver, Refusal, batch, whole_seconds};

impl Receiver {
    /// Hides messages that were received for `duration` from now on, in whole seconds up to 12 h, whatever they
    /// were hidden for before. They come again afterwards, unless they are acknowledged: at once with
    /// [`Duration::ZERO`]. SQS hides a message for 12 h altogether.
    ///
    /// # Errors
    /// When some are not hidden so, with each of them and its reason; those come again when they would have.
    pub async fn hide(&self, receipts: &[Receipt], duration: Duration) -> Result<(), NotHidden> {
        let seconds = whole_seconds(duration.min(Self::LONGEST_VISIBILITY));
        let refusals = batch::in_calls(receipts, |entries| {
            let entries = entries.into_iter().filter_map(|entry| {
                // Building fails only without an id or a handle, and both are here.
                let built = ChangeMessageVisibilityBatchRequestEntry::builder()
                    .id(entry.id)
                    .receipt_handle(entry.handle)
                    .visibility_timeout(seconds);
                built.build().ok()
            });
            let call = self
                .client
                .change_message_visibility_batch()
                .queue_url(&self.queue_url)
                .set_entries(Some(entries.collect()));
            async { call.send().await.map(|answer| answer.failed) }
        });
        let refusals = refusals.await;
        if refusals.is_empty() {
            Ok(())
        } else {
            Err(NotHidden {
                refusals,
                of: receipts.len(),
            })
        }
    }
}

/// Messages that are not hidden as long as they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} of {of} messages are not hidden as long as they should be", refusals.len())]
#[non_exhaustive]
pub struct NotHidden {
    /// Each of them.
    pub refusals: Vec<Refusal>,
    of: usize,
}
