//! PURE: an event's type and payload as an enum with serde's derives.
//!
//! The two are handed to what serde derived as the name and the content of a variant. That a type is not known is then told
//! apart from a payload that is not as it should be by who says so: the reader of the name, and not that of the
//! content, where there may be enums as well.

use std::any::type_name;
use std::fmt;

use event_store_types::Payload;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::Undecoded;

/// Reads the event of the type `event_type` with `payload`.
pub(super) fn decode<E: DeserializeOwned>(event_type: &str, payload: &Payload) -> Result<E, Undecoded> {
    E::deserialize(Variant { event_type, payload }).map_err(|failure| match failure {
        Failure::UnknownVariant { known } => Undecoded::UnknownEventType { known },
        Failure::Content(source) => Undecoded::InvalidPayload(source.into()),
        Failure::Other(text) => Undecoded::InvalidPayload(text.into()),
        Failure::NotAnEnum => Undecoded::NotAnEnum {
            expected: type_name::<E>(),
        },
    })
}

/// Whether `E` is an enum that can be read so.
pub(super) fn is_an_enum<E: DeserializeOwned>() -> bool {
    let nothing = Payload::of(&());
    let read = nothing.map(|payload| decode::<E>("", &payload));
    !matches!(read, Ok(Err(Undecoded::NotAnEnum { .. })))
}

/// Why reading ended.
#[derive(Debug)]
enum Failure {
    UnknownVariant { known: &'static [&'static str] },
    Content(serde_json::Error),
    NotAnEnum,
    Other(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}

impl std::error::Error for Failure {}

impl serde::de::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Other(message.to_string())
    }

    fn unknown_variant(_: &str, known: &'static [&'static str]) -> Self {
        Self::UnknownVariant { known }
    }
}

/// An event's type and payload, as the name and the content of a variant.
#[derive(Clone, Copy)]
struct Variant<'a> {
    event_type: &'a str,
    payload: &'a Payload,
}

type Content<'a> = serde_json::Deserializer<serde_json::de::StrRead<'a>>;

impl<'a> Variant<'a> {
    /// Reads the content to its end: of a number whose type has no fraction the reader takes what is before it, and no more.
    fn whole<T>(
        self,
        read: impl FnOnce(&mut Content<'a>) -> Result<T, serde_json::Error>,
    ) -> Result<T, Failure> {
        let mut content = serde_json::Deserializer::from_str(self.payload.as_str());
        let read = read(&mut content).map_err(Failure::Content)?;
        content.end().map_err(Failure::Content)?;
        Ok(read)
    }
}

impl<'de> Deserializer<'de> for Variant<'de> {
    type Error = Failure;

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        visitor.visit_enum(self)
    }

    /// An enum may be wrapped.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Failure> {
        Err(Failure::NotAnEnum)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Failure;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Failure> {
        let variant = seed.deserialize(BorrowedStrDeserializer::new(self.event_type))?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Failure;

    /// Whatever the content is, as what serde derives passes over members that it does not know.
    fn unit_variant(self) -> Result<(), Failure> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Failure> {
        self.whole(|content| seed.deserialize(content))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Failure> {
        self.whole(|content| content.deserialize_tuple(length, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        self.whole(|content| content.deserialize_struct("", fields, visitor))
    }
}
