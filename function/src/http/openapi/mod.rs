//! The API's OpenAPI document, generated from the handlers.
//!
//! Compiled for tests only. One of them writes `function/openapi.json`, which the function serves.

mod answers;
mod description;
mod examples;
mod headers;
mod paragraphs;
mod parameters;
mod problems;
mod requests;
mod tests;

use utoipa::OpenApi;
use utoipa::openapi::{InfoBuilder, License};

pub(super) use answers::{
    Alive, AllAppended, Appended, Created, Details, Events, Feed, Specification, StreamTypes, Streams,
};
pub(super) use parameters::{
    EventPath, EventsQuery, FeedQuery, Revalidation, StreamPath, StreamTypePath, StreamsQuery,
};
pub(super) use problems::{
    AppendProblems, CreateProblems, EventsProblems, FeedProblems, InternalProblem, ListProblems,
    ReadProblems, ReadyProblems,
};

use super::{
    append_event, append_events, create_stream, list_streams, liveness, read_events, read_feed, readiness,
    specification, stream_details, stream_types,
};

#[derive(OpenApi)]
#[openapi(
    // From where the document lies, so that it holds behind any prefix.
    servers((url = "../", description = "This store")),
    tags(
        (name = "Append", description = "One write each, and safe to send again."),
        (name = "Read", description = "Pages of events, and which streams there are."),
        (name = "Operate", description = "Whether the store is well, and this document."),
    ),
    paths(
        create_stream::handle,
        append_event::handle,
        append_events::handle,
        read_events::handle,
        stream_details::handle,
        list_streams::handle,
        read_feed::handle,
        stream_types::handle,
        liveness::handle,
        readiness::handle,
        specification::handle,
    ),
    components(schemas(
        event_store_types::wire::EventPageBody,
        event_store_types::wire::FeedPageBody,
        event_store_types::wire::Liveness,
        event_store_types::Problem,
        event_store_types::wire::StreamBody,
        event_store_types::wire::StreamPageBody,
        event_store_types::StreamType,
        event_store_types::wire::StreamTypesBody,
    ))
)]
struct Handlers;

/// The document, as it is served.
fn document() -> utoipa::openapi::OpenApi {
    let mut document = Handlers::openapi();
    document.info = InfoBuilder::new()
        .title("Event store")
        .version(env!("CARGO_PKG_VERSION"))
        .license(Some(License::new(env!("CARGO_PKG_LICENSE"))))
        .description(Some(description::text()))
        .build();
    requests::add_examples(&mut document);
    problems::add_components(&mut document);
    headers::add_components(&mut document);
    paragraphs::unwrap(&mut document);
    document
}
