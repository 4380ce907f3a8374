//! PURE: a commit, decoded from the image of its item.

use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use event_store_types::{EventType, Metadata, Revision, Timestamp, TraceParent};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Undecodable;
use crate::store::StreamKey;
use crate::store::checksum::{Checksum, Summing};
use crate::store::commit::Commit;

/// The part of a commit that the relay needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The stream of the commit.
    pub stream: StreamKey,
    /// The revision of its first event.
    pub first: Revision,
    /// The revision of its last event.
    pub last: Revision,
    /// Its events, in the order of their revisions.
    pub events: Vec<AppendedEvent>,
    /// The time at which it was appended.
    pub created_at: Timestamp,
}

/// The part of an event that is announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppendedEvent {
    pub revision: Revision,
    pub event_type: EventType,
    /// The trace context of the event, if its metadata contains one.
    pub trace_parent: Option<TraceParent>,
}

impl Appended {
    /// The relay's view of a commit that was read from the log itself.
    pub fn of(stream: StreamKey, commit: &Commit) -> Self {
        Self {
            stream,
            first: commit.first(),
            last: commit.last(),
            events: (0..)
                .zip(commit.events().as_slice())
                // The commit's last revision exists, so all before it do.
                .filter_map(|(place, event)| {
                    Some(AppendedEvent {
                        revision: commit.first().checked_add(place)?,
                        event_type: event.event_type.clone(),
                        trace_parent: event.metadata.as_ref().and_then(trace_parent),
                    })
                })
                .collect(),
            created_at: commit.created_at(),
        }
    }

    /// Decodes the image of an item. Payloads are read only for the checksum, and metadata for the trace as
    /// well.
    pub(super) fn decode(image: &RawValue) -> Result<Self, Undecodable> {
        let image: Image<'_> = serde_json::from_str(image.get()).map_err(|_| Undecodable::NoItem)?;
        let inconsistent = |attribute| Undecodable::Inconsistent { attribute };
        let stream = image.stream().ok_or(inconsistent("pk"))?;
        let first = number(image.sk).ok_or(inconsistent("sk"))?;
        let last = number(image.last).ok_or(inconsistent("last"))?;
        let images = image.events().ok_or(inconsistent("events"))?;
        let created_at = text(image.created_at).ok_or(inconsistent("createdAt"))?;
        if let Some(sum) = image.sum {
            let summing = Summing::begin(&stream, first, last, created_at);
            if checksum(sum).is_none_or(|stored| sum_of(summing, &images) != Some(stored)) {
                return Err(inconsistent("sum"));
            }
        }
        let events = events_from(first, images).ok_or(inconsistent("events"))?;
        if events.last().is_none_or(|event| event.revision != last) {
            return Err(inconsistent("last"));
        }
        Ok(Self {
            stream,
            first,
            last,
            events,
            created_at,
        })
    }
}

/// The attributes stay raw, so that an error can name each of them.
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
    #[serde(borrow)]
    sum: Option<&'image RawValue>,
}

impl Image<'_> {
    fn stream(&self) -> Option<StreamKey> {
        let Text { text } = attribute(self.pk)?;
        text.parse().ok()
    }

    fn events(&self) -> Option<Vec<EventImage<'_>>> {
        let List { list } = attribute(self.events)?;
        Some(list.into_iter().map(|event| event.map).collect())
    }
}

fn events_from(first: Revision, events: Vec<EventImage<'_>>) -> Option<Vec<AppendedEvent>> {
    (0..)
        .zip(events)
        .map(|(offset, event)| {
            let metadata = attribute::<Text>(event.metadata);
            let metadata = metadata.and_then(|text| Metadata::from_text(&text.text).ok());
            Some(AppendedEvent {
                revision: first.checked_add(offset)?,
                event_type: EventType::stored(event.event_type.text),
                trace_parent: metadata.as_ref().and_then(trace_parent),
            })
        })
        .collect()
}

/// Most metadata contains no trace context and need not be parsed.
fn trace_parent(metadata: &Metadata) -> Option<TraceParent> {
    let may_tell = metadata.as_str().contains(TraceParent::NAME);
    may_tell.then(|| metadata.provenance().trace_parent)?
}

/// The checksum of the events as received, or `None` if a part is missing.
fn sum_of(mut summing: Summing, events: &[EventImage<'_>]) -> Option<Checksum> {
    for event in events {
        let Text { text: payload } = attribute(event.payload)?;
        let metadata = match event.metadata {
            None => None,
            metadata => Some(attribute::<Text>(metadata)?.text),
        };
        summing.event(
            text(event.id)?,
            &event.event_type.text,
            &payload,
            metadata.as_deref(),
        );
    }
    Some(summing.end())
}

fn checksum(value: &RawValue) -> Option<Checksum> {
    let Binary { binary } = attribute(Some(value))?;
    Checksum::stored(&STANDARD.decode(binary).ok()?)
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
struct Binary {
    #[serde(rename = "B")]
    binary: String,
}

#[derive(Deserialize)]
struct List<'image> {
    #[serde(rename = "L", borrow)]
    list: Vec<EventMap<'image>>,
}

#[derive(Deserialize)]
struct EventMap<'image> {
    #[serde(rename = "M", borrow)]
    map: EventImage<'image>,
}

#[derive(Deserialize)]
struct EventImage<'image> {
    #[serde(rename = "type")]
    event_type: Text,
    #[serde(borrow)]
    id: Option<&'image RawValue>,
    #[serde(borrow)]
    payload: Option<&'image RawValue>,
    #[serde(borrow)]
    metadata: Option<&'image RawValue>,
}
