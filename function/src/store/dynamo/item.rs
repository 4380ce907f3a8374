//! A commit as an item of the events table, and back.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use event_store_types::{EventType, Metadata, Payload, Revision};
use serde_json::value::RawValue;

use crate::store::commit::{Commit, CommitEvent, CommitEvents, Tail};
use crate::store::{StoreError, StreamKey};

/// An item, as the SDK has it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// Writes `commit` as an item of `stream`.
pub(super) fn encode(stream: &StreamKey, commit: &Commit) -> Item {
    let events = commit.events().as_slice().iter().map(encode_event).collect();
    HashMap::from([
        ("pk".into(), AttributeValue::S(stream.to_string())),
        ("sk".into(), AttributeValue::N(commit.first().to_string())),
        ("last".into(), AttributeValue::N(commit.last().to_string())),
        (
            "createdAt".into(),
            AttributeValue::S(commit.created_at().to_string()),
        ),
        ("events".into(), AttributeValue::L(events)),
    ])
}

/// Reads an item as a commit.
pub(super) fn decode(mut item: Item) -> Result<Commit, Undecodable> {
    let tail = decode_tail(&item)?;
    let first = revision(&item, "sk")?;
    let Some(AttributeValue::L(events)) = item.remove("events") else {
        return Err(Undecodable { attribute: "events" });
    };
    let events = events
        .into_iter()
        .map(decode_event)
        .collect::<Result<Vec<_>, _>>()?;
    let events = CommitEvents::stored(events).ok_or(Undecodable { attribute: "events" })?;
    Commit::new(first, tail.created_at, events)
        .ok()
        .filter(|commit| commit.last() == tail.revision)
        .ok_or(Undecodable { attribute: "last" })
}

/// Reads where an item's commit ends.
pub(super) fn decode_tail(item: &Item) -> Result<Tail, Undecodable> {
    let created_at = item
        .get("createdAt")
        .and_then(|value| value.as_s().ok()?.parse().ok())
        .ok_or(Undecodable {
            attribute: "createdAt",
        })?;
    Ok(Tail {
        revision: revision(item, "last")?,
        created_at,
    })
}

pub(super) fn revision(item: &Item, attribute: &'static str) -> Result<Revision, Undecodable> {
    item.get(attribute)
        .and_then(|value| value.as_n().ok()?.parse().ok())
        .ok_or(Undecodable { attribute })
}

fn encode_event(event: &CommitEvent) -> AttributeValue {
    let mut map = HashMap::from([
        ("id".into(), AttributeValue::S(event.id.to_string())),
        ("type".into(), AttributeValue::S(event.event_type.as_str().into())),
        ("payload".into(), AttributeValue::S(event.payload.as_str().into())),
    ]);
    if let Some(metadata) = &event.metadata {
        map.insert("metadata".into(), AttributeValue::S(metadata.as_str().into()));
    }
    AttributeValue::M(map)
}

fn decode_event(value: AttributeValue) -> Result<CommitEvent, Undecodable> {
    let AttributeValue::M(mut map) = value else {
        return Err(Undecodable { attribute: "events" });
    };
    let undecodable = |attribute| Undecodable { attribute };
    let mut text = |name| match map.remove(name) {
        Some(AttributeValue::S(text)) => Some(text),
        _ => None,
    };
    Ok(CommitEvent {
        id: text("id")
            .and_then(|id| id.parse().ok())
            .ok_or(undecodable("events.id"))?,
        event_type: text("type")
            .map(EventType::stored)
            .ok_or(undecodable("events.type"))?,
        payload: text("payload")
            .and_then(json)
            .ok_or(undecodable("events.payload"))?,
        metadata: match map.remove("metadata") {
            None => None,
            Some(value) => Some(metadata(value).ok_or(undecodable("events.metadata"))?),
        },
    })
}

fn metadata(value: AttributeValue) -> Option<Metadata> {
    match value {
        AttributeValue::S(text) => json(text)?.try_into().ok(),
        _ => None,
    }
}

/// Takes a stored text as it is, without copying it.
fn json(text: String) -> Option<Payload> {
    RawValue::from_string(text).ok().map(Payload::from)
}

/// An item that no version of the store has written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the attribute `{attribute}` of an item is missing or not what it should be")]
pub(super) struct Undecodable {
    pub(super) attribute: &'static str,
}

impl From<Undecodable> for StoreError {
    fn from(error: Undecodable) -> Self {
        Self::Fault(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{at, event, revision, stream};

    fn commit() -> Commit {
        let mut second = event("b");
        second.payload = Payload::from_text(r#"{"z":1e400,"a":"é \"","z":12345678901234567890.10}"#).unwrap();
        second.metadata = Some(Metadata::from_text(r#"{ "actor" : null }"#).unwrap());
        Commit::new(
            revision(4),
            at(0),
            CommitEvents::new(vec![event("a"), second]).unwrap(),
        )
        .unwrap()
    }

    #[test]
    fn a_commit_survives_being_an_item() {
        assert_eq!(decode(encode(&stream(), &commit())), Ok(commit()));
    }

    #[test]
    fn an_item_has_the_attributes_of_the_contract() {
        let item = encode(&stream(), &commit());
        assert_eq!(
            item["pk"],
            AttributeValue::S("order/2886e475-d5cc-40f7-aec5-401071388b3c".into())
        );
        assert_eq!(item["sk"], AttributeValue::N("4".into()));
        assert_eq!(item["last"], AttributeValue::N("5".into()));
        assert_eq!(
            item["createdAt"],
            AttributeValue::S("2025-01-25T00:00:00.000000Z".into())
        );
        let event = item["events"].as_l().unwrap()[1].as_m().unwrap();
        let mut names: Vec<_> = event.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["id", "metadata", "payload", "type"]);
    }

    #[test]
    fn each_attribute_that_is_missing_or_wrong_is_named() {
        for attribute in ["sk", "last", "createdAt", "events"] {
            let mut item = encode(&stream(), &commit());
            item.remove(attribute);
            assert_eq!(decode(item).unwrap_err().attribute, attribute);
            let mut item = encode(&stream(), &commit());
            item.insert(attribute.into(), AttributeValue::Bool(true));
            assert_eq!(decode(item).unwrap_err().attribute, attribute);
        }
    }

    #[test]
    fn each_attribute_of_an_event_that_is_missing_or_wrong_is_named() {
        for (attribute, name) in [
            ("id", "events.id"),
            ("type", "events.type"),
            ("payload", "events.payload"),
            ("metadata", "events.metadata"),
        ] {
            let mut item = encode(&stream(), &commit());
            let Some(AttributeValue::L(events)) = item.get_mut("events") else {
                panic!("an item has events")
            };
            let Some(AttributeValue::M(event)) = events.last_mut() else {
                panic!("an event is a map")
            };
            event.insert(attribute.into(), AttributeValue::N("1".into()));
            assert_eq!(decode(item).unwrap_err().attribute, name);
        }
    }

    #[test]
    fn an_item_that_contradicts_itself_is_refused() {
        let mut item = encode(&stream(), &commit());
        item.insert("last".into(), AttributeValue::N("6".into()));
        assert_eq!(decode(item).unwrap_err().attribute, "last");
        let mut item = encode(&stream(), &commit());
        item.insert("events".into(), AttributeValue::L(vec![]));
        assert_eq!(decode(item).unwrap_err().attribute, "events");
    }
}
