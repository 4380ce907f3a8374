//! The feed: the events of all streams, in one order.

use serde::{Deserialize, Serialize};

use crate::event::stored_event_type;
use crate::{Event, EventId, EventType, Metadata, Payload, Revision, StreamId, StreamType, Timestamp};

/// An event as the feed gives it: with the type of its stream.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FeedEvent {
    /// The type of the stream that the event belongs to.
    pub stream_type: StreamType,
    /// The stream that the event belongs to.
    pub stream_id: StreamId,
    /// The event's position in its stream.
    pub revision: Revision,
    /// What happened.
    #[serde(deserialize_with = "stored_event_type")]
    pub event_type: EventType,
    /// The event's data, exactly as it was sent.
    pub payload: Payload,
    /// When the event was appended. Never earlier than that of the event before it in its stream; the feed is not ordered by it.
    pub created_at: Timestamp,
    /// The event's id.
    pub event_id: EventId,
    /// Data about the event, exactly as it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub metadata: Option<Metadata>,
}

impl FeedEvent {
    /// `event`, which belongs to a stream of the type `stream_type`.
    pub fn of(stream_type: StreamType, event: Event) -> Self {
        Self {
            stream_type,
            stream_id: event.stream_id,
            revision: event.revision,
            event_type: event.event_type,
            payload: event.payload,
            created_at: event.created_at,
            event_id: event.event_id,
            metadata: event.metadata,
        }
    }

    /// The type of the stream, and the event as an event of that stream.
    pub fn into_parts(self) -> (StreamType, Event) {
        let event = Event {
            stream_id: self.stream_id,
            revision: self.revision,
            event_type: self.event_type,
            payload: self.payload,
            created_at: self.created_at,
            event_id: self.event_id,
            metadata: self.metadata,
        };
        (self.stream_type, event)
    }
}

/// A page of the feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FeedPage {
    /// The events, in the order of the feed.
    #[cfg_attr(feature = "openapi", schema(max_items = 1000))]
    pub events: Vec<FeedEvent>,
    /// `false`: there was nothing more. `true`: there may be more, and with a filter, or rarely without one, this page may be empty
    /// although there is.
    pub has_more: bool,
    /// The cursor of the next page: opaque, and always present. Followers store it.
    pub next: String,
}

impl FeedPage {
    /// A page after which the feed continues at `next`.
    pub fn new(events: Vec<FeedEvent>, has_more: bool, next: String) -> Self {
        Self {
            events,
            has_more,
            next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_the_feed_is_an_event_and_its_stream_s_type() {
        let json = r#"{"streamType":"order","streamId":"2886e475-d5cc-40f7-aec5-401071388b3c","revision":1,"eventType":"a","payload":1e400,"createdAt":"2025-01-25T10:11:12.000000Z","eventId":"0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10"}"#;
        let event: FeedEvent = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&event).unwrap(), json);
        let (stream_type, inner) = event.clone().into_parts();
        assert_eq!(FeedEvent::of(stream_type, inner), event);
    }
}
