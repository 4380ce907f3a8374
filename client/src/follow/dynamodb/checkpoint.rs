//! A checkpoint as an item.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use event_store_types::Revision;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::{CheckpointKey, Loaded};
use super::{Changes, NotKept, Table};

pub(super) type Item = HashMap<String, AttributeValue>;

/// The revision of the last event in the read model.
pub(super) const REVISION: &str = "revision";
/// The view of the stream as JSON; absent when it is `null`.
const VIEW: &str = "view";
/// Where checkpoints stand in a table with a sort key.
const SORT_KEY: &str = "checkpoint";

/// The key of the item at `key` in the table of checkpoints.
pub(super) fn item_key(table: &Table, key: &str) -> Item {
    table.text_key(key, SORT_KEY)
}

pub(super) fn item<View: Serialize>(
    table: &Table,
    key: &CheckpointKey<'_>,
    revision: Revision,
    view: &View,
) -> Result<Item, NotKept> {
    let mut item = item_key(table, &key.to_string());
    item.insert(REVISION.into(), AttributeValue::N(revision.to_string()));
    let view = serde_json::to_string(view).map_err(|source| NotKept::NotWritable {
        key: key.to_string(),
        source,
    })?;
    if view != "null" {
        item.insert(VIEW.into(), AttributeValue::S(view));
    }
    Ok(item)
}

pub(super) fn read<View: DeserializeOwned + Default>(
    table: &Table,
    key: &CheckpointKey<'_>,
    item: Option<&Item>,
) -> Result<Loaded<Changes<View>>, NotKept> {
    let Some(item) = item else {
        return Ok(Loaded {
            checkpoint: None,
            changes: Changes::of(View::default()),
        });
    };
    let not_readable = |attribute, source| NotKept::NotReadable {
        table: table.name().to_owned(),
        key: key.to_string(),
        attribute,
        source,
    };
    let revision = item
        .get(REVISION)
        .and_then(|value| value.as_n().ok()?.parse().ok())
        .ok_or_else(|| not_readable(REVISION, None))?;
    let view = match item.get(VIEW) {
        None => View::default(),
        Some(value) => {
            let text = value.as_s().map_err(|_| not_readable(VIEW, None))?;
            serde_json::from_str(text).map_err(|error| not_readable(VIEW, Some(error.into())))?
        }
    };
    Ok(Loaded {
        checkpoint: Some(revision),
        changes: Changes::of(view),
    })
}
