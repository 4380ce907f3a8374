//! Events, as clients send them and as the store keeps them.

use serde::{Deserialize, Deserializer, Serialize};

use crate::{EventId, EventType, InvalidJson, Metadata, Payload, Revision, StreamId, Timestamp};

/// An event that is to be appended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct NewEvent {
    /// The idempotency key. Without one the store generates one, and cannot recognise a retry by the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<EventId>,
    /// What happened.
    pub event_type: EventType,
    /// The event's data.
    pub payload: Payload,
    /// Data about the event, such as who caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
}

impl NewEvent {
    /// An event with neither id nor metadata.
    pub fn new(event_type: EventType, payload: Payload) -> Self {
        Self {
            event_id: None,
            event_type,
            payload,
            metadata: None,
        }
    }

    /// An event whose payload is `value` as JSON, with neither id nor metadata.
    ///
    /// ```
    /// use event_store_types::NewEvent;
    ///
    /// let placed = NewEvent::of("placed".parse()?, &("A-1", 12))?;
    /// assert_eq!(placed.payload.as_str(), r#"["A-1",12]"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// `value` has no JSON form, such as a map whose keys are not text, or a number that is not finite.
    pub fn of(event_type: EventType, value: &(impl Serialize + ?Sized)) -> Result<Self, InvalidJson> {
        Payload::of(value).map(|payload| Self::new(event_type, payload))
    }

    /// The same event with this id, its idempotency key.
    #[must_use]
    pub fn with_id(self, event_id: EventId) -> Self {
        Self {
            event_id: Some(event_id),
            ..self
        }
    }

    /// The same event with this metadata, which replaces any it has.
    #[must_use]
    pub fn with_metadata(self, metadata: Metadata) -> Self {
        Self {
            metadata: Some(metadata),
            ..self
        }
    }
}

impl NewEvent {
    /// The event that is stored when this one is appended at `revision` of a stream. If it has no id, it gets a new one.
    pub fn recorded(self, stream_id: StreamId, revision: Revision, created_at: Timestamp) -> Event {
        Event {
            stream_id,
            revision,
            event_type: self.event_type,
            payload: self.payload,
            created_at,
            event_id: self.event_id.unwrap_or_else(EventId::random),
            metadata: self.metadata,
        }
    }
}

/// An event of a stream.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Event {
    /// The stream that the event belongs to.
    pub stream_id: StreamId,
    /// The event's position in its stream.
    pub revision: Revision,
    /// What happened.
    #[serde(deserialize_with = "stored_event_type")]
    pub event_type: EventType,
    /// The event's data, exactly as it was sent.
    pub payload: Payload,
    /// When the event was appended. Never earlier than that of the event before it.
    pub created_at: Timestamp,
    /// The event's id.
    pub event_id: EventId,
    /// Data about the event, exactly as it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub metadata: Option<Metadata>,
}

impl Event {
    /// An event of a stream, without metadata.
    pub fn new(
        stream_id: StreamId,
        revision: Revision,
        event_type: EventType,
        payload: Payload,
        created_at: Timestamp,
        event_id: EventId,
    ) -> Self {
        Self {
            stream_id,
            revision,
            event_type,
            payload,
            created_at,
            event_id,
            metadata: None,
        }
    }

    /// The same event with this metadata, which replaces any it has.
    #[must_use]
    pub fn with_metadata(self, metadata: Metadata) -> Self {
        Self {
            metadata: Some(metadata),
            ..self
        }
    }
}

/// Reads the type of a stored event, which may have been written under other rules.
pub(crate) fn stored_event_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<EventType, D::Error> {
    String::deserialize(deserializer).map(EventType::stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_could_not_be_written_today_can_be_read() {
        let event = r#"{"streamId":"2886e475-d5cc-40f7-aec5-401071388b3c","revision":1,"eventType":"a\u0007","payload":1,"createdAt":"2025-01-25T10:11:12Z","eventId":"0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10"}"#;
        assert_eq!(
            serde_json::from_str::<Event>(event).unwrap().event_type.as_str(),
            "a\u{7}"
        );
        let error = serde_json::from_str::<NewEvent>(r#"{"eventType":"a\u0007","payload":1}"#).unwrap_err();
        assert!(
            error.to_string().contains("control or formatting characters"),
            "{error}"
        );
    }

    #[test]
    fn a_misspelt_member_of_a_new_event_is_refused() {
        let error =
            serde_json::from_str::<NewEvent>(r#"{"eventType":"a","payload":1,"eventID":"x"}"#).unwrap_err();
        assert!(error.to_string().contains("unknown field `eventID`"), "{error}");
    }

    #[test]
    fn a_null_payload_is_a_payload() {
        let event: NewEvent = serde_json::from_str(r#"{"eventType":"a","payload":null}"#).unwrap();
        assert_eq!(event.payload.as_str(), "null");
    }

    #[test]
    fn an_event_is_written_in_the_order_of_the_contract() {
        let event = Event {
            stream_id: "2886e475-d5cc-40f7-aec5-401071388b3c".parse().unwrap(),
            revision: Revision::FIRST,
            event_type: "placed".parse().unwrap(),
            payload: Payload::from_text(r#"{"z":1.0,"a":"é"}"#).unwrap(),
            created_at: "2025-01-25T10:11:12Z".parse().unwrap(),
            event_id: "0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10".parse().unwrap(),
            metadata: Some(Metadata::from_text("{}").unwrap()),
        };
        insta::assert_snapshot!(serde_json::to_string(&event).unwrap(), @r#"{"streamId":"2886e475-d5cc-40f7-aec5-401071388b3c","revision":1,"eventType":"placed","payload":{"z":1.0,"a":"é"},"createdAt":"2025-01-25T10:11:12.000000Z","eventId":"0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10","metadata":{}}"#);
    }
}
