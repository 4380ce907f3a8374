//! The events table.

use std::ops::RangeInclusive;
use std::sync::Arc;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure};
use event_store_types::Revision;

use super::{Client, item, translate};
use crate::store::commit::{Commit, Tail};
use crate::store::{Commits, Consistency, EventLog, Meter, Order, Put, StoreError, StreamKey};

/// The events table, and the meter on which its use is counted.
#[derive(Clone, Debug)]
pub struct EventsTable {
    pub(super) client: Client,
    pub(super) table: Arc<str>,
    pub(super) meter: Meter,
}

impl EventsTable {
    /// The table named `table`.
    pub fn new(client: Client, table: impl Into<Arc<str>>) -> Self {
        Self {
            client,
            table: table.into(),
            meter: Meter::default(),
        }
    }

    /// The same table, its use counted on `meter`.
    #[must_use]
    pub fn metered(&self, meter: Meter) -> Self {
        Self {
            meter,
            ..self.clone()
        }
    }

    /// Asks for an item that is not there: whether the table answers is the answer. Afterwards the connection is open.
    ///
    /// # Errors
    /// When the table did not answer. The next request may still succeed.
    pub async fn reach(&self) -> Result<(), StoreError> {
        self.client
            .get_item()
            .table_name(&*self.table)
            .key("pk", AttributeValue::S("nothing".into()))
            .key("sk", AttributeValue::N("0".into()))
            .send()
            .await
            .map_err(translate)?;
        Ok(())
    }

    /// A Query over commits of `stream`.
    pub(super) fn query(
        &self,
        stream: &StreamKey,
        key_condition: &str,
        consistency: Consistency,
    ) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&*self.table)
            .key_condition_expression(key_condition)
            .expression_attribute_values(":stream", AttributeValue::S(stream.to_string()))
            .consistent_read(consistency == Consistency::Strong)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
    }

    /// Sends `query` for commits of `stream`.
    pub(super) async fn commits(
        &self,
        stream: &StreamKey,
        query: QueryFluentBuilder,
    ) -> Result<Commits, StoreError> {
        let (items, more) = self.read(query).await?;
        let commits = items.into_iter().map(|item| item::decode_of(stream, item));
        let commits = commits.collect::<Result<_, _>>()?;
        Ok(Commits { commits, more })
    }

    /// Sends `query`, and says whether it ended before what it asked for did.
    async fn read(&self, query: QueryFluentBuilder) -> Result<(Vec<item::Item>, bool), StoreError> {
        let answer = query.send().await.map_err(translate)?;
        self.meter.add_read(
            answer
                .consumed_capacity
                .and_then(|capacity| capacity.capacity_units),
        );
        Ok((
            answer.items.unwrap_or_default(),
            answer.last_evaluated_key.is_some(),
        ))
    }
}

impl EventLog for EventsTable {
    async fn tail(&self, stream: &StreamKey) -> Result<Option<Tail>, StoreError> {
        // Its end alone would cost as much, and could not be held against the checksum.
        let newest = self.newest_commits(stream, 1).await?;
        Ok(newest.commits.first().map(Commit::tail))
    }

    async fn newest_at_or_before(
        &self,
        stream: &StreamKey,
        revision: Revision,
        consistency: Consistency,
    ) -> Result<Option<Commit>, StoreError> {
        let newest = self
            .query(stream, "pk = :stream AND sk <= :revision", consistency)
            .expression_attribute_values(":revision", AttributeValue::N(revision.to_string()))
            .scan_index_forward(false)
            .limit(1);
        let newest = self.commits(stream, newest).await?;
        Ok(newest.commits.into_iter().next())
    }

    async fn commits_starting(
        &self,
        stream: &StreamKey,
        starts: RangeInclusive<Revision>,
        order: Order,
        consistency: Consistency,
    ) -> Result<Commits, StoreError> {
        let query = self
            .query(
                stream,
                "pk = :stream AND sk BETWEEN :first AND :last",
                consistency,
            )
            .expression_attribute_values(":first", AttributeValue::N(starts.start().to_string()))
            .expression_attribute_values(":last", AttributeValue::N(starts.end().to_string()))
            .scan_index_forward(order == Order::OldestFirst);
        self.commits(stream, query).await
    }

    async fn newest_commits(&self, stream: &StreamKey, limit: usize) -> Result<Commits, StoreError> {
        let newest = self
            .query(stream, "pk = :stream", Consistency::Strong)
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        self.commits(stream, newest).await
    }

    /// The one place where anything is written to the events table, and always on the condition that nothing
    /// is there: IAM cannot forbid an unconditional put, which would overwrite an event.
    async fn put(&self, stream: &StreamKey, commit: &Commit) -> Result<Put, StoreError> {
        let answer = self
            .client
            .put_item()
            .table_name(&*self.table)
            .set_item(Some(item::encode(stream, commit)))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match answer {
            Ok(answer) => {
                self.meter.add_write(
                    answer
                        .consumed_capacity
                        .and_then(|capacity| capacity.capacity_units),
                );
                Ok(Put::Written)
            }
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(refusal)) => {
                    let there = refusal.item.clone().ok_or(RefusedWithoutItem)?;
                    let there = item::decode_of(stream, there)?;
                    self.meter.add_write(Some(refused_units(commit, &there)));
                    Ok(Put::Refused(there))
                }
                _ => Err(translate(error)),
            },
        }
    }
}

/// What a refused put costs, as near as can be told: it is billed like the larger of the two items, but its
/// answer does not say so.
fn refused_units(commit: &Commit, there: &Commit) -> f64 {
    let larger = commit.events().size().max(there.events().size());
    u32::try_from(larger.div_ceil(1024).max(1)).map_or(f64::MAX, f64::from)
}

/// A refused put whose answer lacks what it was asked for.
#[derive(Debug, thiserror::Error)]
#[error("a put was refused, but the answer does not hold the item that is there")]
pub(super) struct RefusedWithoutItem;

impl From<RefusedWithoutItem> for StoreError {
    fn from(error: RefusedWithoutItem) -> Self {
        Self::Fault(error.into())
    }
}
