//! The third effect: announces every event.

use futures::StreamExt as _;
use futures::stream::iter;

use super::batch::{Notice, Poison};
use super::call::CallError;
use super::patience::Patience;
use super::shortfall::Shortfall;
use crate::telemetry::chain;

/// The maximum number of notices per call. Ten of the largest stay far below the limit of 256 KB per call.
pub const NOTICES_A_CALL: usize = 10;

/// The port to the topic.
pub trait Publisher {
    /// Publishes up to [`NOTICES_A_CALL`] notices, and returns those that were rejected.
    fn publish(&self, notices: &[&Notice]) -> impl Future<Output = Result<Vec<NotTaken>, CallError>> + Send;
}

/// A notice that was rejected although its call succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTaken {
    /// The notice's place in the call.
    pub index: usize,
    /// Whether a retry may succeed.
    pub refusal: Refusal,
    /// The topic's error code and message.
    pub reason: String,
}

/// Whether a rejected notice may be accepted later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A retry may succeed.
    Transient,
    /// A retry cannot succeed: the notice itself is unacceptable.
    Permanent,
}

/// The outcome of announcing a batch.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Published {
    /// The notices that may not have been published.
    pub(super) shortfalls: Vec<Shortfall>,
    /// The notices that can never be published.
    pub(super) poison: Vec<Poison>,
}

/// The number of concurrent calls. Consumers must not rely on order: SNS does not keep it either.
const CONCURRENCY: usize = 4;

/// Announces every event.
pub(super) async fn publish(publisher: &impl Publisher, notices: &[Notice], patience: Patience) -> Published {
    let calls: Vec<_> = notices
        .chunks(NOTICES_A_CALL)
        .map(|chunk| publish_call(publisher, chunk, patience))
        .collect();
    let outcomes: Vec<Published> = iter(calls).buffer_unordered(CONCURRENCY).collect().await;
    let mut total = Published::default();
    for outcome in outcomes {
        total.shortfalls.extend(outcome.shortfalls);
        total.poison.extend(outcome.poison);
    }
    total
}

/// Publishes the notices of one call. A retry contains only the rejected ones.
async fn publish_call(publisher: &impl Publisher, notices: &[Notice], patience: Patience) -> Published {
    let mut outcome = Published::default();
    let mut pending: Vec<&Notice> = notices.iter().collect();
    let mut attempts = patience.begin();
    let cause = loop {
        let cause = match attempts.attempt(publisher.publish(&pending)).await {
            Ok(Ok(not_taken)) => {
                let last_reason = not_taken.last().map(|notice| notice.reason.clone());
                pending = sort_out(&pending, not_taken, &mut outcome.poison);
                if pending.is_empty() {
                    return outcome;
                }
                chain(&NotTakenInTime {
                    reason: last_reason.unwrap_or_default(),
                })
            }
            Ok(Err(error @ CallError::Permanent(_))) => break chain(&error),
            Ok(Err(error @ CallError::Transient(_))) => chain(&error),
            Err(passed) => break passed.to_string(),
        };
        if attempts.pause().await.is_err() {
            break cause;
        }
    };
    let records = pending.iter().map(|notice| notice.record).collect();
    outcome.shortfalls.push(Shortfall { records, cause });
    outcome
}

/// Returns the notices that may be accepted later, and adds the others to the poison.
fn sort_out<'notice>(
    pending: &[&'notice Notice],
    not_taken: Vec<NotTaken>,
    poison: &mut Vec<Poison>,
) -> Vec<&'notice Notice> {
    let mut later = Vec::new();
    for NotTaken {
        index,
        refusal,
        reason,
    } in not_taken
    {
        let Some(notice) = pending.get(index).copied() else {
            continue;
        };
        match refusal {
            Refusal::Transient => later.push(notice),
            Refusal::Permanent => {
                let revision = notice.notification.stream_revision;
                let reason = format!("the topic refuses the notification of revision `{revision}`: {reason}");
                poison.push(Poison {
                    record: notice.record,
                    reason,
                });
            }
        }
    }
    later
}

/// The error for a topic that accepts a call but rejects its notices.
#[derive(Debug, thiserror::Error)]
#[error("the topic did not take the notification: {reason}")]
struct NotTakenInTime {
    reason: String,
}
