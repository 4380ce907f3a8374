//! How far each stream has been announced. It lets the relay continue after a kill.

use std::sync::Arc;

use event_store_types::Revision;
use quick_cache::sync::Cache;
use serde_json::{Value, json};

use super::connector::Connector;
use super::database::AskError;
use crate::store::StreamKey;

/// The revision up to which the topic has accepted all events of a stream, kept in the stream's catalogue
/// item.
///
/// It is written only after the topic accepted the notifications, so the next start announces again what a
/// kill interrupts: perhaps twice, but at least once. A single follower writes it, in each stream's order, so
/// it needs no condition.
#[derive(Debug)]
pub(super) struct Announced {
    database: Connector,
    catalogue: Arc<str>,
    /// Marks that were read or written before, so that another append to the stream costs no read.
    known: Cache<StreamKey, Revision>,
}

/// The attribute of the catalogue's item.
const ATTRIBUTE: &str = "announced";

/// The maximum number of cached streams, at about 150 bytes each.
const REMEMBERED: usize = 10_000;

/// How many marks one transaction holds: DynamoDB's limit.
pub(super) const MARKS_A_CALL: usize = 100;

/// How many streams are looked at in one go.
const STREAMS_A_PAGE: usize = 1_000;

impl Announced {
    /// The marks in the table called `catalogue`.
    pub(super) fn new(database: Connector, catalogue: &str) -> Self {
        Self {
            database,
            catalogue: catalogue.into(),
            known: Cache::new(REMEMBERED),
        }
    }

    /// The revision up to which the stream has been announced, or `None` if nothing has.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(super) async fn revision(&self, stream: &StreamKey) -> Result<Option<Revision>, AskError> {
        if let Some(known) = self.known.get(stream) {
            return Ok(Some(known));
        }
        let request = json!({
            "TableName": &*self.catalogue,
            "Key": key(stream),
            "ConsistentRead": true,
            "ProjectionExpression": ATTRIBUTE,
        });
        let answer = self.database.ask("GetItem", &request).await?;
        let revision = revision(&answer["Item"]);
        if let Some(revision) = revision {
            self.known.insert(stream.clone(), revision);
        }
        Ok(revision)
    }

    /// Notes that each of the streams, at most [`MARKS_A_CALL`], has been announced up to a revision: all in one transaction.
    ///
    /// # Errors
    /// When the database does not answer. What was announced is then announced again some time.
    pub(super) async fn mark(&self, marks: &[(StreamKey, Revision)]) -> Result<(), AskError> {
        let updates: Vec<Value> = marks
            .iter()
            .map(|(stream, revision)| {
                json!({"Update": {
                    "TableName": &*self.catalogue,
                    "Key": key(stream),
                    "UpdateExpression": format!("SET {ATTRIBUTE} = :revision"),
                    "ExpressionAttributeValues": {":revision": {"N": revision.to_string()}},
                }})
            })
            .collect();
        let request = json!({"TransactItems": updates});
        self.database.ask("TransactWriteItems", &request).await?;
        for (stream, revision) in marks {
            self.known.insert(stream.clone(), *revision);
        }
        Ok(())
    }

    /// The streams on the next page of the catalogue that are not fully announced, and the key where the
    /// following page begins. Appends that the catalogue does not list yet are not seen.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(super) async fn unannounced(
        &self,
        after: Option<Value>,
    ) -> Result<(Vec<StreamKey>, Option<Value>), AskError> {
        let mut request = json!({
            "TableName": &*self.catalogue,
            "ProjectionExpression": "pk",
            "FilterExpression": format!("attribute_not_exists({ATTRIBUTE}) OR {ATTRIBUTE} < revision"),
            "Limit": STREAMS_A_PAGE,
        });
        if let Some(after) = after {
            request["ExclusiveStartKey"] = after;
        }
        let mut answer = self.database.ask("Scan", &request).await?;
        let streams = answer["Items"].as_array().into_iter().flatten();
        let streams = streams.filter_map(|item| item["pk"]["S"].as_str()?.parse().ok());
        let streams = streams.collect();
        let next = Some(answer["LastEvaluatedKey"].take()).filter(Value::is_object);
        Ok((streams, next))
    }
}

fn key(stream: &StreamKey) -> Value {
    json!({"pk": {"S": stream.to_string()}})
}

fn revision(item: &Value) -> Option<Revision> {
    item[ATTRIBUTE]["N"].as_str()?.parse().ok()
}
