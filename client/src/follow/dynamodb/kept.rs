//! How far followers are, in the table of checkpoints.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::AttributeValue;

use super::super::{Committed, Kept};
use super::{NotKept, Table, checkpoint};
use crate::BoxError;

/// The version of what is kept.
const VERSION: &str = "version";
/// What is kept, as text.
const TEXT: &str = "checkpoint_text";

/// Loads what is kept under `key`.
pub(super) async fn load(client: &Client, table: &Table, key: &str) -> Result<Option<Kept>, BoxError> {
    let found = client
        .get_item()
        .table_name(table.name())
        .set_key(Some(checkpoint::item_key(table, key)))
        .consistent_read(true)
        .send()
        .await
        .map_err(|error| NotKept::NotLoaded {
            table: table.name().to_owned(),
            key: key.to_owned(),
            source: error.into(),
        })?;
    found.item().map(|item| read(table, key, item)).transpose()
}

fn read(table: &Table, key: &str, item: &HashMap<String, AttributeValue>) -> Result<Kept, BoxError> {
    let not_readable = |attribute| NotKept::NotReadable {
        table: table.name().to_owned(),
        key: key.to_owned(),
        attribute,
        source: None,
    };
    let version = item
        .get(VERSION)
        .and_then(|value| value.as_n().ok()?.parse().ok());
    let text = item.get(TEXT).and_then(|value| value.as_s().ok());
    Ok(Kept::new(
        version.ok_or_else(|| not_readable(VERSION))?,
        text.ok_or_else(|| not_readable(TEXT))?,
    ))
}

/// Keeps `kept` under `key`, if what is there has the version before.
pub(super) async fn save(
    client: &Client,
    table: &Table,
    key: &str,
    kept: Kept,
) -> Result<Committed, BoxError> {
    let Kept { version, text } = kept;
    let mut item = checkpoint::item_key(table, key);
    item.insert(VERSION.into(), AttributeValue::N(version.to_string()));
    item.insert(TEXT.into(), AttributeValue::S(text));
    let put = client
        .put_item()
        .table_name(table.name())
        .set_item(Some(item))
        .expression_attribute_names("#version", VERSION);
    let put = match version.checked_sub(1).filter(|before| *before > 0) {
        None => put.condition_expression("attribute_not_exists(#version)"),
        Some(before) => put
            .condition_expression("#version = :before")
            .expression_attribute_values(":before", AttributeValue::N(before.to_string())),
    };
    let Err(error) = put.send().await else {
        return Ok(Committed::Written);
    };
    if error.code() == Some("ConditionalCheckFailedException") {
        return Ok(Committed::Outrun);
    }
    Err(NotKept::NotCommitted {
        key: key.to_owned(),
        reasons: Vec::new(),
        source: error.into(),
    }
    .into())
}
