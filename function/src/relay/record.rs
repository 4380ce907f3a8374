//! PURE: a record of the events table's stream, decoded.
//!
//! Only the part of a commit that is announced and listed is kept. Payloads are dropped, so that none can end
//! up in a log line or on the failure queue.

mod appended;
mod undecodable;

use serde::Deserialize;
use serde_json::value::RawValue;

pub use self::appended::{Appended, AppendedEvent};
pub use self::undecodable::Undecodable;
use super::sequence_number::SequenceNumber;

/// A decoded record: its identity and its content.
#[derive(Debug)]
pub struct Record {
    /// The identity of the record, as far as it is readable.
    pub identity: Identity,
    /// The content of the record, or why it cannot be decoded.
    pub content: Result<Content, Undecodable>,
}

/// The identity of a record.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// Its sequence number in the stream.
    pub sequence_number: Option<SequenceNumber>,
    /// The key of the item that it concerns, unchanged.
    pub keys: Option<Box<RawValue>>,
}

/// The content of a record.
#[derive(Debug, PartialEq, Eq)]
pub enum Content {
    /// A commit was appended.
    Appended(Appended),
    /// A commit was changed or removed, which nobody is allowed to do.
    Tampered(Tampering),
}
/// What was done to the log.
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

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "eventName", default)]
    event_name: String,
    #[serde(default)]
    dynamodb: Change,
}

/// The nested parts stay raw, so that a record with a bad image still has an identity.
#[derive(Default, Deserialize)]
struct Change {
    #[serde(rename = "SequenceNumber")]
    sequence_number: Option<SequenceNumber>,
    #[serde(rename = "Keys")]
    keys: Option<Box<RawValue>>,
    #[serde(rename = "NewImage")]
    new_image: Option<Box<RawValue>>,
}

#[cfg(test)]
mod tests;
