//! OpenAPI schemas of the types whose JSON differs from their fields: the patterns, lengths and ranges that each
//! type's parser accepts.

use utoipa::openapi::schema::{AdditionalProperties, Object, ObjectBuilder, OneOfBuilder, SchemaType, Type};
use utoipa::openapi::{KnownFormat, RefOr, Schema, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

use crate::{
    EventId, EventType, ExpectedRevision, Metadata, Payload, ProblemType, Revision, StreamId, StreamType,
    Timestamp,
};

macro_rules! schema {
    ($name:ty, $schema:expr) => {
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                RefOr::T(Schema::from($schema))
            }
        }

        impl ToSchema for $name {}
    };
}

schema!(
    StreamType,
    text()
        .description(Some(
            "The type of a stream: 1\u{2013}100 characters, a letter or digit, then letters, digits, `.`, `_`, `:`, `~` or `-`."
        ))
        .pattern(Some(STREAM_TYPE_PATTERN))
        .min_length(Some(1))
        .max_length(Some(StreamType::MAX_LENGTH))
        .examples(["order"])
);

schema!(
    ProblemType,
    text()
        .description(Some(
            "Which problem it is: a stable name, and the status that goes with it."
        ))
        .enum_values(Some(ProblemType::KNOWN.map(|known| known.to_string())))
);

const STREAM_TYPE_PATTERN: &str = "^[A-Za-z0-9][A-Za-z0-9._:~-]*$";

schema!(
    StreamId,
    text()
        .description(Some(
            "The id of a stream within its type: a UUID of any version. Any spelling is taken; it is answered in lower case with hyphens."
        ))
        .format(Some(uuid()))
        .examples(["2886e475-d5cc-40f7-aec5-401071388b3c"])
);

schema!(
    EventId,
    text()
        .description(Some(
            "The id of an event within its stream, a UUID: the idempotency key. An append that is retried with the same ids is \
             recognised, and answered as it was the first time."
        ))
        .format(Some(uuid()))
        .examples(["0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10"])
);

schema!(
    EventType,
    text()
        .description(Some(
            "What happened: 1\u{2013}200 characters, when it is appended none of them a control character."
        ))
        .min_length(Some(1))
        .max_length(Some(EventType::MAX_LENGTH))
        .examples(["order-placed"])
);

schema!(
    Timestamp,
    text()
        .description(Some(
            "A moment in UTC, RFC 3339 with exactly six fractional digits, so that text order is time order."
        ))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .pattern(Some(TIMESTAMP_PATTERN))
        .examples(["2025-01-25T10:11:12.000000Z"])
);

const TIMESTAMP_PATTERN: &str = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$";

schema!(
    Revision,
    revision(1)
        .description(Some(
            "The position of an event in its stream: 1 for the first, then one more for each, without gaps."
        ))
        .examples([2])
);

schema!(
    ExpectedRevision,
    OneOfBuilder::new()
        .description(Some("What an append expects of its stream."))
        .item(revision(0).title(Some("revision")).description(Some(
            "The revision that the stream is at; 0: there is no such stream yet."
        )))
        .item(
            text()
                .title(Some("any"))
                .description(Some(
                    "Nothing: the events go to the end, and create the stream if need be."
                ))
                .enum_values(Some(["any"]))
        )
        .item(
            text()
                .title(Some("streamExists"))
                .description(Some("Nothing but that the stream exists."))
                .enum_values(Some(["streamExists"]))
        )
        .examples([1])
);

schema!(
    Payload,
    ObjectBuilder::new()
        .schema_type(SchemaType::AnyValue)
        .description(Some(
            "Any JSON value. It comes back exactly as it was sent: number precision, key order and text untouched."
        ))
        .examples([serde_json::json!({"total": 42})])
);

schema!(
    Metadata,
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(AdditionalProperties::FreeForm(true)))
        .description(Some(
            "A JSON object beside the payload, such as who caused the event. It comes back exactly as it was sent."
        ))
        .examples([serde_json::json!({"causedBy": "web-shop"})])
);

fn text() -> ObjectBuilder {
    Object::builder().schema_type(Type::String)
}

fn uuid() -> SchemaFormat {
    SchemaFormat::Custom("uuid".into())
}

fn revision(least: usize) -> ObjectBuilder {
    Object::builder()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(least))
        .maximum(usize::try_from(Revision::MAX).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex_lite::Regex;

    use super::*;

    proptest! {
        #[test]
        fn the_pattern_of_a_stream_type_takes_what_parses(text in "[A-Za-z0-9._:~/ \u{e9}-]{0,5}") {
            let pattern = Regex::new(STREAM_TYPE_PATTERN).unwrap();
            prop_assert_eq!(pattern.is_match(&text), text.parse::<StreamType>().is_ok());
        }

        #[test]
        fn the_pattern_of_a_timestamp_takes_what_is_written(micros in 0..4_102_444_800_000_000_u64) {
            let moment = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_micros(micros);
            let moment = Timestamp::try_from(moment).unwrap();
            prop_assert!(Regex::new(TIMESTAMP_PATTERN).unwrap().is_match(&moment.to_string()));
        }
    }
}
