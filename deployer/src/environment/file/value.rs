//! PURE: the values of an environment file, each with its place.

use std::borrow::Cow;

use cfn_template::yaml::Location;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// A value and its place in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located<T> {
    pub value: T,
    /// Where the value stands.
    pub at: Location,
}

impl<T: JsonSchema> JsonSchema for Located<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// The schema of a [`cfn_template::ParameterValue`].
pub(super) struct ParameterSchema;

impl JsonSchema for ParameterSchema {
    fn schema_name() -> Cow<'static, str> {
        "ParameterValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A string, number or boolean, or a list of them.",
            "type": ["string", "number", "boolean", "array"],
            "items": { "type": ["string", "number", "boolean"] },
        })
    }
}

/// The schema of a tag's value: a number or boolean counts as the string that it is written as.
pub(super) struct TagValue;

impl JsonSchema for TagValue {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "TagValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean"] })
    }
}

/// A tag and its places in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    pub key: String,
    /// Where the key stands.
    pub key_at: Location,
    pub value: Located<String>,
}
