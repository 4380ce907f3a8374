//! PURE: events as they are stored.

use std::collections::BTreeSet;

use event_store_types::{EventType, Payload};

use super::{Codec, Undecoded, Unencodable};

/// Gives out payloads as they are.
pub(super) struct Stored {
    /// The types that there are; `None` for all.
    known: Option<BTreeSet<String>>,
}

impl Stored {
    pub(super) fn all() -> Self {
        Self { known: None }
    }

    pub(super) fn of(types: BTreeSet<String>) -> Self {
        Self { known: Some(types) }
    }
}

impl Codec<Payload> for Stored {
    fn encode(&self, _: &Payload) -> Result<(EventType, Payload), Unencodable> {
        Err(Unencodable::NotAnEnum {
            found: "a payload alone",
        })
    }

    fn decode(&self, event_type: &str, payload: &Payload) -> Result<Payload, Undecoded> {
        match &self.known {
            Some(known) if !known.contains(event_type) => Err(Undecoded::UnknownEventType { known: &[] }),
            _ => Ok(payload.clone()),
        }
    }
}
