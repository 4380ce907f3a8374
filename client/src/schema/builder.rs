//! Making a schema with upcasters.

use std::fmt;
use std::sync::Arc;

use event_store_types::Payload;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::upcast::{Step, Upcaster};
use super::{Codec, Schema, Undecoded};

/// A schema to which upcasters are added. Begun with [`Schema::upcast`], [`Schema::upcast_version`] or [`Schema::rename`].
#[must_use = "a builder does nothing until `build` is called"]
pub struct SchemaBuilder<E> {
    codec: Arc<dyn Codec<E>>,
    upcasters: Vec<Upcaster>,
}

impl<E> SchemaBuilder<E> {
    pub(super) fn new(schema: Schema<E>) -> Self {
        Self {
            codec: schema.codec,
            upcasters: Arc::unwrap_or_clone(schema.upcasters),
        }
    }

    /// See [`Schema::upcast`].
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
        self.with(Upcaster::new(from.into(), Step::To(to.into()), change))
    }

    /// See [`Schema::upcast_version`].
    pub fn upcast_version<Old, New>(
        self,
        event_type: impl Into<String>,
        version: u32,
        change: impl Fn(Old) -> New + Send + Sync + 'static,
    ) -> Self
    where
        Old: DeserializeOwned,
        New: Serialize,
    {
        self.with(Upcaster::new(event_type.into(), Step::Version(version), change))
    }

    /// See [`Schema::rename`].
    pub fn rename(self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.with(Upcaster::renaming(from.into(), to.into()))
    }

    fn with(mut self, upcaster: Upcaster) -> Self {
        self.upcasters.push(upcaster);
        self
    }

    /// Makes the schema.
    ///
    /// # Errors
    /// When an upcaster leads to a type that is none of the events' and has no upcaster after it, leads away from a type that is written
    /// today, or is the second from its type; or when a version is left out. The types of a [`Codec`] are looked at as far as it tells
    /// them.
    pub fn build(self) -> Result<Schema<E>, InvalidSchema> {
        let known = self.known();
        for (index, upcaster) in self.upcasters.iter().enumerate() {
            let (earlier, later) = (&self.upcasters[..index], &self.upcasters[index + 1..]);
            let to = match &upcaster.step {
                Step::To(to) => to,
                Step::Version(version) => {
                    let mut before = earlier.iter().rev();
                    let before = before.find_map(|other| other.version_of(&upcaster.from));
                    let expected = before.unwrap_or(0) + 1;
                    if *version != expected {
                        return Err(InvalidSchema::Version {
                            event_type: upcaster.from.clone(),
                            found: *version,
                            expected,
                        });
                    }
                    &upcaster.from
                }
            };
            if let Step::To(_) = upcaster.step {
                let from = upcaster.from.clone();
                if known.contains(&from.as_str()) {
                    return Err(InvalidSchema::Current { from });
                }
                if earlier
                    .iter()
                    .any(|other| other.from == from && matches!(other.step, Step::To(_)))
                {
                    return Err(InvalidSchema::Twice { from });
                }
            }
            let goes_on = later.iter().any(|other| other.from == *to);
            if !known.is_empty() && !known.contains(&to.as_str()) && !goes_on {
                return Err(InvalidSchema::Type {
                    from: upcaster.from.clone(),
                    to: to.clone(),
                    known: known.iter().map(ToString::to_string).collect(),
                });
            }
        }
        Ok(Schema {
            codec: self.codec,
            upcasters: Arc::new(self.upcasters),
        })
    }

    /// The types that there are, as the codec tells when it is given none; nothing when it does not tell.
    fn known(&self) -> &'static [&'static str] {
        let nothing = Payload::of(&()).map(|payload| self.codec.decode("", &payload));
        match nothing {
            Ok(Err(Undecoded::UnknownEventType { known })) => known,
            _ => &[],
        }
    }
}

impl<E> fmt::Debug for SchemaBuilder<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SchemaBuilder")
            .field("upcasters", &self.upcasters)
            .finish_non_exhaustive()
    }
}

/// Why a schema cannot be one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSchema {
    /// An upcaster leads nowhere.
    #[error(
        "the upcaster of `{from}` leads to `{to}`, which is no type of event and has no upcaster after it; known are `{}`",
        known.join("`, `")
    )]
    Type {
        /// The type that it is for.
        from: String,
        /// The type that it leads to.
        to: String,
        /// The types that there are.
        known: Vec<String>,
    },
    /// An upcaster leads away from a type of today: it would change what is written now, whenever that is read.
    #[error(
        "the upcaster of `{from}` would change the events that are written today; `upcast_version` changes those of before"
    )]
    Current {
        /// The type that it is for.
        from: String,
    },
    /// There is an upcaster from the type already, so that this one is never reached.
    #[error("a second upcaster of `{from}` is never reached")]
    Twice {
        /// The type that it is for.
        from: String,
    },
    /// A version is left out, or comes twice.
    #[error(
        "the upcaster of `{event_type}` from version {found} stands where the one from version {expected} is to stand"
    )]
    Version {
        /// The type.
        event_type: String,
        /// The version.
        found: u32,
        /// The version that comes next.
        expected: u32,
    },
}
