//! The id of an event: its idempotency key.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::text::travels_as_text;

/// The id of an event within its stream, and its idempotency key: the store recognises an append that is retried
/// with the same ids, and answers as it did the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(Uuid);

impl EventId {
    /// A new id: UUID version 7, so that ids sort by the time of their creation.
    pub fn random() -> Self {
        Self(Uuid::now_v7())
    }

    /// The id as a UUID.
    pub fn as_uuid(&self) -> Uuid {
        self.0
    }
}

impl From<Uuid> for EventId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl FromStr for EventId {
    type Err = InvalidEventId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text).map(Self).map_err(|_| InvalidEventId)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.as_hyphenated(), formatter)
    }
}

travels_as_text!(EventId);

/// A text that is not an [`EventId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a UUID such as `0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10`")]
pub struct InvalidEventId;
