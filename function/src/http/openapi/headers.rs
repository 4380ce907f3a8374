//! Response headers.

use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::{ObjectBuilder, OpenApi, Ref, RefOr, Response};

use super::requests::operations;

/// Describes the headers that responses refer to, and adds to each response those that none is without.
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
        // What is described elsewhere in the document has the header there.
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
        "The id of the request, which is in the log, too: on Lambda the invocation's; elsewhere the caller's, or a new one.",
        Type::String,
    ),
    (
        "Idempotency-Replayed",
        "`true`: the events were stored by an earlier request, which is answered once more; the stream in the body is as of \
         then. Absent otherwise.",
        Type::String,
    ),
    (
        "Retry-After",
        "After how many seconds to try again.",
        Type::Integer,
    ),
    (
        "Accept-Encoding",
        "`identity`: a body is taken as it is, and in no encoding.",
        Type::String,
    ),
    (
        "X-Content-Type-Options",
        "`nosniff`: the answer is what its content type says.",
        Type::String,
    ),
    ("Allow", "The methods that the path takes.", Type::String),
    (
        "ETag",
        "Names this very content, for `If-None-Match`. An empty page of events has none.",
        Type::String,
    ),
    (
        "Cache-Control",
        "How long the answer stays true. `private, no-cache`: it is to be asked for each time. `private, max-age=86400, immutable`: \
         a page of past events, which never changes. `no-store`: a problem.",
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
