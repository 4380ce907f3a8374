//! The type of an event.

use std::fmt;
use std::str::FromStr;

use crate::text::travels_as_text;

/// The type of an event, such as `order-placed`: 1–200 characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventType(Box<str>);

impl EventType {
    /// The longest event type, in characters (not bytes).
    pub const MAX_LENGTH: usize = 200;

    /// The type as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EventType {
    type Err = InvalidEventType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if (1..=Self::MAX_LENGTH).contains(&text.chars().count()) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidEventType)
        }
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

travels_as_text!(EventType);

/// A text that is not an [`EventType`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1-200 characters")]
pub struct InvalidEventType;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_characters() {
        assert!("ü".repeat(200).parse::<EventType>().is_ok());
        assert_eq!("ü".repeat(201).parse::<EventType>(), Err(InvalidEventType));
        assert_eq!("".parse::<EventType>(), Err(InvalidEventType));
    }
}
