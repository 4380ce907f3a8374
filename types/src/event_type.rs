//! The type of an event.

use std::fmt;
use std::str::FromStr;

use crate::text::{is_seen, travels_as_text};

/// The type of an event, such as `order-placed`: 1–200 visible characters ([`is_seen`]).
///
/// Parsing checks this, for events that are to be appended. [`EventType::stored`] takes the type of a stored event
/// as it is, because events that were written under other rules must stay readable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventType(Box<str>);

impl EventType {
    /// The longest event type, in characters (not bytes).
    pub const MAX_LENGTH: usize = 200;

    /// The type of a stored event, unchecked.
    pub fn stored(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The type as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EventType {
    type Err = InvalidEventType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !(1..=Self::MAX_LENGTH).contains(&text.chars().count()) {
            Err(InvalidEventType::Length)
        } else if !text.chars().all(is_seen) {
            Err(InvalidEventType::Unseen)
        } else {
            Ok(Self(text.into()))
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
pub enum InvalidEventType {
    /// It is empty, or longer than [`EventType::MAX_LENGTH`].
    #[error("must be 1-200 characters")]
    Length,
    /// It contains an invisible character: a control or formatting character.
    #[error("must not hold control or formatting characters")]
    Unseen,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_characters() {
        assert!("ü".repeat(200).parse::<EventType>().is_ok());
        assert_eq!(
            "ü".repeat(201).parse::<EventType>(),
            Err(InvalidEventType::Length)
        );
        assert_eq!("".parse::<EventType>(), Err(InvalidEventType::Length));
    }

    #[test]
    fn characters_that_are_not_seen_are_refused() {
        for text in [
            "a\n",
            "\0",
            "\u{1b}[2J",
            "a\u{7f}",
            "\u{9b}2J",
            "a\u{200b}b",
            "\u{202e}a",
            "a\u{2066}b",
            "\u{feff}a",
            "a\u{2028}b",
        ] {
            assert_eq!(
                text.parse::<EventType>(),
                Err(InvalidEventType::Unseen),
                "{text:?}"
            );
        }
        // Spaces and all that is printed stay what they are.
        assert!("Bestellung aufgegeben – 注文 🛒".parse::<EventType>().is_ok());
    }

    #[test]
    fn what_a_store_holds_is_taken_as_it_is() {
        let text = "x".repeat(300) + "\n";
        assert_eq!(EventType::stored(text.as_str()).as_str(), text);
    }
}
