//! Committing: the checkpoint, and whatever else, all or nothing.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};
use event_store_types::Revision;

use super::super::{CheckpointKey, Committed};
use super::checkpoint::{Item, REVISION};
use super::{NotKept, Write};
use crate::BoxError;

/// The put of a checkpoint, on the condition that it still is where it was loaded.
pub(super) struct PutCheckpoint<'a> {
    pub(super) table: &'a str,
    pub(super) item: Item,
    pub(super) from: Option<Revision>,
}

impl PutCheckpoint<'_> {
    /// Writes nothing else.
    pub(super) async fn alone(self, client: &Client) -> Result<Committed, Failure> {
        let (condition, from) = self.condition();
        let mut put = client
            .put_item()
            .table_name(self.table)
            .set_item(Some(self.item))
            .condition_expression(condition)
            .expression_attribute_names("#revision", REVISION);
        if let Some(from) = from {
            put = put.expression_attribute_values(":from", from);
        }
        let Err(error) = put.send().await else {
            return Ok(Committed::Written);
        };
        match error.code() {
            // The second says that a transaction holds the item: another commit is moving the checkpoint.
            Some("ConditionalCheckFailedException" | "TransactionConflictException") => Ok(Committed::Outrun),
            code => Err(Failure {
                is_invalid: code == Some("ValidationException"),
                reasons: Vec::new(),
                source: error.into(),
            }),
        }
    }

    /// Writes all of `writes` as well, or nothing.
    pub(super) async fn with(self, writes: Vec<Write>, client: &Client) -> Result<Committed, Failure> {
        let (condition, from) = self.condition();
        let mut put = Put::builder()
            .table_name(self.table)
            .set_item(Some(self.item))
            .condition_expression(condition)
            .expression_attribute_names("#revision", REVISION);
        if let Some(from) = from {
            put = put.expression_attribute_values(":from", from);
        }
        let put = put.build().map_err(Failure::of_build)?;
        let mut transaction = client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(put).build());
        for write in writes {
            transaction = transaction.transact_items(transact_item(write)?);
        }
        match transaction.send().await {
            Ok(_) => Ok(Committed::Written),
            Err(error) => cancelled(error),
        }
    }

    fn condition(&self) -> (&'static str, Option<AttributeValue>) {
        match self.from {
            None => ("attribute_not_exists(#revision)", None),
            Some(from) => ("#revision = :from", Some(AttributeValue::N(from.to_string()))),
        }
    }
}

fn transact_item(write: Write) -> Result<TransactWriteItem, Failure> {
    let item = TransactWriteItem::builder();
    let item = match write {
        Write::Put { table, item: put } => {
            let put = Put::builder().table_name(table).set_item(Some(put)).build();
            item.put(put.map_err(Failure::of_build)?)
        }
        Write::Update(update) => item.update(update),
        Write::Delete { table, key } => {
            let delete = Delete::builder().table_name(table).set_key(Some(key)).build();
            item.delete(delete.map_err(Failure::of_build)?)
        }
    };
    Ok(item.build())
}

/// A cancelled transaction has a reason for each of its writes, the checkpoint's first; `None` for those that were not at
/// fault.
fn cancelled(error: SdkError<TransactWriteItemsError>) -> Result<Committed, Failure> {
    let reasons: Vec<String> = match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            let reasons = cancelled.cancellation_reasons().iter();
            reasons
                .map(|reason| reason.code().unwrap_or("None").to_owned())
                .collect()
        }
        _ => Vec::new(),
    };
    let is_moved = reasons
        .first()
        .is_some_and(|reason| reason == "ConditionalCheckFailed");
    // Another transaction holds one of the items: the checkpoint, or one that streams share. Nobody has won yet.
    let is_held = reasons.iter().any(|reason| reason == "TransactionConflict")
        && reasons
            .iter()
            .all(|reason| reason == "TransactionConflict" || reason == "None");
    if is_moved || is_held {
        return Ok(Committed::Outrun);
    }
    Err(Failure {
        is_invalid: error.code() == Some("ValidationException")
            || reasons.iter().any(|reason| reason == "ValidationError"),
        reasons,
        source: error.into(),
    })
}

/// A commit that failed.
pub(super) struct Failure {
    /// Whether DynamoDB does not take what it was given: too large altogether, perhaps.
    is_invalid: bool,
    reasons: Vec<String>,
    source: BoxError,
}

impl Failure {
    fn of_build(error: BuildError) -> Self {
        Self {
            is_invalid: false,
            reasons: Vec::new(),
            source: error.into(),
        }
    }

    /// What is too large for one commit may fit several.
    pub(super) fn settle(self, key: &CheckpointKey<'_>, is_one_event: bool) -> Result<Committed, NotKept> {
        if self.is_invalid && !is_one_event {
            return Ok(Committed::TooMuch);
        }
        Err(NotKept::NotCommitted {
            key: key.to_string(),
            reasons: self.reasons,
            source: self.source,
        })
    }
}
