//! The responses of successful operations.

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
    /// A created stream.
    Created:
        "201" stored(1);
    /// An appended event.
    Appended:
        "201" stored(2);
    /// Appended events.
    AllAppended:
        "201" stored(4);
    /// A page of events.
    Events:
        "200" headers::add(&CACHED, json("A page of events.", "EventPageBody", examples::event_page())),
        "304" unchanged("The caller's page is still current.");
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
    /// A healthy process or store.
    Alive:
        "200" headers::add(&["Cache-Control"], json("The process or store is healthy.", "Liveness", examples::liveness()));
    /// This document.
    Specification:
        "200" headers::add(&CACHED, specification()),
        "304" unchanged("The caller's document is still current.");
}

const CACHED: [&str; 2] = ["ETag", "Cache-Control"];

/// The response to an append that brought the stream to `revision`.
fn stored(revision: u64) -> Response {
    let response = json(
        "The stream as it is now: the events are stored, and every strong read that starts from now on shows them.",
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
