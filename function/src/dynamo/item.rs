//! Encodes a commit as an item of the events table, and decodes it.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use event_store_types::{EventType, Metadata, Payload, Revision};
use serde_json::value::RawValue;

use crate::store::checksum::Checksum;
use crate::store::commit::{Commit, CommitEvent, CommitEvents};
use crate::store::{StoreError, StreamKey};

/// An item, as the SDK represents it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// Encodes `commit` as an item of `stream`.
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
        (
            "sum".into(),
            AttributeValue::B(Blob::new(Checksum::of(stream, commit).as_bytes())),
        ),
    ])
}

/// The size of an item in bytes, as accurately as billing requires:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>
pub(super) fn size(item: &Item) -> usize {
    item.iter()
        .map(|(name, value)| name.len() + value_size(value))
        .sum()
}

fn value_size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => number.len() / 2 + 1,
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + value_size(value)).sum::<usize>(),
        AttributeValue::M(members) => 3 + members.len() + size(members),
        _ => 1,
    }
}

/// Decodes an item as a commit, and verifies its checksum. Items from before checksums existed have none.
pub(super) fn decode(mut item: Item) -> Result<Commit, Undecodable> {
    let sum = checksum(&item)?;
    let stream = stream(&item)?;
    let commit = decode_commit(&mut item)?;
    if sum.is_some_and(|sum| sum != Checksum::of(&stream, &commit)) {
        return Err(Undecodable { attribute: "sum" });
    }
    Ok(commit)
}

fn decode_commit(item: &mut Item) -> Result<Commit, Undecodable> {
    let created_at = item
        .get("createdAt")
        .and_then(|value| value.as_s().ok()?.parse().ok())
        .ok_or(Undecodable {
            attribute: "createdAt",
        })?;
    let last = revision(item, "last")?;
    let first = revision(item, "sk")?;
    let Some(AttributeValue::L(events)) = item.remove("events") else {
        return Err(Undecodable { attribute: "events" });
    };
    let events = events
        .into_iter()
        .map(decode_event)
        .collect::<Result<Vec<_>, _>>()?;
    let events = CommitEvents::stored(events).ok_or(Undecodable { attribute: "events" })?;
    Commit::new(first, created_at, events)
        .ok()
        .filter(|commit| commit.last() == last)
        .ok_or(Undecodable { attribute: "last" })
}

/// Decodes the stream of an item's commit.
pub(super) fn stream(item: &Item) -> Result<StreamKey, Undecodable> {
    item.get("pk")
        .and_then(|value| value.as_s().ok()?.parse().ok())
        .ok_or(Undecodable { attribute: "pk" })
}

fn checksum(item: &Item) -> Result<Option<Checksum>, Undecodable> {
    let Some(value) = item.get("sum") else {
        return Ok(None);
    };
    value
        .as_b()
        .ok()
        .and_then(|bytes| Checksum::stored(bytes.as_ref()))
        .map(Some)
        .ok_or(Undecodable { attribute: "sum" })
}

fn revision(item: &Item, attribute: &'static str) -> Result<Revision, Undecodable> {
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

/// Takes a stored text unchanged, without copying it.
fn json(text: String) -> Option<Payload> {
    RawValue::from_string(text).ok().map(Payload::from)
}

/// The error for an item that no version of the store wrote, or that changed since. For a change, the
/// attribute is `sum`, unless the damage shows in another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the attribute `{attribute}` of an item is missing or does not fit the others")]
pub(super) struct Undecodable {
    pub(super) attribute: &'static str,
}

/// Decodes an item that the database returned for `stream`.
///
/// # Errors
/// [`StoreError::Fault`] with a [`Damaged`] inside: a retry does not help.
pub(super) fn decode_of(stream: &StreamKey, item: Item) -> Result<Commit, StoreError> {
    let revision = item.get("sk").and_then(|value| value.as_n().ok()).cloned();
    let decoded = match self::stream(&item) {
        Ok(found) if found == *stream => decode(item),
        _ => Err(Undecodable { attribute: "pk" }),
    };
    decoded.map_err(|source| {
        StoreError::Fault(Box::new(Damaged {
            stream: stream.clone(),
            revision: revision.unwrap_or_default(),
            source,
        }))
    })
}

/// The error for an item of a stream that is not a valid commit.
#[derive(Debug, thiserror::Error)]
#[error("the commit of `{stream}` at revision `{revision}` was damaged or changed")]
struct Damaged {
    stream: StreamKey,
    /// The revision at which the item begins, as stored.
    revision: String,
    source: Undecodable,
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
        for attribute in ["pk", "sk", "last", "createdAt", "events"] {
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
    fn an_item_of_before_there_were_checksums_is_read() {
        let mut item = encode(&stream(), &commit());
        item.remove("sum");
        assert_eq!(decode(item), Ok(commit()));
    }

    #[test]
    fn a_checksum_costs_an_item_eleven_bytes() {
        let item = encode(&stream(), &commit());
        assert_eq!("sum".len() + item["sum"].as_b().unwrap().as_ref().len(), 11);
    }

    #[test]
    fn whatever_is_changed_in_an_item_is_noticed() {
        let whole = encode(&stream(), &commit());
        let changed = |attribute: &str, value: AttributeValue| {
            let mut item = whole.clone();
            item.insert(attribute.into(), value);
            decode(item).unwrap_err().attribute
        };
        let other = "order/2886e475-d5cc-40f7-aec5-401071388b3d";
        assert_eq!(changed("pk", AttributeValue::S(other.into())), "sum");
        let later = AttributeValue::S("2025-01-25T00:00:01.000000Z".into());
        assert_eq!(changed("createdAt", later), "sum");
        for sum in [
            AttributeValue::B(Blob::new([0; 8])),
            AttributeValue::B(Blob::new([0; 9])),
            AttributeValue::S("AAAAAAAAAAA=".into()),
        ] {
            assert_eq!(changed("sum", sum), "sum");
        }
        let mut moved = whole.clone();
        moved.insert("sk".into(), AttributeValue::N("14".into()));
        moved.insert("last".into(), AttributeValue::N("15".into()));
        assert_eq!(decode(moved).unwrap_err().attribute, "sum");
        for (name, text) in [
            ("id", "2886e475-d5cc-40f7-aec5-401071388b3c"),
            ("type", "type-c"),
            ("payload", "{}"),
            ("metadata", "{}"),
        ] {
            let mut item = whole.clone();
            let Some(AttributeValue::L(events)) = item.get_mut("events") else {
                panic!("an item has events")
            };
            let Some(AttributeValue::M(event)) = events.last_mut() else {
                panic!("an event is a map")
            };
            event.insert(name.into(), AttributeValue::S(text.into()));
            assert_eq!(decode(item).unwrap_err().attribute, "sum", "{name}");
        }
    }

    #[test]
    fn an_item_that_is_no_commit_is_told_by_its_place() {
        let mut other = stream();
        other.stream_type = "orders".parse().unwrap();
        let error = decode_of(&other, encode(&stream(), &commit())).unwrap_err();
        assert_eq!(
            crate::telemetry::chain(&error),
            "the database refused the request or gave an invalid answer: \
             the commit of `orders/2886e475-d5cc-40f7-aec5-401071388b3c` at revision `4` was damaged or changed: \
             the attribute `pk` of an item is missing or does not fit the others"
        );
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
