//! PURE: the identity of a feed.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use super::Writer;

/// Distinguishes a feed from one that was recreated in its place.
///
/// Pages, cursors and [marks](super::Mark) contain it, because what is known of one feed says nothing about
/// another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Incarnation(Uuid);

impl Incarnation {
    /// The feed that `writer` creates. It has the id of the writer, which no other feed has.
    pub fn begun_by(writer: Writer) -> Self {
        Self(writer.as_uuid())
    }
}

impl Incarnation {
    /// The incarnation as 16 bytes, for places where every byte is billed again and again.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.into_bytes()
    }

    /// Decodes the bytes of [`Self::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Uuid::from_slice(bytes).ok().map(Self)
    }
}

impl From<Uuid> for Incarnation {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl fmt::Display for Incarnation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.hyphenated(), formatter)
    }
}

impl FromStr for Incarnation {
    type Err = InvalidIncarnation;

    /// Parses only the spelling that [`fmt::Display`] writes, because it is part of keys.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let incarnation = Self(Uuid::try_parse(text).map_err(|_| InvalidIncarnation)?);
        if incarnation.to_string() == text {
            Ok(incarnation)
        } else {
            Err(InvalidIncarnation)
        }
    }
}

/// A text that is not an [`Incarnation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a UUID in lower case, with hyphens")]
pub struct InvalidIncarnation;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incarnation_has_one_spelling() {
        let text = "2886e475-d5cc-40f7-aec5-401071388b3c";
        assert_eq!(text.parse::<Incarnation>().unwrap().to_string(), text);
        for other in [
            "2886E475-D5CC-40F7-AEC5-401071388B3C",
            "2886e475d5cc40f7aec5401071388b3c",
            "{2886e475-d5cc-40f7-aec5-401071388b3c}",
            "",
        ] {
            assert_eq!(other.parse::<Incarnation>(), Err(InvalidIncarnation), "{other}");
        }
    }
}
