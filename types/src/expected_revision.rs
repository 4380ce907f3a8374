//! What an append expects of its stream.

use std::fmt;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Revision;

/// What an append expects of its stream.
///
/// In JSON: the stream's current revision as a number, 0 for a stream that does not exist yet, or one of the
/// texts `any` and `streamExists`.
///
/// ```
/// use event_store_types::ExpectedRevision;
///
/// let expected: ExpectedRevision = serde_json::from_str("7")?;
/// assert_eq!(expected, ExpectedRevision::Exact(7.try_into()?));
/// assert_eq!(serde_json::to_string(&ExpectedRevision::NoStream)?, "0");
/// assert_eq!(serde_json::to_string(&ExpectedRevision::StreamExists)?, r#""streamExists""#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExpectedRevision {
    /// The stream does not exist yet: the append creates it.
    NoStream,
    /// The stream is at exactly this revision.
    Exact(Revision),
    /// Nothing: the events go to the end, at any revision. Concurrent writers do not learn of each other, and the
    /// store recognises a retry among the newest ten commits only.
    Any,
    /// The stream exists, at any revision.
    StreamExists,
}

impl ExpectedRevision {
    const ANY: &str = "any";
    const STREAM_EXISTS: &str = "streamExists";
}

impl From<Revision> for ExpectedRevision {
    fn from(revision: Revision) -> Self {
        Self::Exact(revision)
    }
}

/// Where a stream was found to be: nowhere, or at a revision.
impl From<Option<Revision>> for ExpectedRevision {
    fn from(found: Option<Revision>) -> Self {
        found.map_or(Self::NoStream, Self::Exact)
    }
}

impl fmt::Display for ExpectedRevision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoStream => formatter.pad("0"),
            Self::Exact(revision) => fmt::Display::fmt(revision, formatter),
            Self::Any => formatter.pad(Self::ANY),
            Self::StreamExists => formatter.pad(Self::STREAM_EXISTS),
        }
    }
}

impl Serialize for ExpectedRevision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::NoStream => serializer.serialize_u64(0),
            Self::Exact(revision) => revision.serialize(serializer),
            Self::Any => serializer.serialize_str(Self::ANY),
            Self::StreamExists => serializer.serialize_str(Self::STREAM_EXISTS),
        }
    }
}

impl<'de> Deserialize<'de> for ExpectedRevision {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberOrText)
    }
}

struct NumberOrText;

impl Visitor<'_> for NumberOrText {
    type Value = ExpectedRevision;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the revision that the stream is at (0 for no stream), `any` or `streamExists`")
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<ExpectedRevision, E> {
        match number {
            0 => Ok(ExpectedRevision::NoStream),
            _ => number
                .try_into()
                .map(ExpectedRevision::Exact)
                .map_err(|_| E::invalid_value(serde::de::Unexpected::Unsigned(number), &self)),
        }
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<ExpectedRevision, E> {
        match text {
            ExpectedRevision::ANY => Ok(ExpectedRevision::Any),
            ExpectedRevision::STREAM_EXISTS => Ok(ExpectedRevision::StreamExists),
            _ => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_expectation_has_one_spelling() {
        for (expected, json) in [
            (ExpectedRevision::NoStream, "0"),
            (ExpectedRevision::Exact(Revision::FIRST), "1"),
            (
                ExpectedRevision::Exact(Revision::MAX.try_into().unwrap()),
                "9007199254740991",
            ),
            (ExpectedRevision::Any, r#""any""#),
            (ExpectedRevision::StreamExists, r#""streamExists""#),
        ] {
            assert_eq!(serde_json::to_string(&expected).unwrap(), json);
            assert_eq!(serde_json::from_str::<ExpectedRevision>(json).unwrap(), expected);
            assert_eq!(expected.to_string(), json.trim_matches('"'));
        }
    }

    #[test]
    fn everything_else_is_refused_with_what_it_should_be() {
        for json in [
            "-1",
            "1.0",
            "1e3",
            "9007199254740992",
            "null",
            "true",
            "[]",
            r#""7""#,
            r#""Any""#,
            r#""noStream""#,
        ] {
            let error = serde_json::from_str::<ExpectedRevision>(json)
                .unwrap_err()
                .to_string();
            assert!(
                error.contains("expected the revision that the stream is at"),
                "{json}: {error}"
            );
        }
    }
}
