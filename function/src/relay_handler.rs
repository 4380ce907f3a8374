//! The relay as a Lambda function: takes an invocation, and returns batch item failures or the progress of
//! reconciling.

use std::time::{Duration, Instant as StdInstant, SystemTime};

use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::time::Instant;

use crate::dynamo::{CatalogueTable, EventsTable, FeedTable};
use crate::messaging::{SnsTopic, SqsFailureQueue};
use crate::relay::checkpoint::Checkpoint;
use crate::relay::feeder::Feeder;
use crate::relay::invocation::{InvalidInvocation, Invocation};
use crate::relay::patience::Patience;
use crate::relay::reconcile::Reconciler;
use crate::relay::reconcile::answer::ReconcileAnswer;
use crate::relay::reconcile::progress::Progress;
use crate::relay::sequence_number::SequenceNumber;
use crate::relay::{Relay, Relayed};
use crate::store::{Consumed, Meter};
use crate::telemetry::{Metric, Metrics, chain, milliseconds};

/// The part of an invocation's time that is reserved for answering, after the last attempt.
const ANSWER_RESERVE: Duration = Duration::from_secs(1);

/// Everything that an invocation needs.
#[derive(Clone, Debug)]
pub struct Handler {
    /// The events table's name, the dimension of the metrics.
    pub events_table: String,
    /// The events table, which only reconciling reads.
    pub events: EventsTable,
    /// The feed.
    pub feeder: Feeder<FeedTable>,
    pub catalogue: CatalogueTable,
    pub topic: SnsTopic,
    /// The destination of poison records.
    pub failure_queue: SqsFailureQueue,
}

impl Handler {
    /// Handles an invocation.
    ///
    /// # Errors
    /// When the relay cannot act on the payload, or when the whole batch must be delivered again. Lambda
    /// counts both as failures of the function.
    pub async fn handle(&self, event: LambdaEvent<Box<RawValue>>) -> Result<Answer, RelayError> {
        let invocation = Invocation::parse(&event.payload).inspect_err(|error| {
            tracing::error!(error = error as &dyn std::error::Error, "invocation refused");
        })?;
        let patience = Patience::until(deadline(&event.context));
        match invocation {
            Invocation::Records(records) => self.relay(&records, patience).await,
            Invocation::Reconcile(progress) => Ok(self.reconcile(progress, patience).await),
        }
    }

    async fn relay(&self, records: &[Box<RawValue>], patience: Patience) -> Result<Answer, RelayError> {
        let started = StdInstant::now();
        let meter = Meter::default();
        let relayed = self.metered(&meter).relay(records, patience).await;
        report_tampering(&relayed);
        let consumed = meter.consumed();
        log(records.len(), &relayed, started.elapsed(), consumed);
        self.measure(Metric::LogTampering, relayed.tampered.len());
        self.measure(Metric::FeedFaults, usize::from(relayed.feed_fault));
        answer(relayed.checkpoint)
    }

    async fn reconcile(&self, progress: Progress, patience: Patience) -> Answer {
        let started = StdInstant::now();
        let meter = Meter::default();
        let reconciler = Reconciler {
            log: self.events.metered(meter.clone()),
            relay: self.metered(&meter),
        };
        let outcome = reconciler.run(progress, patience).await;
        let consumed = meter.consumed();
        let answer = ReconcileAnswer::of(outcome, consumed);
        log_reconciled(&answer, started.elapsed());
        Answer::Reconciled { reconcile: answer }
    }

    /// The effects, with their database consumption counted by `meter`.
    fn metered(&self, meter: &Meter) -> Relay<FeedTable, CatalogueTable, SnsTopic, SqsFailureQueue> {
        Relay {
            feeder: self.feeder.on(self.feeder.table.metered(meter.clone())),
            catalogue: self.catalogue.metered(meter.clone()),
            publisher: self.topic.clone(),
            failure_queue: self.failure_queue.clone(),
        }
    }

    /// Records at once what must never happen: an alarm watches it.
    fn measure(&self, metric: Metric, times: usize) {
        let times = u32::try_from(times).unwrap_or(u32::MAX);
        if times > 0 {
            let metrics = Metrics::of(self.events_table.as_str());
            metrics.with(metric, times.into()).emit();
        }
    }
}

/// Logs one error line per record: nobody may change the log.
fn report_tampering(relayed: &Relayed) {
    for (identity, tampering) in &relayed.tampered {
        tracing::error!(
            keys = identity.keys.as_deref().map_or("", RawValue::get),
            sequenceNumber = identity.sequence_number.as_ref().map_or("", SequenceNumber::as_str),
            tampering = ?tampering,
            "the log was tampered with"
        );
    }
}

/// The time by which the last attempt must end, converted from the clock of Lambda's deadline.
fn deadline(context: &Context) -> Instant {
    let left = context
        .deadline()
        .duration_since(SystemTime::now())
        .unwrap_or_default();
    Instant::now() + left.saturating_sub(ANSWER_RESERVE)
}

fn log(records: usize, relayed: &Relayed, duration: Duration, consumed: Consumed) {
    let first = relayed.shortfalls.first();
    macro_rules! line {
        ($level:ident, $message:literal) => {
            tracing::$level!(
                records,
                streams = relayed.streams,
                notices = relayed.notices,
                parked = Some(relayed.parked).filter(|parked| *parked > 0),
                failures = Some(relayed.shortfalls.len()).filter(|failures| *failures > 0),
                durationMs = milliseconds(duration),
                requests = consumed.requests,
                rru = consumed.rru,
                wru = consumed.wru,
                error = first.map(|first| first.cause.as_str()),
                $message
            )
        };
    }
    match first {
        None if relayed.parked == 0 => line!(info, "relayed"),
        None => line!(warn, "relayed"),
        Some(_) => line!(error, "not relayed to the end"),
    }
}

fn log_reconciled(answer: &ReconcileAnswer, duration: Duration) {
    let tally = answer.tally;
    macro_rules! line {
        ($level:ident, $message:literal) => {
            tracing::$level!(
                commits = tally.commits,
                streams = tally.streams,
                updated = tally.updated,
                fed = tally.fed,
                notified = tally.notified,
                parked = tally.parked,
                unreadable = tally.unreadable,
                toTheEnd = answer.continue_from.is_none(),
                durationMs = milliseconds(duration),
                requests = answer.requests,
                rru = answer.rru,
                wru = answer.wru,
                error = answer.failure,
                $message
            )
        };
    }
    if answer.failure.is_none() {
        line!(info, "reconciled");
    } else {
        line!(error, "not reconciled to the end");
    }
}

fn answer(checkpoint: Checkpoint) -> Result<Answer, RelayError> {
    let mut response = DynamoDbEventResponse::default();
    match checkpoint {
        Checkpoint::Done => {}
        Checkpoint::From(sequence_number) => {
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = Some(sequence_number.as_str().to_owned());
            response.batch_item_failures.push(failure);
        }
        Checkpoint::WholeBatch => return Err(RelayError::WholeBatch),
    }
    Ok(Answer::Relayed(response))
}

/// The answer to an invocation.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// The records of a batch that must be delivered again.
    Relayed(DynamoDbEventResponse),
    /// The progress of reconciling.
    Reconciled {
        /// The progress.
        reconcile: ReconcileAnswer,
    },
}

/// A failure of the function.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// The relay cannot act on the payload.
    #[error(transparent)]
    Invalid(#[from] InvalidInvocation),
    /// The first record of the batch lacks an effect.
    #[error("an effect is missing from the first record on: the whole batch must be delivered again")]
    WholeBatch,
}

/// Shows a failure in Lambda: its kind, and its message with every cause.
impl From<RelayError> for Diagnostic {
    fn from(error: RelayError) -> Self {
        let kind = match error {
            RelayError::Invalid(_) => "InvalidInvocation",
            RelayError::WholeBatch => "WholeBatch",
        };
        Self {
            error_type: kind.to_owned(),
            error_message: chain(&error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(checkpoint: Checkpoint) -> String {
        match answer(checkpoint) {
            Ok(response) => serde_json::to_string(&response).unwrap(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_answer_has_the_form_that_lambda_reads() {
        assert_eq!(text(Checkpoint::Done), r#"{"batchItemFailures":[]}"#);
        assert_eq!(
            text(Checkpoint::From("12".into())),
            r#"{"batchItemFailures":[{"itemIdentifier":"12"}]}"#
        );
        assert!(text(Checkpoint::WholeBatch).contains("whole batch"));
    }

    #[test]
    fn attempts_end_before_lambda_kills_the_invocation() {
        let mut context = Context::default();
        let in_ten_seconds = SystemTime::now() + Duration::from_secs(10);
        let since_epoch = in_ten_seconds.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        context.deadline = since_epoch.as_millis().try_into().unwrap();
        let left = deadline(&context) - Instant::now();
        assert!(
            (Duration::from_secs(8)..=Duration::from_secs(9)).contains(&left),
            "{left:?}"
        );
    }

    #[test]
    fn a_deadline_that_has_passed_leaves_no_time() {
        assert!(deadline(&Context::default()) <= Instant::now());
    }
}
