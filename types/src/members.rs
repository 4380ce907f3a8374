//! The members of an event's metadata.

use std::fmt;

use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{InvalidJson, Metadata, Payload};

/// The members of a JSON object in their order, each value as the text that was sent.
#[derive(Default)]
pub(crate) struct Members(Vec<(String, Payload)>);

impl Members {
    /// The members of an event's metadata; none, if it cannot be parsed.
    pub(crate) fn of(metadata: Option<&Metadata>) -> Self {
        let members = metadata.and_then(|metadata| metadata.parse().ok());
        members.unwrap_or_default()
    }

    /// The metadata with the member `name` added at the end, which replaces one of that name. All others keep their text and order.
    pub(crate) fn with(
        metadata: Option<&Metadata>,
        name: &str,
        value: &(impl Serialize + ?Sized),
    ) -> Result<Metadata, InvalidJson> {
        let mut members = match metadata {
            Some(metadata) => metadata.parse()?,
            None => Self::default(),
        };
        let value = Payload::of(value)?;
        members.0.retain(|(member, _)| member != name);
        members.0.push((name.to_owned(), value));
        Payload::of(&members)?.try_into()
    }

    /// The member `name`, if it exists and is a `T`.
    pub(crate) fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let (_, value) = self.0.iter().find(|(member, _)| member == name)?;
        value.parse().ok()
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Members;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Collect)
    }
}
