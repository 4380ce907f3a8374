//! What can go wrong between values of an application and what the store keeps.

use std::error::Error;
use std::fmt;

use event_store_types::{Event, EventType, InvalidEventType, InvalidJson, Revision, StreamId};

use super::Undecoded;
use crate::chain::Chain;

/// Why an event could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unencodable {
    /// It has no JSON form.
    #[error("the event has no JSON form")]
    Payload(#[source] Box<dyn Error + Send + Sync>),
    /// The name of its variant is no type of event.
    #[error("`{event_type}` is no type of event")]
    EventType {
        /// The name.
        event_type: String,
        /// Why not.
        source: InvalidEventType,
    },
    /// It does not tell its type apart from its payload.
    #[error("`{found}` is no enum in the form that serde derives by default; for any other there is `Codec`")]
    NotAnEnum {
        /// The type of the application's events.
        found: &'static str,
    },
}

/// Why an event of a stream could not be read. Its text tells what led to it as well.
pub struct Undecodable(Box<Inner>);

struct Inner {
    stream_id: StreamId,
    revision: Revision,
    event_type: EventType,
    failure: Failure,
}

#[derive(Debug)]
enum Failure {
    Decoding(Undecoded),
    Upcasting(InvalidJson),
    LaterVersion { found: u32, current: u32 },
}

impl Undecodable {
    pub(super) fn new(event: &Event, failure: Undecoded) -> Self {
        Self::of(event, Failure::Decoding(failure))
    }

    pub(super) fn not_upcast(event: &Event, source: InvalidJson) -> Self {
        Self::of(event, Failure::Upcasting(source))
    }

    pub(super) fn of_later_version(event: &Event, found: u32, current: u32) -> Self {
        Self::of(event, Failure::LaterVersion { found, current })
    }

    fn of(event: &Event, failure: Failure) -> Self {
        Self(Box::new(Inner {
            stream_id: event.stream_id,
            revision: event.revision,
            event_type: event.event_type.clone(),
            failure,
        }))
    }

    /// Whether the application knows no such type of event, rather than that the payload is wrong.
    pub fn is_unknown_event_type(&self) -> bool {
        matches!(
            self.0.failure,
            Failure::Decoding(Undecoded::UnknownEventType { .. })
        )
    }

    /// Why, without the event's place: for whoever tells that themselves.
    #[cfg(feature = "http")]
    pub(crate) fn into_cause(self) -> Box<dyn Error + Send + Sync> {
        self.0.failure.into()
    }

    /// The event's stream.
    pub fn stream_id(&self) -> StreamId {
        self.0.stream_id
    }

    /// The event's revision.
    pub fn revision(&self) -> Revision {
        self.0.revision
    }

    /// The event's type as it is stored.
    pub fn event_type(&self) -> &EventType {
        &self.0.event_type
    }
}

impl fmt::Display for Undecodable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            stream_id,
            revision,
            event_type,
            failure,
        } = &*self.0;
        write!(
            formatter,
            "the event `{event_type}` at revision `{revision}` of stream `{stream_id}` cannot be read: {failure}"
        )
    }
}

impl fmt::Debug for Undecodable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            stream_id,
            revision,
            event_type,
            failure,
        } = &*self.0;
        formatter
            .debug_struct("Undecodable")
            .field("stream_id", stream_id)
            .field("revision", revision)
            .field("event_type", event_type)
            .field("failure", failure)
            .finish()
    }
}

// What led to it is in the text, and no source: whoever prints the chain would print it twice.
impl Error for Undecodable {}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decoding(undecoded) => {
                write!(formatter, "{}", Chain(undecoded))?;
                if let Undecoded::UnknownEventType {
                    known: [first, rest @ ..],
                } = undecoded
                {
                    write!(formatter, "; known are `{first}`")?;
                    rest.iter().try_for_each(|name| write!(formatter, ", `{name}`"))?;
                }
                Ok(())
            }
            Self::LaterVersion { found, current } => write!(
                formatter,
                "it was written in version {found} of its type, and {current} is the last that is known"
            ),
            Self::Upcasting(source) => {
                write!(formatter, "it cannot be brought up to date: {}", Chain(source))
            }
        }
    }
}

impl Error for Failure {}
