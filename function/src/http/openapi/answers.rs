//! What the operations answer when they do what was asked.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{ContentBuilder, Object, Ref, RefOr, Response, ResponseBuilder, Schema, Type};

use super::{examples, headers};

macro_rules! answers {
    ($($(#[$documentation:meta])* $name:ident: $($status:literal $response:expr),+;)+) => {$(
        $(#[$documentation])*
        pub(in crate::http) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                BTreeMap::from([$(($status.into(), RefOr::T($response))),+])
            }
        }
    )+};
}

answers! {
    /// A stream that is created.
    Created:
        "201" stored(1);
    /// An event that is appended.
    Appended:
        "201" stored(2);
    /// Events that are appended.
    AllAppended:
        "201" stored(4);
    /// A page of events.
    Events:
        "200" headers::add(&CACHED, json("A page of events.", "EventPageBody", examples::event_page())),
        "304" unchanged("The page is still the one that the caller has.");
    /// A stream.
    Details:
        "200" headers::add(&["Cache-Control"], json("The stream.", "StreamBody", examples::stream(4)));
    /// A page of streams.
    Streams:
        "200" headers::add(
            &["Cache-Control"],
            json("A page of streams.", "StreamPageBody", examples::stream_page()),
        );
    /// A page of the feed.
    Feed:
        "200" headers::add(&["Cache-Control"], json("A page of the feed.", "FeedPageBody", examples::feed_page()));
    /// The types of streams.
    StreamTypes:
        "200" headers::add(
            &["Cache-Control"],
            json("The types of streams.", "StreamTypesBody", examples::stream_types()),
        );
    /// A store that is well.
    Alive:
        "200" headers::add(&["Cache-Control"], json("It is.", "Liveness", examples::liveness()));
    /// This document.
    Specification:
        "200" headers::add(&CACHED, specification()),
        "304" unchanged("The document is still the one that the caller has.");
}

const CACHED: [&str; 2] = ["ETag", "Cache-Control"];

/// An append that brought the stream to `revision`.
fn stored(revision: u64) -> Response {
    let response = json(
        "The stream as it stands now: the events are stored, and every strong read that starts from now on shows them.",
        "StreamBody",
        examples::stream(revision),
    );
    headers::add(&["Idempotency-Replayed"], response)
}

fn json(description: &str, schema: &str, example: serde_json::Value) -> Response {
    let content = ContentBuilder::new()
        .schema(Some(RefOr::<Schema>::Ref(Ref::from_schema_name(schema))))
        .example(Some(example));
    ResponseBuilder::new()
        .description(description)
        .content("application/json", content.build())
        .build()
}

fn unchanged(description: &str) -> Response {
    headers::add(&CACHED, Response::new(description))
}

fn specification() -> Response {
    let content = ContentBuilder::new().schema(Some(Object::with_type(Type::Object)));
    ResponseBuilder::new()
        .description("This document.")
        .content("application/json", content.build())
        .build()
}
