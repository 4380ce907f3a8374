//! PURE: what a template evaluates to: data, and the calls that only AWS can answer.

use indexmap::IndexMap;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::function::Function;
use crate::yaml::{Location, Scalar};

/// A value of the rendering.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Flag(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Self>),
    Object(IndexMap<String, Self>),
    /// A call that depends on a resource, its argument evaluated as far as possible.
    Call(Function, Box<Self>),
}

/// Why a scalar has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScalarError {
    /// CloudFormation refuses null.
    Null,
    /// YAML 1.1, which CloudFormation reads, and YAML 1.2 differ: `yes`, `0777`, `1_000`, `12:30`.
    Ambiguous,
}

impl Value {
    /// Makes a text.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Reads a scalar of a template.
    pub(super) fn from_scalar(scalar: &Scalar) -> Result<Self, ScalarError> {
        let text = scalar.text.as_str();
        if !scalar.plain {
            return Ok(Self::text(text));
        }
        if scalar.is_null() {
            return Err(ScalarError::Null);
        }
        match text {
            "true" | "True" | "TRUE" => return Ok(Self::Flag(true)),
            "false" | "False" | "FALSE" => return Ok(Self::Flag(false)),
            _ => {}
        }
        if is_ambiguous(text) {
            return Err(ScalarError::Ambiguous);
        }
        // What JSON takes for a number is one in every YAML; all else is a text.
        Ok(serde_json::from_str(text).map_or_else(|_| Self::text(text), Self::Number))
    }

    /// Reads a single value as the text CloudFormation compares and joins it by.
    pub(super) fn as_text(&self) -> Option<String> {
        match self {
            Self::Flag(flag) => Some(flag.to_string()),
            Self::Number(number) => Some(number.to_string()),
            Self::Text(text) => Some(text.clone()),
            Self::List(_) | Self::Object(_) | Self::Call(..) => None,
        }
    }

    /// Tells whether nothing in it is left to AWS.
    pub(super) fn is_literal(&self) -> bool {
        match self {
            Self::Flag(_) | Self::Number(_) | Self::Text(_) => true,
            Self::List(items) => items.iter().all(Self::is_literal),
            Self::Object(members) => members.values().all(Self::is_literal),
            Self::Call(..) => false,
        }
    }

    /// Finds the member of an object.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.get(key),
            _ => None,
        }
    }

    /// Names the kind of value in a message.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Self::Flag(_) | Self::Number(_) | Self::Text(_) => "a single value",
            Self::List(_) => "a list",
            Self::Object(_) => "a mapping",
            Self::Call(..) => "known after deployment only",
        }
    }

    /// Writes it as `serde_json` sees it.
    pub(super) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Flag(flag) => (*flag).into(),
            Self::Number(number) => number.clone().into(),
            Self::Text(text) => text.as_str().into(),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Object(members) => members
                .iter()
                .map(|(key, value)| (key.clone(), value.to_json()))
                .collect(),
            Self::Call(function, argument) => [(function.name().to_owned(), argument.to_json())]
                .into_iter()
                .collect(),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(members) => serializer.collect_map(members),
            Self::Call(function, argument) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(function.name(), argument)?;
                map.end()
            }
        }
    }
}

/// Escapes what is not ASCII: outside a text JSON has no such character, inside one it may be escaped.
///
/// `GetTemplate` gives non-ASCII characters back as question marks, and the rendering is compared with what it gives.
pub(super) fn ascii(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len() + 1);
    for character in json.chars() {
        if character.is_ascii() {
            escaped.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                escaped.extend(["\\u".to_owned(), format!("{unit:04x}")]);
            }
        }
    }
    escaped
}

fn is_ambiguous(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    if ["yes", "no", "on", "off", ".inf", "-.inf", "+.inf", ".nan"].contains(&lower.as_str()) {
        return true;
    }
    let unsigned = lower.strip_prefix(['-', '+']).unwrap_or(&lower);
    if !unsigned.starts_with(|first: char| first.is_ascii_digit()) {
        return false;
    }
    let prefixed = unsigned.starts_with("0x") || unsigned.starts_with("0o") || unsigned.starts_with("0b");
    let digits = |separators: &str| {
        unsigned
            .chars()
            .all(|letter| letter.is_ascii_digit() || separators.contains(letter))
    };
    let leading_zero = unsigned.len() > 1 && unsigned.starts_with('0') && digits("");
    let signed = lower.starts_with('+') && digits(".");
    let separated = (unsigned.contains('_') && digits("_.")) || (unsigned.contains(':') && digits(":."));
    let unfinished = unsigned.ends_with('.') && digits(".");
    prefixed || leading_zero || signed || separated || unfinished
}

/// A value and the place in the template it comes from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) at: Location,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Result<Value, ScalarError> {
        Value::from_scalar(&Scalar {
            text: text.to_owned(),
            plain: true,
        })
    }

    #[test]
    fn a_plain_scalar_is_what_every_yaml_takes_it_for() {
        assert_eq!(plain("12"), Ok(Value::Number(12.into())));
        assert_eq!(plain("-1"), Ok(Value::Number((-1).into())));
        assert_eq!(plain("true"), Ok(Value::Flag(true)));
        for text in [
            "2010-09-09",
            "12 o'clock",
            "a: b",
            "arn:aws:iam::123456789012:root",
            "1.2.3",
            "y",
        ] {
            assert_eq!(plain(text), Ok(Value::text(text)));
        }
        let quoted = Value::from_scalar(&Scalar {
            text: "12".to_owned(),
            plain: false,
        });
        assert_eq!(quoted, Ok(Value::text("12")));
    }

    #[test]
    fn what_two_versions_of_yaml_read_differently_is_refused() {
        for text in [
            "yes",
            "Off",
            "000000000042",
            "1_000",
            "12:30:45",
            "0x1F",
            "+12",
            "1.",
            ".inf",
        ] {
            assert_eq!(plain(text), Err(ScalarError::Ambiguous), "{text}");
        }
        assert_eq!(plain("~"), Err(ScalarError::Null));
    }

    #[test]
    fn characters_beyond_ascii_are_escaped_in_pairs_where_needed() {
        let escaped = ascii("{\"a\":\"é 𝄞\"}");
        assert_eq!(escaped, r#"{"a":"\u00e9 \ud834\udd1e"}"#);
        let read: serde_json::Value = serde_json::from_str(&escaped).unwrap();
        assert_eq!(read["a"], "é 𝄞");
    }
}
