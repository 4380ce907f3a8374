//! Request bodies: their headers are checked before they are read, and every problem in them is reported.

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, Request};
use event_store_types::wire::{AppendEvent, AppendEvents, CreateStream};
use event_store_types::{ExpectedRevision, Metadata, NewEvent, Payload, Revision};
use futures::StreamExt;
use serde_json::value::RawValue;

use super::fields::FieldProblems;
use super::json::{Object, text};
use super::media_type;
use super::problem::ApiError;
use crate::store::limits;

/// A body that is declared as JSON, is within the size limit, and is UTF-8.
#[derive(Debug)]
pub(super) struct JsonBody(pub(super) String);

impl JsonBody {
    /// Parses the body of a create.
    pub(super) fn create_stream(&self, problems: &mut FieldProblems) -> Option<CreateStream> {
        let mut body = self.object(problems)?;
        let stream_id = body.optional("streamId", problems, text);
        let initial_event = body.required_object("initialEvent", problems);
        let initial_event = initial_event.and_then(|event| new_event(event, problems));
        body.finish(problems);
        Some(CreateStream {
            stream_id,
            initial_event: initial_event?,
        })
    }

    /// Parses the body of an append of one event.
    pub(super) fn append_event(&self, problems: &mut FieldProblems) -> Option<AppendEvent> {
        let mut body = self.object(problems)?;
        let event = body.required_object("event", problems);
        let event = event.and_then(|event| new_event(event, problems));
        body.finish(problems);
        Some(AppendEvent { event: event? })
    }

    /// Parses the body of an append of several events.
    pub(super) fn append_events(&self, problems: &mut FieldProblems) -> Option<AppendEvents> {
        let mut body = self.object(problems)?;
        let expected_revision = body.required("expectedRevision", problems, expected_revision);
        let counts = 1..=limits::APPEND_EVENTS;
        let events: Option<Vec<NewEvent>> =
            body.required_objects("events", counts, problems)
                .and_then(|events| {
                    // Parses the events after a wrong one, too: every problem must be reported.
                    let mut read = Some(Vec::with_capacity(events.len()));
                    for event in events {
                        if problems.are_enough() {
                            return None;
                        }
                        let event = new_event(event, problems);
                        read = read.zip(event).map(|(mut read, event)| {
                            read.push(event);
                            read
                        });
                    }
                    read
                });
        body.finish(problems);
        Some(AppendEvents {
            expected_revision: expected_revision?,
            events: events?,
        })
    }

    fn object(&self, problems: &mut FieldProblems) -> Option<Object<'_>> {
        Object::whole("body", &self.0)
            .map_err(|wrong| problems.extend(wrong))
            .ok()
    }
}

fn new_event(mut event: Object<'_>, problems: &mut FieldProblems) -> Option<NewEvent> {
    let event_id = event.optional("eventId", problems, text);
    let event_type = event.required("eventType", problems, text);
    let content = event.required("payload", problems, |value| Ok::<_, String>(payload(value)));
    let metadata = event.optional("metadata", problems, |value| Metadata::try_from(payload(value)));
    event.finish(problems);
    let mut event = NewEvent::new(event_type?, content?);
    event.event_id = event_id;
    event.metadata = metadata;
    Some(event)
}

fn expected_revision(value: &RawValue) -> Result<ExpectedRevision, String> {
    serde_json::from_str(value.get()).map_err(|_| {
        let largest = Revision::MAX;
        format!("must be the stream's current revision (0 for no stream, at most {largest}), `any` or `streamExists`")
    })
}

fn payload(value: &RawValue) -> Payload {
    Payload::from(value.to_owned())
}

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        media_type::check(request.headers())?;
        let bytes = read(request.into_body()).await?;
        let text = utf8(bytes).map_err(|wrong| FieldProblems::of("body", wrong))?;
        Ok(Self(text))
    }
}

/// Decodes bytes as JSON text: UTF-8 without a byte order mark (RFC 8259 §8.1).
fn utf8(bytes: Vec<u8>) -> Result<String, &'static str> {
    match bytes.as_slice() {
        [0xef, 0xbb, 0xbf, ..] => Err("begins with a byte order mark (U+FEFF); JSON must not"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Err("is UTF-16; JSON must be UTF-8"),
        _ => String::from_utf8(bytes).map_err(|_| "is not JSON: it is not UTF-8"),
    }
}

async fn read(body: Body) -> Result<Vec<u8>, ApiError> {
    let announced = body.size_hint().lower();
    if announced > limits::BODY_BYTES as u64 {
        return Err(ApiError::BodyTooLarge {
            size: Some(announced),
        });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(announced).unwrap_or_default());
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        bytes.extend_from_slice(&chunk.map_err(|_| FieldProblems::of("body", "ended early"))?);
        if bytes.len() > limits::BODY_BYTES {
            return Err(ApiError::BodyTooLarge { size: None });
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_encoding_is_named() {
        let wrong = |bytes: &[u8]| utf8(bytes.to_vec()).unwrap_err();
        assert_eq!(
            wrong(b"\xef\xbb\xbf{}"),
            "begins with a byte order mark (U+FEFF); JSON must not"
        );
        assert_eq!(wrong(b"\xff\xfe{\0}\0"), "is UTF-16; JSON must be UTF-8");
        assert_eq!(wrong(b"\xfe\xff\0{\0}"), "is UTF-16; JSON must be UTF-8");
        assert_eq!(wrong(b"\"\xff\""), "is not JSON: it is not UTF-8");
        assert_eq!(utf8(b"\"\xef\xbb\xbf\"".to_vec()), Ok("\"\u{feff}\"".to_owned()));
    }
}
