//! Events as values of the application: how they are written, read, and brought up to date.

mod builder;
mod codec;
mod decode;
mod encode;
mod error;
mod stored;
mod upcast;

use std::fmt;
use std::sync::Arc;

use event_store_types::{Event, NewEvent, Payload};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use builder::{InvalidSchema, SchemaBuilder};
pub use codec::{Codec, Undecoded};
pub use error::{Undecodable, Unencodable};

use codec::SerdeEnum;
use stored::Stored;
use upcast::{Step, Upcaster};

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

impl Schema<Payload> {
    /// The schema of events as they are stored: the payload is the value, and every type is known. It reads, and writes nothing.
    pub fn stored() -> Self {
        Self::with_codec(Stored::all())
    }

    /// The same, of events of these types; no other is known.
    pub fn stored_of<Name: Into<String>>(types: impl IntoIterator<Item = Name>) -> Self {
        Self::with_codec(Stored::of(types.into_iter().map(Into::into).collect()))
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
    /// let schema = schema.build()?;
    /// # let ordered: Event = serde_json::from_str(r#"{
    /// #     "streamId": "2886e475-d5cc-40f7-aec5-401071388b3c", "revision": 1, "eventType": "ordered", "payload": {"euros": 12},
    /// #     "createdAt": "2025-01-25T10:11:12.000000Z", "eventId": "0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10"
    /// # }"#)?;
    /// let recorded = schema.decode(ordered)?;
    /// assert_eq!(recorded.data, OrderEvent::Placed(Placed { total: 12, currency: "EUR".into() }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn upcast<Old, New>(
        self,
        from: impl Into<String>,
        to: impl Into<String>,
        change: impl Fn(Old) -> New + Send + Sync + 'static,
    ) -> SchemaBuilder<E>
    where
        Old: DeserializeOwned,
        New: Serialize,
    {
        SchemaBuilder::new(self).upcast(from, to, change)
    }

    /// Reads events of the type `event_type` that were written in its `version` as if written in the next, their payload changed by
    /// `change`. The type keeps its name.
    ///
    /// What is written without a version is of version 1. A type with upcasters from versions 1 and 2 is written in version 3, which its
    /// events tell in their metadata as `schemaVersion`.
    ///
    /// ```
    /// # use event_store_client::schema::Schema;
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Debug, PartialEq, Serialize, Deserialize)]
    /// # #[serde(rename_all = "kebab-case")]
    /// enum OrderEvent {
    ///     Placed(Placed),
    /// }
    /// # #[derive(Debug, PartialEq, Serialize, Deserialize)]
    /// struct Placed { cents: u64 }
    /// # #[derive(Deserialize)]
    /// struct PlacedV1 { euros: u64 }
    ///
    /// let schema = Schema::<OrderEvent>::new()
    ///     .upcast_version("placed", 1, |old: PlacedV1| Placed { cents: old.euros * 100 })
    ///     .build()?;
    /// let written = schema.encode(&OrderEvent::Placed(Placed { cents: 1250 }))?;
    /// assert_eq!(written.metadata.unwrap().as_str(), r#"{"schemaVersion":2}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn upcast_version<Old, New>(
        self,
        event_type: impl Into<String>,
        version: u32,
        change: impl Fn(Old) -> New + Send + Sync + 'static,
    ) -> SchemaBuilder<E>
    where
        Old: DeserializeOwned,
        New: Serialize,
    {
        SchemaBuilder::new(self).upcast_version(event_type, version, change)
    }

    /// Reads events of the type `from` as events of the type `to`, their payload as it is.
    pub fn rename(self, from: impl Into<String>, to: impl Into<String>) -> SchemaBuilder<E> {
        SchemaBuilder::new(self).rename(from, to)
    }

    /// Writes an event. It has no id yet.
    ///
    /// # Errors
    /// When it has no JSON form, or its type is none that the store keeps.
    pub fn encode(&self, event: &E) -> Result<NewEvent, Unencodable> {
        let (event_type, payload) = self.codec.encode(event)?;
        let version = self.current_version(event_type.as_str());
        let event = NewEvent::new(event_type, payload);
        if version == 1 {
            return Ok(event);
        }
        let versioned = event.with_schema_version(version);
        versioned.map_err(|source| Unencodable::Payload(source.into()))
    }

    /// Reads an event, brought up to date.
    ///
    /// # Errors
    /// When its type is not known ([`Undecodable::is_unknown_event_type`]), its version is not, or its payload is not what goes with the type.
    pub fn decode(&self, event: Event) -> Result<Recorded<E>, Undecodable> {
        let mut event_type = event.event_type.as_str();
        let mut version = event.schema_version();
        let mut payload = event.payload.clone();
        for (index, upcaster) in self.upcasters.iter().enumerate() {
            if !upcaster.is_of(event_type, version) {
                continue;
            }
            payload = match upcaster.change(&payload) {
                Ok(payload) => payload,
                Err(source) => return Err(Undecodable::not_upcast(&event, source)),
            };
            match &upcaster.step {
                Step::Version(from) => version = from + 1,
                // What is renamed is of the version that the next step is for.
                Step::To(to) => {
                    event_type = to;
                    let mut later = self.upcasters[index + 1..].iter();
                    let next = later.find_map(|upcaster| upcaster.version_of(to));
                    version = next.unwrap_or_else(|| self.current_version(to));
                }
            }
        }
        let decoded = self.codec.decode(event_type, &payload);
        let is_unknown = matches!(decoded, Err(Undecoded::UnknownEventType { .. }));
        let current = self.current_version(event_type);
        if version > current && !is_unknown {
            return Err(Undecodable::of_later_version(&event, version, current));
        }
        match decoded {
            Ok(data) => Ok(Recorded { data, event }),
            Err(failure) => Err(Undecodable::new(&event, failure)),
        }
    }

    /// The version in which events of this type are written.
    fn current_version(&self, event_type: &str) -> u32 {
        let mut upcasters = self.upcasters.iter().rev();
        let last = upcasters.find_map(|upcaster| upcaster.version_of(event_type));
        last.map_or(1, |version| version + 1)
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
