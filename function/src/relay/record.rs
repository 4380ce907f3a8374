//! PURE: a record of the events table's stream, decoded.
//!
//! Of a commit only what is announced and listed is read. Payloads stay where they are, so that none can end
//! up in a log line or on the failure queue.

use std::str::FromStr;

use event_store_types::{EventType, Revision, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::sequence_number::SequenceNumber;
use crate::store::StreamKey;

/// A record as it came: what names it, and what it says.
#[derive(Debug)]
pub struct Record {
    /// What names the record, as far as it could be read.
    pub identity: Identity,
    /// What the record says, or why that cannot be told.
    pub content: Result<Content, Undecodable>,
}

/// What names a record.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// Its place in the stream.
    pub sequence_number: Option<SequenceNumber>,
    /// The key of the item that it is about, as it came.
    pub keys: Option<Box<RawValue>>,
}

/// What a record says.
#[derive(Debug, PartialEq, Eq)]
pub enum Content {
    /// A commit was appended.
    Appended(Appended),
    /// A commit was changed or removed, which nobody may do.
    Tampered(Tampering),
}

/// A commit, as far as the relay needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The stream it was appended to.
    pub stream: StreamKey,
    /// The revision of its first event.
    pub first: Revision,
    /// The revision of its last event.
    pub last: Revision,
    /// The revision and the type of each event.
    pub events: Vec<(Revision, EventType)>,
    /// When it was appended.
    pub created_at: Timestamp,
}

/// How the log was tampered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tampering {
    /// A commit was overwritten.
    Modified,
    /// A commit was removed.
    Removed,
}

impl Record {
    /// Decodes a record.
    pub fn decode(record: &RawValue) -> Self {
        let envelope: Envelope = match serde_json::from_str(record.get()) {
            Ok(envelope) => envelope,
            Err(error) => {
                return Self {
                    identity: Identity::default(),
                    content: Err(Undecodable::Form {
                        line: error.line(),
                        column: error.column(),
                    }),
                };
            }
        };
        let Change {
            sequence_number,
            keys,
            new_image,
        } = envelope.dynamodb;
        let content = match envelope.event_name.as_str() {
            "INSERT" => new_image
                .ok_or(Undecodable::NoImage)
                .and_then(|image| Appended::decode(&image)),
            "MODIFY" => return Self::tampered(sequence_number, keys, Tampering::Modified),
            "REMOVE" => return Self::tampered(sequence_number, keys, Tampering::Removed),
            _ => Err(Undecodable::UnknownName {
                name: envelope.event_name,
            }),
        };
        Self {
            identity: Identity {
                sequence_number,
                keys,
            },
            content: content.map(Content::Appended),
        }
    }

    fn tampered(
        sequence_number: Option<SequenceNumber>,
        keys: Option<Box<RawValue>>,
        tampering: Tampering,
    ) -> Self {
        Self {
            identity: Identity {
                sequence_number,
                keys,
            },
            content: Ok(Content::Tampered(tampering)),
        }
    }
}

impl Appended {
    fn decode(image: &RawValue) -> Result<Self, Undecodable> {
        let image: Image<'_> = serde_json::from_str(image.get()).map_err(|_| Undecodable::NoItem)?;
        let inconsistent = |attribute| Undecodable::Inconsistent { attribute };
        let stream = image.stream().ok_or(inconsistent("pk"))?;
        let first = number(image.sk).ok_or(inconsistent("sk"))?;
        let last = number(image.last).ok_or(inconsistent("last"))?;
        let events = image.events_from(first).ok_or(inconsistent("events"))?;
        if events.last().is_none_or(|(revision, _)| *revision != last) {
            return Err(inconsistent("last"));
        }
        let created_at = text(image.created_at).ok_or(inconsistent("createdAt"))?;
        Ok(Self {
            stream,
            first,
            last,
            events,
            created_at,
        })
    }
}

/// Why a record cannot be told from its JSON. None of it quotes an image, for that may hold a payload.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undecodable {
    /// It does not have the form of a record.
    #[error("the record does not have the form of a change, at line {line}, column {column}")]
    Form {
        /// The line of its JSON, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// It is neither of the three that DynamoDB knows.
    #[error("the record's event name `{name}` is unknown")]
    UnknownName {
        /// Its name.
        name: String,
    },
    /// The stream does not carry new images.
    #[error("the record has no new image")]
    NoImage,
    /// The new image is something else than an item.
    #[error("the record's new image is not an item")]
    NoItem,
    /// An attribute is missing, or contradicts the others or itself.
    #[error("the attribute `{attribute}` of the record's image is not what it should be")]
    Inconsistent {
        /// The attribute.
        attribute: &'static str,
    },
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "eventName", default)]
    event_name: String,
    #[serde(default)]
    dynamodb: Change,
}

/// The outer parts are kept as they are, so that a record with a bad image still has a name.
#[derive(Default, Deserialize)]
struct Change {
    #[serde(rename = "SequenceNumber")]
    sequence_number: Option<SequenceNumber>,
    #[serde(rename = "Keys")]
    keys: Option<Box<RawValue>>,
    #[serde(rename = "NewImage")]
    new_image: Option<Box<RawValue>>,
}

/// The attributes are kept as they are, too, so that each can be told by its name.
#[derive(Deserialize)]
struct Image<'image> {
    #[serde(borrow)]
    pk: Option<&'image RawValue>,
    #[serde(borrow)]
    sk: Option<&'image RawValue>,
    #[serde(borrow)]
    last: Option<&'image RawValue>,
    #[serde(borrow, rename = "createdAt")]
    created_at: Option<&'image RawValue>,
    #[serde(borrow)]
    events: Option<&'image RawValue>,
}

impl Image<'_> {
    fn stream(&self) -> Option<StreamKey> {
        let Text { text } = attribute(self.pk)?;
        text.parse().ok()
    }

    fn events_from(&self, first: Revision) -> Option<Vec<(Revision, EventType)>> {
        let List { list } = attribute(self.events)?;
        (0..)
            .zip(list)
            .map(|(offset, event)| {
                let revision = first.checked_add(offset)?;
                Some((revision, event.map.event_type.text.parse().ok()?))
            })
            .collect()
    }
}

fn text<T: FromStr>(value: Option<&RawValue>) -> Option<T> {
    let Text { text } = attribute(value)?;
    text.parse().ok()
}

fn number(value: Option<&RawValue>) -> Option<Revision> {
    let Number { number } = attribute(value)?;
    number.parse().ok()
}

fn attribute<'image, T: Deserialize<'image>>(value: Option<&'image RawValue>) -> Option<T> {
    serde_json::from_str(value?.get()).ok()
}

#[derive(Deserialize)]
struct Text {
    #[serde(rename = "S")]
    text: String,
}

#[derive(Deserialize)]
struct Number {
    #[serde(rename = "N")]
    number: String,
}

#[derive(Deserialize)]
struct List {
    #[serde(rename = "L")]
    list: Vec<EventMap>,
}

#[derive(Deserialize)]
struct EventMap {
    #[serde(rename = "M")]
    map: EventImage,
}

#[derive(Deserialize)]
struct EventImage {
    #[serde(rename = "type")]
    event_type: Text,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::relay::testing::{STREAM, insert, raw};

    fn decode(record: &Value) -> Record {
        Record::decode(&raw(record))
    }

    fn refusal(record: &Value) -> String {
        crate::telemetry::chain(&decode(record).content.unwrap_err())
    }

    #[test]
    fn a_commit_is_read_without_its_payloads() {
        let record = decode(&insert(7, STREAM, 3, &["placed", "paid"]));
        let Ok(Content::Appended(appended)) = record.content else {
            panic!("{record:?}")
        };
        assert_eq!(appended.stream.to_string(), STREAM);
        assert_eq!(appended.last, 4.try_into().unwrap());
        let events: Vec<_> = appended
            .events
            .iter()
            .map(|(at, name)| (at.as_u64(), name.as_str()))
            .collect();
        assert_eq!(events, [(3, "placed"), (4, "paid")]);
        assert_eq!(record.identity.sequence_number.unwrap().as_str(), "7");
        assert_eq!(
            record.identity.keys.unwrap().get(),
            json!({"pk": {"S": STREAM}, "sk": {"N": "3"}}).to_string()
        );
    }

    #[test]
    fn a_change_to_the_log_is_told_apart_whatever_image_it_carries() {
        for (name, tampering) in [("MODIFY", Tampering::Modified), ("REMOVE", Tampering::Removed)] {
            let mut record = insert(7, STREAM, 1, &["placed"]);
            record["eventName"] = name.into();
            record["dynamodb"]["NewImage"] = json!({});
            assert_eq!(decode(&record).content.unwrap(), Content::Tampered(tampering));
        }
    }

    #[test]
    fn every_contradiction_in_an_image_is_refused_by_name() {
        for (attribute, value) in [
            ("pk", json!({"S": "order"})),
            ("pk", json!({"S": "or der/2886e475-d5cc-40f7-aec5-401071388b3c"})),
            ("pk", json!({"S": "order/1"})),
            ("pk", json!({"S": STREAM.to_uppercase()})),
            ("pk", json!({"N": "1"})),
            ("sk", json!({"N": "0"})),
            ("sk", json!({"S": "1"})),
            ("last", json!({"N": "x"})),
            ("last", json!({"N": "9"})),
            ("last", json!(null)),
            ("createdAt", json!({"S": "yesterday"})),
            ("createdAt", json!("2025-01-25T10:11:12.000000Z")),
            ("events", json!({"L": ["placed"]})),
            ("events", json!({"L": [{"M": {"type": {"S": ""}}}]})),
        ] {
            let mut record = insert(7, STREAM, 1, &["placed"]);
            record["dynamodb"]["NewImage"][attribute] = value;
            assert!(
                refusal(&record).contains(&format!("attribute `{attribute}`")),
                "{}",
                refusal(&record)
            );
        }
    }

    #[test]
    fn a_commit_without_events_is_refused() {
        let mut record = insert(7, STREAM, 1, &["placed"]);
        record["dynamodb"]["NewImage"]["events"] = json!({"L": []});
        assert!(refusal(&record).contains("`last`"));
    }

    #[test]
    fn a_record_with_a_bad_image_keeps_its_name() {
        for image in [json!(null), json!({}), json!("text"), json!({"pk": {"N": "1"}})] {
            let mut record = insert(7, STREAM, 1, &["placed"]);
            record["dynamodb"]["NewImage"] = image;
            let decoded = decode(&record);
            assert!(decoded.content.is_err());
            assert!(decoded.identity.sequence_number.is_some() && decoded.identity.keys.is_some());
        }
    }

    #[test]
    fn what_is_no_record_at_all_has_no_name() {
        for record in [
            json!(null),
            json!([]),
            json!("poison"),
            json!({}),
            json!({"eventName": "UPSERT"}),
        ] {
            let decoded = decode(&record);
            assert!(
                decoded.content.is_err() && decoded.identity.sequence_number.is_none(),
                "{record}"
            );
        }
    }

    #[test]
    fn no_refusal_quotes_an_image() {
        let secret = || json!("secret");
        let mut records: Vec<Value> = ["pk", "sk", "last", "createdAt", "events"]
            .into_iter()
            .flat_map(|attribute| {
                [secret(), json!({"S": "secret"}), json!({"L": ["secret"]})].map(|value| {
                    let mut record = insert(7, STREAM, 1, &["placed"]);
                    record["dynamodb"]["NewImage"][attribute] = value;
                    record
                })
            })
            .collect();
        let mut event = insert(7, STREAM, 1, &["placed"]);
        event["dynamodb"]["NewImage"]["events"]["L"][0]["M"] =
            json!({"payload": {"S": "secret"}, "type": {"N": "secret"}});
        let mut image = insert(7, STREAM, 1, &["placed"]);
        image["dynamodb"]["NewImage"] = secret();
        let mut change = insert(7, STREAM, 1, &["placed"]);
        change["dynamodb"] = secret();
        records.extend([event, image, change, secret()]);
        for record in records {
            let refusal = refusal(&record);
            assert!(!refusal.contains("secret"), "{refusal}");
        }
    }
}
