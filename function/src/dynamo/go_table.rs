//! Reads the table of the Go system (`serverless-event-store` in Go), to import its events into this store.
//!
//! One table holds both kinds of items. A stream's header is the item with `PK` = its id and `SK` = 0
//! (`RecordType` = `stream`, `StreamType`, `StreamRevision`). Its events are the items with `SK` = 1, 2, …
//! (`RecordType` = `event`, `EventType`, `Payload` as text, and `CreatedAt`).

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use event_store_types::{Event, EventId, EventType, Payload, Revision, StreamId, StreamType, Timestamp};
use uuid::Uuid;

use super::translate;
use crate::store::StoreError;

type Item = HashMap<String, AttributeValue>;

/// The table, read from its first item to its last.
#[derive(Debug)]
pub struct GoTable {
    client: Client,
    table: String,
    next: Option<Item>,
    has_ended: bool,
}

/// An item of the table. A stream's items follow one another, the header first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GoItem {
    /// A stream, and its current revision.
    Stream {
        stream_type: StreamType,
        stream_id: StreamId,
        revision: Revision,
    },
    /// An event of the preceding stream.
    Event(Event),
}

/// Why the table cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum GoTableError {
    /// The database did not answer.
    #[error("the table cannot be read")]
    Store(#[from] StoreError),
    /// The Go system does not write such an item.
    #[error("the item `{key}` has no `{attribute}` that can be read")]
    Odd {
        /// Its key.
        key: String,
        /// The attribute.
        attribute: &'static str,
    },
}

impl GoTable {
    /// The table `table`, behind `client`.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
            next: None,
            has_ended: false,
        }
    }

    /// Reads the next items with strong consistency, at most 1 MB; empty at the end of the table.
    ///
    /// # Errors
    /// When the database does not answer, or an item is not one that the Go system writes.
    pub async fn next_items(&mut self) -> Result<Vec<GoItem>, GoTableError> {
        let mut items = Vec::new();
        while items.is_empty() && !self.has_ended {
            let scan = self.client.scan().table_name(&self.table).consistent_read(true);
            let answer = scan.set_exclusive_start_key(self.next.take()).send().await;
            let answer = answer.map_err(translate)?;
            self.has_ended = answer.last_evaluated_key.is_none();
            self.next = answer.last_evaluated_key;
            items = answer.items.unwrap_or_default();
        }
        items.iter().map(read).collect()
    }
}

fn read(item: &Item) -> Result<GoItem, GoTableError> {
    let text = |attribute| item.get(attribute).and_then(|value| value.as_s().ok());
    let number = |attribute| item.get(attribute).and_then(|value| value.as_n().ok());
    let odd = |attribute| GoTableError::Odd {
        key: format!(
            "{}/{}",
            text("PK").map_or("?", String::as_str),
            number("SK").map_or("?", String::as_str)
        ),
        attribute,
    };
    let stream_id: StreamId = text("PK")
        .and_then(|id| id.parse().ok())
        .ok_or_else(|| odd("PK"))?;
    let place = number("SK").ok_or_else(|| odd("SK"))?;
    if place == "0" {
        let stream_type = text("StreamType").and_then(|name| name.parse().ok());
        let revision = number("StreamRevision").and_then(|revision| revision.parse().ok());
        return Ok(GoItem::Stream {
            stream_type: stream_type.ok_or_else(|| odd("StreamType"))?,
            stream_id,
            revision: revision.ok_or_else(|| odd("StreamRevision"))?,
        });
    }
    let revision: Revision = place.parse().map_err(|_| odd("SK"))?;
    let event_type = text("EventType").ok_or_else(|| odd("EventType"))?;
    // The payload is text in that table, and its clients expect text.
    let payload = text("Payload").and_then(|payload| Payload::of(payload).ok());
    let created_at: Option<Timestamp> = text("CreatedAt").and_then(|moment| moment.parse().ok());
    Ok(GoItem::Event(Event::new(
        stream_id,
        revision,
        EventType::stored(event_type.clone()),
        payload.ok_or_else(|| odd("Payload"))?,
        created_at.ok_or_else(|| odd("CreatedAt"))?,
        event_id(stream_id, revision),
    )))
}

/// The id for an event that has none in that table. It is always the same, so that an import can be repeated.
fn event_id(stream_id: StreamId, revision: Revision) -> EventId {
    Uuid::new_v5(&stream_id.as_uuid(), revision.to_string().as_bytes()).into()
}
