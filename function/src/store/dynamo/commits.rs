//! Commits by their keys, whatever streams they belong to: what the feed names, read in one request.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, ReturnConsumedCapacity};

use super::item::{self, Item, Undecodable};
use super::{EventsTable, translate};
use crate::feed::port::{CommitKey, CommitReader, CommitsFound};
use crate::store::{Consistency, StoreError};

impl CommitReader for EventsTable {
    async fn commits_at(
        &self,
        keys: &[CommitKey],
        consistency: Consistency,
    ) -> Result<CommitsFound, StoreError> {
        let wanted = KeysAndAttributes::builder()
            .set_keys(Some(keys.iter().map(key).collect()))
            .consistent_read(consistency == Consistency::Strong)
            .build()
            .map_err(|error| StoreError::Fault(error.into()))?;
        let answer = self
            .client
            .batch_get_item()
            .request_items(&*self.table, wanted)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(translate)?;
        let consumed = answer.consumed_capacity.unwrap_or_default();
        self.meter
            .add_read(consumed.iter().map(|table| table.capacity_units).sum());
        let mut found = CommitsFound::default();
        for item in answer.responses.unwrap_or_default().into_values().flatten() {
            let key = commit_key(&item)?;
            found.commits.insert(key, item::decode(item)?);
        }
        for left_out in answer.unprocessed_keys.unwrap_or_default().values() {
            for item in &left_out.keys {
                found.unprocessed.insert(commit_key(item)?);
            }
        }
        Ok(found)
    }
}

fn key((stream, first): &CommitKey) -> Item {
    HashMap::from([
        ("pk".to_owned(), AttributeValue::S(stream.to_string())),
        ("sk".to_owned(), AttributeValue::N(first.to_string())),
    ])
}

fn commit_key(item: &Item) -> Result<CommitKey, Undecodable> {
    let stream = item.get("pk").and_then(|value| value.as_s().ok()?.parse().ok());
    let stream = stream.ok_or(Undecodable { attribute: "pk" })?;
    Ok((stream, item::revision(item, "sk")?))
}
