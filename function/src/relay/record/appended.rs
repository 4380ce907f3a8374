//! PURE: a commit, decoded from the image of its item.

use std::str::FromStr;

use event_store_types::{EventType, Revision, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Undecodable;
use crate::store::StreamKey;

/// A commit, as far as the relay needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The stream it was appended to.
    pub stream: StreamKey,
    /// The revision of its first event.
    pub first: Revision,
    /// The revision of its last event.
    pub last: Revision,
    /// The revision and the type of each event.
    pub events: Vec<(Revision, EventType)>,
    /// When it was appended.
    pub created_at: Timestamp,
}
impl Appended {
    pub(super) fn decode(image: &RawValue) -> Result<Self, Undecodable> {
        let image: Image<'_> = serde_json::from_str(image.get()).map_err(|_| Undecodable::NoItem)?;
        let inconsistent = |attribute| Undecodable::Inconsistent { attribute };
        let stream = image.stream().ok_or(inconsistent("pk"))?;
        let first = number(image.sk).ok_or(inconsistent("sk"))?;
        let last = number(image.last).ok_or(inconsistent("last"))?;
        let events = image.events_from(first).ok_or(inconsistent("events"))?;
        if events.last().is_none_or(|(revision, _)| *revision != last) {
            return Err(inconsistent("last"));
        }
        let created_at = text(image.created_at).ok_or(inconsistent("createdAt"))?;
        Ok(Self {
            stream,
            first,
            last,
            events,
            created_at,
        })
    }
}
/// The attributes are kept as they are, too, so that each can be told by its name.
#[derive(Deserialize)]
struct Image<'image> {
    #[serde(borrow)]
    pk: Option<&'image RawValue>,
    #[serde(borrow)]
    sk: Option<&'image RawValue>,
    #[serde(borrow)]
    last: Option<&'image RawValue>,
    #[serde(borrow, rename = "createdAt")]
    created_at: Option<&'image RawValue>,
    #[serde(borrow)]
    events: Option<&'image RawValue>,
}

impl Image<'_> {
    fn stream(&self) -> Option<StreamKey> {
        let Text { text } = attribute(self.pk)?;
        text.parse().ok()
    }

    fn events_from(&self, first: Revision) -> Option<Vec<(Revision, EventType)>> {
        let List { list } = attribute(self.events)?;
        (0..)
            .zip(list)
            .map(|(offset, event)| {
                let revision = first.checked_add(offset)?;
                Some((revision, EventType::stored(event.map.event_type.text)))
            })
            .collect()
    }
}

fn text<T: FromStr>(value: Option<&RawValue>) -> Option<T> {
    let Text { text } = attribute(value)?;
    text.parse().ok()
}

fn number(value: Option<&RawValue>) -> Option<Revision> {
    let Number { number } = attribute(value)?;
    number.parse().ok()
}

fn attribute<'image, T: Deserialize<'image>>(value: Option<&'image RawValue>) -> Option<T> {
    serde_json::from_str(value?.get()).ok()
}

#[derive(Deserialize)]
struct Text {
    #[serde(rename = "S")]
    text: String,
}

#[derive(Deserialize)]
struct Number {
    #[serde(rename = "N")]
    number: String,
}

#[derive(Deserialize)]
struct List {
    #[serde(rename = "L")]
    list: Vec<EventMap>,
}

#[derive(Deserialize)]
struct EventMap {
    #[serde(rename = "M")]
    map: EventImage,
}

#[derive(Deserialize)]
struct EventImage {
    #[serde(rename = "type")]
    event_type: Text,
}
