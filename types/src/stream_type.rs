//! The type of a stream.

use std::fmt;
use std::str::FromStr;

use crate::text::travels_as_text;

/// The type of a stream, such as `order`: the first half of a stream's identity.
///
/// 1–100 characters: an ASCII letter or digit, then ASCII letters, digits, `.`, `_`, `:`, `~` or `-`. None of them
/// needs escaping in a URL path or an SNS filter policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamType(Box<str>);

impl StreamType {
    /// The longest stream type, in characters.
    pub const MAX_LENGTH: usize = 100;

    /// The type as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for StreamType {
    type Err = InvalidStreamType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = text.as_bytes();
        let first_is_valid = bytes.first().is_some_and(u8::is_ascii_alphanumeric);
        let rest_is_valid = bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._:~-".contains(byte));
        if first_is_valid && rest_is_valid && bytes.len() <= Self::MAX_LENGTH {
            Ok(Self(text.into()))
        } else {
            Err(InvalidStreamType)
        }
    }
}

impl fmt::Display for StreamType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

travels_as_text!(StreamType);

/// A text that is not a [`StreamType`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1-100 characters: a letter or digit, then letters, digits, `.`, `_`, `:`, `~` or `-`")]
pub struct InvalidStreamType;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_type_is_accepted_and_one_more_character_is_not() {
        assert!("a".repeat(100).parse::<StreamType>().is_ok());
        assert_eq!("a".repeat(101).parse::<StreamType>(), Err(InvalidStreamType));
    }

    #[test]
    fn every_allowed_mark_may_follow_but_not_lead() {
        for mark in ['.', '_', ':', '~', '-'] {
            assert!(format!("a{mark}").parse::<StreamType>().is_ok(), "a{mark}");
            assert_eq!(mark.to_string().parse::<StreamType>(), Err(InvalidStreamType));
        }
    }

    #[test]
    fn what_would_break_a_key_or_a_path_is_refused() {
        for text in ["", " order", "order/1", "order#1", "größe", "a b", "a%20b", "a\n"] {
            assert_eq!(text.parse::<StreamType>(), Err(InvalidStreamType), "{text:?}");
        }
    }
}
