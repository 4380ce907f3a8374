//! Calls about many messages, ten each, of which some may be refused.

use std::error::Error as StdError;

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::BatchResultErrorEntry;

use super::{Receipt, Receiver};

/// A message that SQS did not do with as it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The message's receipt.
    pub receipt: Receipt,
    /// SQS's code for the reason; `None` when SQS did not answer.
    pub code: Option<String>,
    /// The reason in words; empty when SQS gave none.
    pub reason: String,
    /// Whether the same may succeed later. A receipt that is no longer good stays so.
    pub is_retryable: bool,
}

/// Has `call` made for every ten of `receipts`. A call that fails does not keep the next from being made.
pub(super) async fn in_calls<Call, Calling, Failure>(receipts: &[Receipt], call: Call) -> Vec<Refusal>
where
    Call: Fn(Vec<Entry>) -> Calling,
    Calling: Future<Output = Result<Vec<BatchResultErrorEntry>, SdkError<Failure>>>,
    Failure: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let mut refusals = Vec::new();
    for batch in receipts.chunks(Receiver::MOST_MESSAGES.into()) {
        let entries = batch.iter().enumerate().map(|(index, receipt)| Entry {
            id: index.to_string(),
            handle: receipt.as_str().to_owned(),
        });
        match call(entries.collect()).await {
            Ok(failed) => refusals.extend(failed.into_iter().filter_map(|failed| refusal(batch, failed))),
            Err(error) => {
                let code = error.code().map(ToOwned::to_owned);
                let reason = told(&error);
                refusals.extend(batch.iter().map(|receipt| Refusal {
                    receipt: receipt.clone(),
                    code: code.clone(),
                    reason: reason.clone(),
                    is_retryable: true,
                }));
            }
        }
    }
    refusals
}

/// What a call says about one message.
pub(super) struct Entry {
    /// The message's place in the call.
    pub(super) id: String,
    pub(super) handle: String,
}

/// Why a call failed: what SQS said of it, or else what led to there being no answer, without the answer's raw bytes.
fn told<Failure>(error: &SdkError<Failure>) -> String
where
    Failure: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    if let Some(message) = error.message() {
        return message.to_owned();
    }
    let mut reason = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        reason = format!("{reason}: {cause}");
        source = cause.source();
    }
    reason
}

fn refusal(batch: &[Receipt], failed: BatchResultErrorEntry) -> Option<Refusal> {
    let receipt = batch.get(failed.id.parse::<usize>().ok()?)?.clone();
    Some(Refusal {
        receipt,
        code: Some(failed.code),
        reason: failed.message.unwrap_or_default(),
        is_retryable: !failed.sender_fault,
    })
}
