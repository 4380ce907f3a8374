//! What led to an event.

use crate::members::Members;
use crate::{Event, InvalidJson, Metadata, NewEvent, TraceParent};

const CORRELATION: &str = "correlationId";
const CAUSATION: &str = "causationId";

/// What led to an event, from its metadata: `correlationId` names the conversation that the event belongs to, `causationId`
/// the message in it that caused the event.
///
/// ```
/// use event_store_types::{NewEvent, Provenance};
///
/// let request = Provenance::default().correlated_with("checkout-7");
/// let placed = NewEvent::of("placed".parse()?, &12)?.with_provenance(&request)?;
/// assert_eq!(placed.metadata.unwrap().as_str(), r#"{"correlationId":"checkout-7"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Provenance {
    /// The id of the conversation: the same for everything that follows from one first message.
    pub correlation_id: Option<String>,
    /// The id of the command or event that caused this one.
    pub causation_id: Option<String>,
    /// The position in a distributed trace, from the member `traceparent`.
    pub trace_parent: Option<TraceParent>,
}

impl Provenance {
    /// The provenance of an event or command that `event` causes, in the same conversation. If `event` belongs to no
    /// conversation, it begins one.
    pub fn caused_by(event: &Event) -> Self {
        let event_id = event.event_id.to_string();
        let Self {
            correlation_id: conversation,
            trace_parent,
            ..
        } = event.provenance();
        Self {
            trace_parent,
            correlation_id: conversation.or_else(|| Some(event_id.clone())),
            causation_id: Some(event_id),
        }
    }

    /// The same provenance, in the conversation `id`.
    #[must_use]
    pub fn correlated_with(self, id: impl Into<String>) -> Self {
        Self {
            correlation_id: Some(id.into()),
            ..self
        }
    }

    /// The same provenance, caused by the message `id`, such as a command.
    #[must_use]
    pub fn with_causation_id(self, id: impl Into<String>) -> Self {
        Self {
            causation_id: Some(id.into()),
            ..self
        }
    }

    /// The same provenance, in this trace, such as that of a request's `traceparent` header.
    #[must_use]
    pub fn traced_by(self, parent: TraceParent) -> Self {
        Self {
            trace_parent: Some(parent),
            ..self
        }
    }
}

impl NewEvent {
    /// The same event with this provenance in its metadata. The other members of the metadata stay as they are.
    ///
    /// # Errors
    /// The metadata has a member whose name is not valid text, such as half of a surrogate pair.
    pub fn with_provenance(mut self, provenance: &Provenance) -> Result<Self, InvalidJson> {
        let ids = [
            (CORRELATION, provenance.correlation_id.as_deref()),
            (CAUSATION, provenance.causation_id.as_deref()),
            (
                TraceParent::NAME,
                provenance.trace_parent.as_ref().map(TraceParent::as_str),
            ),
        ];
        for (name, id) in ids {
            if let Some(id) = id {
                self.metadata = Some(Members::with(self.metadata.as_ref(), name, id)?);
            }
        }
        Ok(self)
    }
}

impl Event {
    /// Reads what led to the event from its metadata.
    pub fn provenance(&self) -> Provenance {
        self.metadata
            .as_ref()
            .map(Metadata::provenance)
            .unwrap_or_default()
    }
}

impl Metadata {
    /// The provenance in this metadata. A member that is not a valid id or `traceparent` counts as absent.
    pub fn provenance(&self) -> Provenance {
        let members = Members::of(Some(self));
        Provenance {
            correlation_id: members.get(CORRELATION),
            causation_id: members.get(CAUSATION),
            trace_parent: members.get(TraceParent::NAME),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Payload, Revision};

    const EVENT_ID: &str = "0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10";

    fn event(metadata: Option<&str>) -> Event {
        Event {
            stream_id: "2886e475-d5cc-40f7-aec5-401071388b3c".parse().unwrap(),
            revision: Revision::FIRST,
            event_type: "placed".parse().unwrap(),
            payload: Payload::from_text("{}").unwrap(),
            created_at: "2025-01-25T10:11:12Z".parse().unwrap(),
            event_id: EVENT_ID.parse().unwrap(),
            metadata: metadata.map(|text| Metadata::from_text(text).unwrap()),
        }
    }

    fn written(metadata: Option<&str>, provenance: &Provenance) -> Option<String> {
        let event = NewEvent {
            metadata: metadata.map(|text| Metadata::from_text(text).unwrap()),
            ..NewEvent::of("paid".parse().unwrap(), &1).unwrap()
        };
        let event = event.with_provenance(provenance).unwrap();
        event.metadata.map(|metadata| metadata.as_str().to_owned())
    }

    #[test]
    fn what_the_metadata_holds_besides_keeps_its_text_and_place() {
        let provenance = Provenance::default()
            .correlated_with("c \"1\"")
            .with_causation_id("m");
        let metadata = r#"{ "z" : 1.0e400, "correlationId": 7, "a": {"b":1,"b":2} }"#;
        assert_eq!(
            written(Some(metadata), &provenance).unwrap(),
            r#"{"z":1.0e400,"a":{"b":1,"b":2},"correlationId":"c \"1\"","causationId":"m"}"#
        );
    }

    #[test]
    fn no_provenance_leaves_the_metadata_alone() {
        assert_eq!(written(None, &Provenance::default()), None);
        assert_eq!(
            written(Some(r#"{ "a": 1 }"#), &Provenance::default()).unwrap(),
            r#"{ "a": 1 }"#
        );
    }

    #[test]
    fn what_answers_an_event_continues_its_conversation() {
        let first = Provenance::caused_by(&event(None));
        assert_eq!(first.correlation_id.as_deref(), Some(EVENT_ID));
        assert_eq!(first.causation_id.as_deref(), Some(EVENT_ID));
        let later = Provenance::caused_by(&event(Some(r#"{"correlationId":"c","causationId":"m"}"#)));
        assert_eq!(later.correlation_id.as_deref(), Some("c"));
        assert_eq!(later.causation_id.as_deref(), Some(EVENT_ID));
    }

    #[test]
    fn a_trace_goes_from_a_request_through_events_to_what_answers_them() {
        let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let request = Provenance::default().traced_by(header.parse().unwrap());
        let metadata = written(None, &request).unwrap();
        assert_eq!(metadata, format!(r#"{{"traceparent":"{header}"}}"#));
        let answer = Provenance::caused_by(&event(Some(&metadata)));
        assert_eq!(answer.trace_parent.unwrap().as_str(), header);
    }

    #[test]
    fn an_id_that_is_no_text_is_none() {
        assert_eq!(
            event(Some(
                r#"{"correlationId":7,"causationId":null,"traceparent":"00-1"}"#
            ))
            .provenance(),
            Provenance::default()
        );
    }

    #[test]
    fn a_name_that_is_no_text_is_told_rather_than_dropped() {
        let event = NewEvent {
            metadata: Some(Metadata::from_text(r#"{"\ud800":1}"#).unwrap()),
            ..NewEvent::of("paid".parse().unwrap(), &1).unwrap()
        };
        let told = event.with_provenance(&Provenance::default().with_causation_id("m"));
        let error = told.unwrap_err().to_string();
        assert!(error.contains("unexpected end of hex escape"), "{error}");
    }
}
