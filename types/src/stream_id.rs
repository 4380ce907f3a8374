//! The id of a stream.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::text::travels_as_text;
use crate::{EventId, StreamType};

/// The id of a stream within its type: a UUID of any version. It parses from any spelling and is always written in
/// lower case with hyphens, so that two spellings never become two keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(Uuid);

impl StreamId {
    /// The namespace of derived stream ids. It is part of the contract: if it changed, a retried create could make
    /// a second stream.
    const NAMESPACE: Uuid = Uuid::from_u128(0x6f5d_3c1e_8a70_4b7e_9c55_2f0d_1a64_e8b3);

    /// The id of a stream whose creator gave only the id of its first event: UUID version 5 of the type and
    /// the event id, so that a retried create finds the stream that it made.
    pub fn derive(stream_type: &StreamType, event_id: EventId) -> Self {
        Self(Uuid::new_v5(
            &Self::NAMESPACE,
            format!("{stream_type}/{event_id}").as_bytes(),
        ))
    }

    /// The namespace of ids from names. It differs from that of derived ids, so that no name can be mistaken for an event
    /// id. It is part of the contract: if it changed, every name would lead to another stream.
    const NAMES: Uuid = Uuid::from_u128(0x3b0e_7a52_94c6_4d1f_8e2a_7c5d_90f1_46ab);

    /// The id of the stream for `name`, a natural key such as an order number: UUID version 5 of the type and the name. So
    /// a client that knows the name finds the stream, and two clients that create it get the same one.
    ///
    /// Names are compared byte by byte: normalise them first (case, white space, Unicode form).
    ///
    /// ```
    /// use event_store_types::{StreamId, StreamType};
    ///
    /// let customer: StreamType = "customer".parse()?;
    /// assert_eq!(
    ///     StreamId::from_name(&customer, "ada@example.org").to_string(),
    ///     "8fb0dc31-5329-569e-ac7c-ea469b816c65",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_name(stream_type: &StreamType, name: &str) -> Self {
        // A type contains no `/`, so different pairs of type and name give different texts.
        Self(Uuid::new_v5(
            &Self::NAMES,
            format!("{stream_type}/{name}").as_bytes(),
        ))
    }

    /// The id as a UUID.
    pub fn as_uuid(&self) -> Uuid {
        self.0
    }
}

impl From<Uuid> for StreamId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl FromStr for StreamId {
    type Err = InvalidStreamId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text).map(Self).map_err(|_| InvalidStreamId)
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.as_hyphenated(), formatter)
    }
}

travels_as_text!(StreamId);

/// A text that is not a [`StreamId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a UUID such as `2886e475-d5cc-40f7-aec5-401071388b3c`")]
pub struct InvalidStreamId;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_uuid_becomes_the_same_text() {
        let canonical = "2886e475-d5cc-40f7-aec5-401071388b3c";
        for spelling in [
            canonical,
            "2886E475-D5CC-40F7-AEC5-401071388B3C",
            "2886e475d5cc40f7aec5401071388b3c",
            "{2886e475-d5cc-40f7-aec5-401071388b3c}",
            "urn:uuid:2886e475-d5cc-40f7-aec5-401071388b3c",
        ] {
            assert_eq!(
                spelling.parse::<StreamId>().unwrap().to_string(),
                canonical,
                "{spelling}"
            );
        }
    }

    #[test]
    fn a_derived_id_never_changes() {
        let event_id = "0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10".parse().unwrap();
        let derived = StreamId::derive(&"order".parse().unwrap(), event_id);
        insta::assert_snapshot!(derived, @"c13223b7-bc20-57af-92b0-f0ab787ba904");
    }

    #[test]
    fn the_type_is_part_of_a_derived_id() {
        let event_id = "0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10".parse().unwrap();
        let order = StreamId::derive(&"order".parse().unwrap(), event_id);
        let invoice = StreamId::derive(&"invoice".parse().unwrap(), event_id);
        assert_ne!(order, invoice);
    }

    #[test]
    fn a_name_leads_to_one_stream_of_each_type() {
        let (order, invoice): (StreamType, StreamType) =
            ("order".parse().unwrap(), "invoice".parse().unwrap());
        assert_eq!(
            StreamId::from_name(&order, "A-1"),
            StreamId::from_name(&order, "A-1")
        );
        assert_ne!(
            StreamId::from_name(&order, "A-1"),
            StreamId::from_name(&order, "a-1")
        );
        assert_ne!(
            StreamId::from_name(&order, "A-1"),
            StreamId::from_name(&invoice, "A-1")
        );
    }

    #[test]
    fn a_name_that_is_an_event_id_leads_elsewhere_than_the_event_does() {
        let order: StreamType = "order".parse().unwrap();
        let text = "0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10";
        assert_ne!(
            StreamId::from_name(&order, text),
            StreamId::derive(&order, text.parse().unwrap())
        );
    }
}
