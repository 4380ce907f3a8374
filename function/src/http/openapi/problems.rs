//! The responses of failed operations: one for each status, with an example of each problem that the API
//! itself writes.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::to_bytes;
use event_store_types::EventId;
use futures::FutureExt;
use serde_json::Value;
use utoipa::IntoResponses;
use utoipa::openapi::example::Example;
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder, Schema};

use super::{examples, headers};
use crate::http::fields::FieldProblems;
use crate::http::problem::ApiError;
use crate::store::{StoreError, StreamKey, limits};

macro_rules! problems {
    ($($(#[$documentation:meta])* $name:ident: $($status:literal $response:literal),+;)+) => {$(
        $(#[$documentation])*
        pub(in crate::http) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                BTreeMap::from([$(($status.into(), Ref::from_response_name($response).into())),+])
            }
        }
    )+};
}

problems! {
    /// The problems of a create.
    CreateProblems:
        "400" "InvalidRequest", "409" "Conflict", "413" "TooLarge", "415" "NotJson", "500" "Internal", "503" "Unavailable";
    /// The problems of an append to a stream.
    AppendProblems:
        "400" "InvalidRequest", "404" "StreamNotFound", "409" "Conflict", "413" "TooLarge", "415" "NotJson", "500" "Internal",
        "503" "Unavailable";
    /// The problems of reading a stream.
    ReadProblems:
        "400" "InvalidRequest", "404" "StreamNotFound", "500" "Internal", "503" "Unavailable";
    /// The problems of reading the events of a stream.
    EventsProblems:
        "400" "InvalidRequest", "404" "StreamNotFound", "409" "NotReached", "500" "Internal", "503" "Unavailable";
    /// The problems of reading the feed.
    FeedProblems:
        "400" "InvalidRequest", "409" "FeedNotReached", "410" "FeedBegunAnew", "500" "Internal", "503" "Unavailable";
    /// The problems of listing streams.
    ListProblems:
        "400" "InvalidRequest", "500" "Internal", "503" "Unavailable";
    /// The problems of the readiness check.
    ReadyProblems:
        "500" "Internal", "503" "Unavailable";
    /// The problems of operations that take no request and need no database.
    InternalProblem:
        "500" "Internal";
}

/// Describes the responses that operations refer to, and those to requests that match no operation.
pub(super) fn add_components(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    for (name, description, problems) in all().into_iter().chain(of_feed()) {
        components
            .responses
            .insert(name.into(), response(description, problems).into());
    }
}

/// Examples of problems: the name, the error, and the event ids of the failed append.
type Problems = Vec<(&'static str, ApiError, Vec<EventId>)>;

fn all() -> [(&'static str, &'static str, Problems); 10] {
    let mut fields = FieldProblems::of("streamType", "must be 1-100 characters");
    fields.add("initialEvent.eventType", "required");
    [
        (
            "InvalidRequest",
            "The request is malformed: every bad field is named at once.",
            vec![("invalid-request", ApiError::InvalidRequest(fields), vec![])],
        ),
        (
            "StreamNotFound",
            "There is no such stream of that type.",
            vec![("stream-not-found", ApiError::StreamNotFound(stream()), vec![])],
        ),
        (
            "RouteNotFound",
            "There is no route at the path.",
            vec![("route-not-found", ApiError::RouteNotFound, vec![])],
        ),
        (
            "MethodNotAllowed",
            "The path does not support the method.",
            vec![("method-not-allowed", ApiError::MethodNotAllowed, vec![])],
        ),
        (
            "Conflict",
            "`revision-conflict`: the revision is taken by the `event` in the details, or it is beyond the end of the \
            stream. `event-id-reused`: the store found an event id with other content or at another place. It looks in \
            the commit at that place, or for an append to the end among the stream's newest ten commits, and nowhere \
            else. To decide again after that would have a double effect.",
            conflicts(),
        ),
        (
            "NotReached",
            "The stream ends before the revision after which the caller wants to read. The caller knows of events that \
            this store does not have, such as those of another store, or of one that was restored to an earlier \
            moment.",
            vec![(
                "revision-not-reached",
                ApiError::RevisionNotReached {
                    stream: stream(),
                    after: 7.try_into().unwrap(),
                    current: 4.try_into().unwrap(),
                },
                vec![],
            )],
        ),
        (
            "TooLarge",
            "The events of the append, or the body, are larger than the limit in the details.",
            vec![(
                "event-too-large",
                ApiError::AppendTooLarge {
                    size: limits::APPEND_BYTES + 1,
                },
                vec![],
            )],
        ),
        (
            "NotJson",
            "The content type of the body is not `application/json`, or the body has a content encoding, such as `gzip`.",
            vec![
                (
                    "unsupported-media-type",
                    ApiError::UnsupportedMediaType {
                        found: Some("text/plain".into()),
                    },
                    vec![],
                ),
                (
                    "unsupported-media-type, encoded",
                    ApiError::UnsupportedEncoding { found: "gzip".into() },
                    vec![],
                ),
            ],
        ),
        (
            "Internal",
            "The store failed; its log says why, under the request's id. After an append, the details name the event \
            ids with which to send it again.",
            vec![(
                "internal",
                ApiError::Store(StoreError::Fault("connection refused".into())),
                vec![],
            )],
        ),
        (
            "Unavailable",
            "The database throttles or does not answer. Whether an append was stored is unknown: send it again with the \
            event ids in the details, and the answer is the same as the first time.",
            outages(),
        ),
    ]
}

/// The problems of unusable cursors.
fn of_feed() -> [(&'static str, &'static str, Problems); 2] {
    [
        (
            "FeedNotReached",
            "The feed ends before the cursor: the feed's table was restored to an earlier moment since.",
            vec![("feed-not-reached", ApiError::FeedNotReached, vec![])],
        ),
        (
            "FeedBegunAnew",
            "The cursor belongs to another feed: this one was recreated, or the cursor is another store's. Start again \
            from the beginning.",
            vec![("feed-begun-anew", ApiError::FeedBegunAnew, vec![])],
        ),
    ]
}

/// An append that conflicts with another writer's events, or reuses its own ids.
fn conflicts() -> Problems {
    let event = examples::event(2);
    let ids = vec![event.event_id];
    let conflict = |current: u64, event| ApiError::RevisionConflict {
        stream: stream(),
        expected: 1.try_into().ok(),
        current: current.try_into().unwrap(),
        event,
    };
    vec![
        ("revision-conflict", conflict(3, Some(Box::new(event))), vec![]),
        ("revision-conflict, not reached yet", conflict(1, None), vec![]),
        ("event-id-reused", ApiError::EventIdReused { ids }, vec![]),
    ]
}

/// Temporary failures.
fn outages() -> Problems {
    let ids = vec![examples::event(2).event_id];
    let outage = || "connection refused".into();
    let attempts = limits::AT_END_ATTEMPTS;
    vec![
        (
            "store-unavailable",
            ApiError::Store(StoreError::Unavailable(outage())),
            ids.clone(),
        ),
        ("throttled", ApiError::Store(StoreError::Throttled(outage())), ids),
        (
            "throttled, by other writers",
            ApiError::Outrun { attempts },
            vec![],
        ),
    ]
}

/// Describes the response for some problems.
fn response(description: &str, problems: Problems) -> Response {
    let mut content = ContentBuilder::new()
        .schema(Some(RefOr::<Schema>::Ref(Ref::from_schema_name("Problem"))))
        .build();
    let mut names = BTreeSet::new();
    for (name, error, event_ids) in problems {
        let response = error.respond("01a202ab-5f0e-75e2-9a9a-a22a5ba3682f", event_ids);
        names.extend(
            response
                .headers()
                .keys()
                .filter_map(|header| spelling(header.as_str())),
        );
        // The router adds this header before the problem is written.
        names.extend(matches!(error, ApiError::MethodNotAllowed).then_some("Allow"));
        let mut example = Example::new();
        example.value = Some(body(response));
        content.examples.insert(name.to_owned(), RefOr::T(example));
    }
    let response = ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content)
        .build();
    headers::add(&names.into_iter().collect::<Vec<_>>(), response)
}

/// The document's spelling of a header. The content headers are described with the body, not as headers.
fn spelling(header: &str) -> Option<&'static str> {
    match header {
        "accept-encoding" => Some("Accept-Encoding"),
        "cache-control" => Some("Cache-Control"),
        "retry-after" => Some("Retry-After"),
        "content-type" | "content-length" => None,
        other => panic!("the header `{other}` is not described"),
    }
}

fn body(response: axum::response::Response) -> Value {
    let bytes = to_bytes(response.into_body(), usize::MAX).now_or_never();
    let body = bytes.expect("the body is in memory").unwrap();
    serde_json::from_slice(&body).unwrap()
}

fn stream() -> StreamKey {
    StreamKey {
        stream_type: examples::STREAM_TYPE.parse().unwrap(),
        stream_id: examples::STREAM_ID.parse().unwrap(),
    }
}
