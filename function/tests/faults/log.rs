//! What the events table holds, read past the store.

use std::collections::BTreeMap;

use event_store_types::{Event, EventId, Metadata, Timestamp};
use serde_json::{Value, json};

use crate::support::{DynamoDb, EVENTS_TABLE};

/// The commits of each stream, in their order.
pub(crate) type Log = BTreeMap<String, Vec<StoredCommit>>;

/// An item of the events table.
#[derive(Debug)]
pub(crate) struct StoredCommit {
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) created_at: Timestamp,
    pub(crate) events: Vec<StoredEvent>,
}

/// An event of an item.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StoredEvent {
    pub(crate) id: EventId,
    pub(crate) event_type: String,
    pub(crate) payload: String,
    pub(crate) metadata: Option<String>,
}

/// Reads the whole table.
pub(crate) fn log(database: &DynamoDb) -> Log {
    let mut log = Log::new();
    for item in items(database) {
        log.entry(text(&item["pk"]).into())
            .or_default()
            .push(commit(&item));
    }
    for commits in log.values_mut() {
        commits.sort_by_key(|commit| commit.first);
    }
    log
}

/// The items of the table, as they are.
pub(crate) fn items(database: &DynamoDb) -> Vec<Value> {
    let mut items = Vec::new();
    let mut scan = json!({"TableName": EVENTS_TABLE, "ConsistentRead": true});
    loop {
        let answer = database.answer("Scan", scan.to_string().as_bytes());
        let mut found: Value = serde_json::from_str(&answer.body).unwrap();
        items.append(found["Items"].as_array_mut().unwrap());
        match found["LastEvaluatedKey"].take() {
            Value::Null => return items,
            last => scan["ExclusiveStartKey"] = last,
        }
    }
}

/// The event at `revision`, and its commit.
fn event_at(commits: &[StoredCommit], revision: u64) -> Option<(&StoredCommit, &StoredEvent)> {
    let commit = commits
        .iter()
        .find(|commit| (commit.first..=commit.last).contains(&revision))?;
    let place = usize::try_from(revision - commit.first).unwrap();
    Some((commit, commit.events.get(place)?))
}

/// The last revision of a stream, or 0 for none.
pub(crate) fn tail(commits: &[StoredCommit]) -> u64 {
    commits.last().map_or(0, |commit| commit.last)
}

/// Whether `event` is what the log holds at its revision.
pub(crate) fn is_stored(event: &Event, commits: &[StoredCommit]) -> bool {
    event_at(commits, event.revision.as_u64()).is_some_and(|(commit, stored)| {
        let told = StoredEvent {
            id: event.event_id,
            event_type: event.event_type.as_str().into(),
            payload: event.payload.as_str().into(),
            metadata: event.metadata.as_ref().map(Metadata::as_str).map(Into::into),
        };
        told == *stored && event.created_at == commit.created_at
    })
}

fn commit(item: &Value) -> StoredCommit {
    StoredCommit {
        first: number(&item["sk"]),
        last: number(&item["last"]),
        created_at: text(&item["createdAt"]).parse().unwrap(),
        events: item["events"]["L"]
            .as_array()
            .unwrap()
            .iter()
            .map(event)
            .collect(),
    }
}

fn event(value: &Value) -> StoredEvent {
    let event = &value["M"];
    StoredEvent {
        id: text(&event["id"]).parse().unwrap(),
        event_type: text(&event["type"]).into(),
        payload: text(&event["payload"]).into(),
        metadata: event["metadata"]["S"].as_str().map(str::to_owned),
    }
}

fn text(value: &Value) -> &str {
    value["S"].as_str().unwrap()
}

fn number(value: &Value) -> u64 {
    value["N"].as_str().unwrap().parse().unwrap()
}
