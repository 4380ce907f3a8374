//! JSON values that keep their text.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::finite;

/// The payload of an event: any JSON value, kept as the text that was sent.
///
/// Number precision, key order, repeated keys and escapes survive; equality is equality of the text.
#[derive(Clone)]
pub struct Payload(Box<RawValue>);

impl Payload {
    /// Writes `value` as JSON.
    ///
    /// # Errors
    /// `value` has no JSON form, such as a map whose keys are not text, or a number that is not finite.
    pub fn of(value: &(impl Serialize + ?Sized)) -> Result<Self, InvalidJson> {
        finite::check(value).map_err(|not_finite| InvalidJson(not_finite.into()))?;
        serde_json::value::to_raw_value(value)
            .map(Self)
            .map_err(InvalidJson)
    }

    /// Takes `text` as it is, less the white space around it.
    ///
    /// # Errors
    /// `text` is not one JSON value.
    pub fn from_text(text: &str) -> Result<Self, InvalidJson> {
        serde_json::from_str(text).map(Self).map_err(InvalidJson)
    }

    /// The payload's JSON text.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Reads the payload as a `T`.
    ///
    /// # Errors
    /// The payload is not a `T`.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, InvalidJson> {
        serde_json::from_str(self.as_str()).map_err(InvalidJson)
    }
}

impl From<Box<RawValue>> for Payload {
    fn from(raw: Box<RawValue>) -> Self {
        Self(raw)
    }
}

impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Payload {}

impl Hash for Payload {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Payload({})", self.as_str())
    }
}

impl Serialize for Payload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Self)
    }
}

/// The metadata of an event, such as its cause: a JSON object, kept as the text that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Metadata(Payload);

impl Metadata {
    /// Takes `text` as it is, less the white space around it.
    ///
    /// # Errors
    /// `text` is not one JSON object.
    pub fn from_text(text: &str) -> Result<Self, InvalidJson> {
        Payload::from_text(text)?.try_into()
    }

    /// The metadata's JSON text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Reads the metadata as a `T`.
    ///
    /// # Errors
    /// The metadata is not a `T`.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, InvalidJson> {
        self.0.parse()
    }
}

impl TryFrom<Payload> for Metadata {
    type Error = InvalidJson;

    fn try_from(json: Payload) -> Result<Self, Self::Error> {
        if json.as_str().starts_with('{') {
            Ok(Self(json))
        } else {
            Err(InvalidJson(serde::de::Error::custom("must be a JSON object")))
        }
    }
}

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Payload::deserialize(deserializer)?
            .try_into()
            .map_err(serde::de::Error::custom)
    }
}

/// Text that is not the expected JSON, or a value without a JSON form.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct InvalidJson(serde_json::Error);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_not_finite_has_no_json_form_wherever_it_stands() {
        #[derive(Serialize)]
        enum Deep {
            Unit,
            New(f32),
            Tuple(u8, Option<f64>),
            Struct {
                list: Vec<std::collections::BTreeMap<String, f64>>,
            },
        }
        let map = |number| vec![std::collections::BTreeMap::from([("n".to_owned(), number)])];
        for (number, is_finite) in [(1.5, true), (f64::NAN, false), (f64::INFINITY, false)] {
            for deep in [
                Deep::New(if number.is_finite() { 1.5 } else { f32::NAN }),
                Deep::Tuple(1, Some(number)),
                Deep::Struct { list: map(number) },
            ] {
                assert_eq!(Payload::of(&deep).is_ok(), is_finite, "{number}");
            }
        }
        assert_eq!(
            Payload::of(&(Deep::Unit, None::<f64>)).unwrap().as_str(),
            r#"["Unit",null]"#
        );
        let raw = Payload::from_text("1e400").unwrap();
        assert_eq!(Payload::of(&[&raw]).unwrap().as_str(), "[1e400]");
        let error = Payload::of(&f64::NEG_INFINITY).unwrap_err();
        let source = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
        assert!(
            source.contains("JSON has no form for the number `-inf`"),
            "{error}: {source}"
        );
    }

    #[test]
    fn a_payload_keeps_its_text() {
        for text in [
            r#"{"b":1,"a":2,"b":3}"#,
            "123456789012345678901234567890.10",
            "1e400",
            r#""A text""#,
            "null",
            r#"{ "spaced" : [ 1 , 2 ] }"#,
        ] {
            let payload = Payload::from_text(text).unwrap();
            assert_eq!(payload.as_str(), text);
            assert_eq!(serde_json::to_string(&payload).unwrap(), text);
        }
    }

    #[test]
    fn nesting_beyond_a_parser_stack_is_kept() {
        let text = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(Payload::from_text(&text).unwrap().as_str(), text);
    }

    #[test]
    fn white_space_around_a_payload_is_not_part_of_it() {
        assert_eq!(Payload::from_text(" \n{} ").unwrap().as_str(), "{}");
    }

    #[test]
    fn what_is_not_one_json_value_is_refused() {
        for (text, reason) in [
            ("", "EOF"),
            ("{", "EOF"),
            ("{} {}", "trailing characters"),
            ("nul", "EOF"),
            ("'a'", "expected value"),
        ] {
            let error = Payload::from_text(text).unwrap_err();
            assert!(error.to_string().contains(reason), "{text:?}: {error}");
        }
    }

    #[test]
    fn metadata_is_an_object() {
        assert!(Metadata::from_text(r#"{"actor":"a"}"#).is_ok());
        assert_eq!(
            Metadata::from_text("[]").unwrap_err().to_string(),
            "must be a JSON object"
        );
    }
}
