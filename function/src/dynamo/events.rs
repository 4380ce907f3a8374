//! The events table.

use std::ops::RangeInclusive;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use event_store_types::Revision;

use super::table::Table;
use super::{item, translate};
use crate::store::commit::{Commit, Tail};
use crate::store::{Commits, Consistency, EventLog, Order, Put, StoreError, StreamKey};

/// Marks the events table as the kind of a [`Table`].
#[derive(Clone, Copy, Debug)]
pub enum Events {}

/// The events table.
pub type EventsTable = Table<Events>;

impl EventsTable {
    /// Reads an item that does not exist, to find out whether the table answers. Afterwards the connection is
    /// open.
    ///
    /// # Errors
    /// When the table did not answer. The next request may still succeed.
    pub async fn reach(&self) -> Result<(), StoreError> {
        self.client
            .get_item()
            .table_name(&*self.name)
            .key("pk", AttributeValue::S("nothing".into()))
            .key("sk", AttributeValue::N("0".into()))
            .send()
            .await
            .map_err(translate)?;
        Ok(())
    }

    /// A Query over commits of `stream`.
    pub(super) fn query_stream(
        &self,
        stream: &StreamKey,
        key_condition: &str,
        consistency: Consistency,
    ) -> QueryFluentBuilder {
        self.query_by(key_condition)
            .expression_attribute_values(":stream", AttributeValue::S(stream.to_string()))
            .consistent_read(consistency == Consistency::Strong)
    }

    /// Sends `query` for commits of `stream`.
    pub(super) async fn commits(
        &self,
        stream: &StreamKey,
        query: QueryFluentBuilder,
    ) -> Result<Commits, StoreError> {
        let (items, next) = self.read(query).await?;
        let commits = items.into_iter().map(|item| item::decode_of(stream, item));
        Ok(Commits {
            commits: commits.collect::<Result<_, _>>()?,
            more: next.is_some(),
        })
    }
}

impl EventLog for EventsTable {
    async fn tail(&self, stream: &StreamKey) -> Result<Option<Tail>, StoreError> {
        // Reading the end alone would cost as much, and could not be verified against the checksum.
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
            .query_stream(stream, "pk = :stream AND sk <= :revision", consistency)
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
            .query_stream(
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
            .query_stream(stream, "pk = :stream", Consistency::Strong)
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        self.commits(stream, newest).await
    }

    async fn put(&self, stream: &StreamKey, commit: &Commit) -> Result<Put, StoreError> {
        Ok(match self.put_if_absent(item::encode(stream, commit)).await? {
            None => Put::Written,
            Some(there) => Put::Refused(item::decode_of(stream, there)?),
        })
    }
}
