//! PURE: the values that a template evaluates to: data, and calls that only AWS can answer.

use indexmap::IndexMap;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::function::Function;
use crate::yaml::{Location, Scalar};

/// A value in the rendering.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Flag(bool),
    Number(serde_json::Number),
    Text(String),
    /// A parameter in AWS's Parameter Store, as a dynamic reference: `{{resolve:ssm:NAME}}`.
    Stored(String),
    List(Vec<Self>),
    Object(IndexMap<String, Self>),
    /// A call that depends on a resource; its argument is evaluated as far as possible.
    Call(Function, Box<Self>),
}

impl Value {
    /// Makes a string.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Reads a scalar of a template, whose spelling is already [checked](super::spelling); `None` for a null.
    pub(super) fn from_scalar(scalar: &Scalar) -> Option<Self> {
        let text = scalar.text.as_str();
        if !scalar.plain {
            return Some(Self::text(text));
        }
        if scalar.is_null() {
            return None;
        }
        Some(match text {
            "true" | "True" | "TRUE" => Self::Flag(true),
            "false" | "False" | "FALSE" => Self::Flag(false),
            // A JSON number is a number in every version of YAML; everything else is a string.
            _ => serde_json::from_str(text).map_or_else(|_| Self::text(text), Self::Number),
        })
    }

    /// Converts a single value to the string by which CloudFormation compares and joins it.
    pub(super) fn as_text(&self) -> Option<String> {
        match self {
            Self::Flag(flag) => Some(flag.to_string()),
            Self::Number(number) => Some(number.to_string()),
            Self::Text(text) => Some(text.clone()),
            Self::Stored(_) | Self::List(_) | Self::Object(_) | Self::Call(..) => None,
        }
    }

    /// Tells whether the whole value is known, with nothing left to AWS.
    pub(super) fn is_literal(&self) -> bool {
        match self {
            Self::Flag(_) | Self::Number(_) | Self::Text(_) => true,
            Self::List(items) => items.iter().all(Self::is_literal),
            Self::Object(members) => members.values().all(Self::is_literal),
            Self::Stored(_) | Self::Call(..) => false,
        }
    }

    /// Tells whether the value contains a dynamic reference. AWS replaces it only when it deploys; until then the
    /// value is unknown.
    pub(super) fn has_reference(&self) -> bool {
        match self {
            Self::Stored(_) => true,
            Self::Text(text) => text.contains("{{resolve:"),
            Self::List(items) => items.iter().any(Self::has_reference),
            Self::Object(members) => members.values().any(Self::has_reference),
            Self::Call(_, argument) => argument.has_reference(),
            Self::Flag(_) | Self::Number(_) => false,
        }
    }

    /// Finds the member of an object.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.get(key),
            _ => None,
        }
    }

    /// Names the kind of value, for messages.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Self::Flag(_) | Self::Number(_) | Self::Text(_) => "a single value",
            Self::List(_) => "a list",
            Self::Object(_) => "a mapping",
            Self::Stored(_) | Self::Call(..) => "known after deployment only",
        }
    }

    /// Converts the value to a `serde_json` value.
    pub(super) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Flag(flag) => (*flag).into(),
            Self::Number(number) => number.clone().into(),
            Self::Text(text) | Self::Stored(text) => text.as_str().into(),
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
            Self::Text(text) | Self::Stored(text) => serializer.serialize_str(text),
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

/// Escapes non-ASCII characters. They occur only inside JSON strings, where they may be escaped.
///
/// `GetTemplate` returns non-ASCII characters as question marks, and the rendering is compared with its answer.
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

/// A value and where it stands in the template.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) at: Location,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_beyond_ascii_are_escaped_in_pairs_where_needed() {
        let escaped = ascii("{\"a\":\"é 𝄞\"}");
        assert_eq!(escaped, r#"{"a":"\u00e9 \ud834\udd1e"}"#);
        let read: serde_json::Value = serde_json::from_str(&escaped).unwrap();
        assert_eq!(read["a"], "é 𝄞");
    }
}
