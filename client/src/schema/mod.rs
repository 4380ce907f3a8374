//! Events as values of the application: how they are written, read, and brought up to date.

mod codec;
mod decode;
mod encode;
mod error;
mod upcast;

use std::fmt;
use std::sync::Arc;

use event_store_types::{Event, NewEvent};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use codec::{Codec, Undecoded};
pub use error::{Undecodable, Unencodable};

use codec::SerdeEnum;
use upcast::Upcaster;

/// How the events of a category are written and read: a codec, and upcasters for what was written before the application looked as
/// it does now.
///
/// As a rule `E` is an enum with serde's derives. Its variant is the event's type, what the variant holds is the payload:
///
/// ```
/// use event_store_client::schema::Schema;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// #[serde(rename_all = "kebab-case")]
/// #[non_exhaustive]
/// enum OrderEvent {
///     Placed { total: u64, currency: String },
///     Paid,
/// }
///
/// let schema = Schema::<OrderEvent>::new();
/// let placed = schema.encode(&OrderEvent::Placed { total: 12, currency: "EUR".into() })?;
/// assert_eq!(placed.event_type.as_str(), "placed");
/// assert_eq!(placed.payload.as_str(), r#"{"total":12,"currency":"EUR"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A variant that holds nothing is written with the payload `{}`, and read whatever its payload is, so that it can come to hold
/// something later. Anything but an enum in serde's default form brings a [`Codec`] of its own.
pub struct Schema<E> {
    codec: Arc<dyn Codec<E>>,
    upcasters: Arc<Vec<Upcaster>>,
}

impl<E: Serialize + DeserializeOwned + 'static> Schema<E> {
    /// The schema of an enum with serde's derives.
    pub fn new() -> Self {
        Self::with_codec(SerdeEnum::new())
    }
}

impl<E: Serialize + DeserializeOwned + 'static> Default for Schema<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E> Schema<E> {
    /// A schema whose events are written and read by `codec`.
    pub fn with_codec(codec: impl Codec<E> + 'static) -> Self {
        Self {
            codec: Arc::new(codec),
            upcasters: Arc::default(),
        }
    }

    /// Reads events of the type `from` as events of the type `to`, their payload changed by `change`.
    ///
    /// Upcasters are applied in the order in which they were added, each to the type that the one before it left, so that
    /// each step of an event's history is told once: `placed-v1` to `placed-v2`, `placed-v2` to `placed`. What is stored stays as it
    /// is.
    ///
    /// ```
    /// # use event_store_client::schema::Schema;
    /// # use event_store_client::types::Event;
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Debug, PartialEq, Serialize, Deserialize)]
    /// # #[serde(rename_all = "kebab-case")]
    /// enum OrderEvent {
    ///     Placed(Placed),
    /// }
    /// # #[derive(Debug, PartialEq, Serialize, Deserialize)]
    /// struct Placed { total: u64, currency: String }
    /// # #[derive(Deserialize)]
    /// struct PlacedV1 { euros: u64 }
    ///
    /// let schema = Schema::<OrderEvent>::new().upcast("ordered", "placed", |old: PlacedV1| Placed {
    ///     total: old.euros,
    ///     currency: "EUR".into(),
    /// });
    /// # let ordered: Event = serde_json::from_str(r#"{
    /// #     "streamId": "2886e475-d5cc-40f7-aec5-401071388b3c", "revision": 1, "eventType": "ordered", "payload": {"euros": 12},
    /// #     "createdAt": "2025-01-25T10:11:12.000000Z", "eventId": "0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10"
    /// # }"#)?;
    /// let recorded = schema.decode(ordered)?;
    /// assert_eq!(recorded.data, OrderEvent::Placed(Placed { total: 12, currency: "EUR".into() }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn upcast<Old, New>(
        self,
        from: impl Into<String>,
        to: impl Into<String>,
        change: impl Fn(Old) -> New + Send + Sync + 'static,
    ) -> Self
    where
        Old: DeserializeOwned,
        New: Serialize,
    {
        self.with(Upcaster::new(from.into(), to.into(), change))
    }

    /// Reads events of the type `from` as events of the type `to`, their payload as it is.
    #[must_use]
    pub fn rename(self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.with(Upcaster::renaming(from.into(), to.into()))
    }

    fn with(mut self, upcaster: Upcaster) -> Self {
        Arc::make_mut(&mut self.upcasters).push(upcaster);
        self
    }

    /// Writes an event. It has no id yet.
    ///
    /// # Errors
    /// When it has no JSON form, or its type is none that the store keeps.
    pub fn encode(&self, event: &E) -> Result<NewEvent, Unencodable> {
        let (event_type, payload) = self.codec.encode(event)?;
        Ok(NewEvent::new(event_type, payload))
    }

    /// Reads an event, brought up to date.
    ///
    /// # Errors
    /// When its type is not known ([`Undecodable::is_unknown_event_type`]), or its payload is not what goes with the type.
    pub fn decode(&self, event: Event) -> Result<Recorded<E>, Undecodable> {
        let mut event_type = event.event_type.as_str();
        let mut payload = event.payload.clone();
        for upcaster in self.upcasters.iter() {
            if upcaster.is_of(event_type) {
                event_type = upcaster.to();
                payload = match upcaster.change(&payload) {
                    Ok(payload) => payload,
                    Err(source) => return Err(Undecodable::not_upcast(&event, source)),
                };
            }
        }
        match self.codec.decode(event_type, &payload) {
            Ok(data) => Ok(Recorded { data, event }),
            Err(failure) => Err(Undecodable::new(&event, failure)),
        }
    }
}

impl<E> Clone for Schema<E> {
    fn clone(&self) -> Self {
        Self {
            codec: self.codec.clone(),
            upcasters: self.upcasters.clone(),
        }
    }
}

impl<E> fmt::Debug for Schema<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Schema")
            .field("events", &std::any::type_name::<E>())
            .field("upcasters", &self.upcasters)
            .finish_non_exhaustive()
    }
}

/// An event of a stream, read as a value of the application.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recorded<E> {
    /// What happened.
    pub data: E,
    /// The event as it is stored: where it stands, since when, and what its metadata tells.
    pub event: Event,
}

#[cfg(test)]
mod tests;
