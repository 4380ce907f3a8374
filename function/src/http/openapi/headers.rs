//! Response headers.

use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::{ObjectBuilder, OpenApi, Ref, RefOr, Response};

use super::requests::operations;

/// Describes the headers that responses refer to, and adds to each response the headers that all of them
/// have.
pub(super) fn add_components(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    for (name, description, kind) in ALL {
        components
            .headers
            .insert(name.into(), described(description, kind.clone()).into());
    }
    let operations = document.paths.paths.values_mut().flat_map(operations);
    let responses = operations.flat_map(|operation| operation.responses.responses.values_mut());
    for response in components.responses.values_mut().chain(responses) {
        // A referenced response has the header in its own definition.
        if let RefOr::T(response) = response {
            refer(response, "x-request-id");
            refer(response, "X-Content-Type-Options");
        }
    }
}

/// Adds headers to a response.
pub(super) fn add(names: &[&str], mut response: Response) -> Response {
    for name in names {
        refer(&mut response, name);
    }
    response
}

fn refer(response: &mut Response, name: &str) {
    let header = Ref::new(format!("#/components/headers/{name}"));
    response.headers.insert(name.into(), RefOr::Ref(header));
}

const ALL: [(&str, &str, Type); 8] = [
    (
        "x-request-id",
        "The id of the request, which is also in the log: on Lambda the invocation's; elsewhere the caller's, or a new \
        one.",
        Type::String,
    ),
    (
        "Idempotency-Replayed",
        "`true`: an earlier request stored the events, and this is its answer again; the stream in the body is as of \
        then. Absent otherwise.",
        Type::String,
    ),
    (
        "Retry-After",
        "The number of seconds after which to try again.",
        Type::Integer,
    ),
    (
        "Accept-Encoding",
        "`identity`: a body must have no content encoding.",
        Type::String,
    ),
    (
        "X-Content-Type-Options",
        "`nosniff`: the answer is what its content type says.",
        Type::String,
    ),
    ("Allow", "The methods that the path supports.", Type::String),
    (
        "ETag",
        "Names this very content, for `If-None-Match`. An empty page of events has none.",
        Type::String,
    ),
    (
        "Cache-Control",
        "How long the answer may be cached. `private, no-cache`: revalidate it each time. `private, max-age=86400, \
        immutable`: a page of past events, which never changes. `no-store`: a problem.",
        Type::String,
    ),
];

fn described(description: &str, kind: Type) -> Header {
    let schema = ObjectBuilder::new().schema_type(SchemaType::Type(kind)).build();
    HeaderBuilder::new()
        .schema(Some(schema))
        .description(Some(description))
        .build()
}
