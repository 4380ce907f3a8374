//! PURE: a record of the events table's stream, decoded.
//!
//! Of a commit only what is announced and listed is read. Payloads stay where they are, so that none can end
//! up in a log line or on the failure queue.

mod appended;
mod undecodable;

use serde::Deserialize;
use serde_json::value::RawValue;

pub use self::appended::{Appended, AppendedEvent};
pub use self::undecodable::Undecodable;
use super::sequence_number::SequenceNumber;

/// A record as it came: what names it, and what it says.
#[derive(Debug)]
pub struct Record {
    /// The identity of the record, as far as it could be read.
    pub identity: Identity,
    /// The content of the record, or why it cannot be read.
    pub content: Result<Content, Undecodable>,
}

/// The identity of a record.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// Its place in the stream.
    pub sequence_number: Option<SequenceNumber>,
    /// The key of the item that it is about, as it came.
    pub keys: Option<Box<RawValue>>,
}

/// The content of a record.
#[derive(Debug, PartialEq, Eq)]
pub enum Content {
    /// A commit was appended.
    Appended(Appended),
    /// A commit was changed or removed, which nobody may do.
    Tampered(Tampering),
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

#[cfg(test)]
mod tests;
