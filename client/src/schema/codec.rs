//! Between values of an application and what the store keeps.

use std::any::type_name;
use std::error::Error;
use std::marker::PhantomData;

use event_store_types::{EventType, Payload};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Unencodable, decode, encode};

/// Writes and reads events of the type `E`. The port behind a [`Schema`](super::Schema).
pub trait Codec<E>: Send + Sync {
    /// The type and the payload of `event`.
    ///
    /// # Errors
    /// When it has none.
    fn encode(&self, event: &E) -> Result<(EventType, Payload), Unencodable>;

    /// The event of the type `event_type` with `payload`.
    ///
    /// # Errors
    /// [`Undecoded::UnknownEventType`] when there is no such type of event, and nothing else then: who skips what it does not know
    /// goes by it.
    fn decode(&self, event_type: &str, payload: &Payload) -> Result<E, Undecoded>;
}

/// Why an event could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Undecoded {
    /// There is no such type of event.
    #[error("its type is not known")]
    UnknownEventType {
        /// The types that there are, as far as they can be told.
        known: &'static [&'static str],
    },
    /// The payload is not what goes with the type.
    #[error("its payload is not what goes with its type")]
    InvalidPayload(#[source] Box<dyn Error + Send + Sync>),
    /// The events of the application are none that this codec reads.
    #[error(
        "`{expected}` is no enum in the form that serde derives by default; for any other there is `Codec`"
    )]
    NotAnEnum {
        /// The type of the application's events.
        expected: &'static str,
    },
}

/// An enum with serde's derives: the variant is the event's type, what it holds is the payload.
pub(super) struct SerdeEnum<E> {
    /// A struct with one field looks like an enum when it is written. It does not when it is read.
    is_an_enum: bool,
    events: PhantomData<fn() -> E>,
}

impl<E: DeserializeOwned> SerdeEnum<E> {
    pub(super) fn new() -> Self {
        Self {
            is_an_enum: decode::is_an_enum::<E>(),
            events: PhantomData,
        }
    }
}

impl<E: Serialize + DeserializeOwned> Codec<E> for SerdeEnum<E> {
    fn encode(&self, event: &E) -> Result<(EventType, Payload), Unencodable> {
        match encode::encode(event)? {
            Some(encoded) if self.is_an_enum => Ok(encoded),
            _ => Err(Unencodable::NotAnEnum {
                found: type_name::<E>(),
            }),
        }
    }

    fn decode(&self, event_type: &str, payload: &Payload) -> Result<E, Undecoded> {
        decode::decode(event_type, payload)
    }
}
