//! Reads commits by their keys, from any streams: the commits that the feed names, in one request.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};

use super::EventsTable;
use super::item::{self, Item};
use crate::feed::port::{CommitKey, CommitReader, CommitsFound};
use crate::store::{Consistency, StoreError, StreamKey};

impl CommitReader for EventsTable {
    async fn commits_at(
        &self,
        keys: &[CommitKey],
        consistency: Consistency,
    ) -> Result<CommitsFound, StoreError> {
        let wanted = KeysAndAttributes::builder()
            .set_keys(Some(keys.iter().map(key).collect()))
            .consistent_read(consistency == Consistency::Strong);
        let (items, left_out) = self.read_all(wanted).await?;
        let mut found = CommitsFound::default();
        for item in items {
            let key = commit_key(keys, &item).ok_or(NotAsked)?;
            let commit = item::decode_of(&key.0, item)?;
            found.commits.insert(key, commit);
        }
        let left_out = left_out.iter().filter_map(|item| commit_key(keys, item));
        found.unprocessed.extend(left_out);
        Ok(found)
    }
}

fn key((stream, first): &CommitKey) -> Item {
    HashMap::from([
        ("pk".to_owned(), AttributeValue::S(stream.to_string())),
        ("sk".to_owned(), AttributeValue::N(first.to_string())),
    ])
}

/// Which of the requested commits an item is.
fn commit_key(asked: &[CommitKey], item: &Item) -> Option<CommitKey> {
    let stream: StreamKey = item.get("pk")?.as_s().ok()?.parse().ok()?;
    let first = item.get("sk")?.as_n().ok()?.parse().ok()?;
    let key = (stream, first);
    asked.contains(&key).then_some(key)
}

/// The error for an item that was not requested.
#[derive(Debug, thiserror::Error)]
#[error("the answer contains an item that was not requested")]
struct NotAsked;

impl From<NotAsked> for StoreError {
    fn from(error: NotAsked) -> Self {
        Self::Fault(error.into())
    }
}
