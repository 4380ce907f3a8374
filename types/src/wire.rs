//! Request and response bodies, which wrap a type on the wire. They are for the store and its client, and not part of this crate's stable API.

use serde::{Deserialize, Serialize};

use crate::{
    EventPage, ExpectedRevision, FeedPage, NewEvent, Stream, StreamId, StreamPage, StreamType, Timestamp,
};

/// The body of `POST /streams/{streamType}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateStream {
    /// The id of the stream. Without one it is derived from the event's id, or made up when that is missing too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_id: Option<StreamId>,
    /// The stream's first event.
    pub initial_event: NewEvent,
}

/// The body of `PUT /streams/{streamType}/{streamId}/events/{revision}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppendEvent {
    /// The event to append at the revision.
    pub event: NewEvent,
}

/// The body of `POST /streams/{streamType}/{streamId}/events`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppendEvents {
    /// The state that the append expects of the stream.
    pub expected_revision: ExpectedRevision,
    /// The events, 1 to 100 of them: all are appended, next to each other and in this order, or none.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 100))]
    pub events: Vec<NewEvent>,
}

/// A response that holds a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct StreamBody {
    /// The stream.
    pub stream: Stream,
}

/// A response that holds a page of streams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct StreamPageBody {
    /// The page.
    pub stream_page: StreamPage,
}

/// A response that holds a page of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EventPageBody {
    /// The page.
    pub event_page: EventPage,
}

/// A response that holds a page of the feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FeedPageBody {
    /// The page.
    pub feed_page: FeedPage,
}

/// A response that holds the types of all streams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct StreamTypesBody {
    /// The types, in the order of their names.
    pub stream_types: Vec<StreamType>,
}

/// The response of `GET /liveness-check` and of `GET /readiness-check`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Liveness {
    /// Always `ok`.
    #[cfg_attr(feature = "openapi", schema(pattern = "^ok$", examples("ok")))]
    pub status: String,
    /// The store's clock.
    pub at: Timestamp,
}
