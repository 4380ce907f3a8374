//! PURE: a line of an export: an event, or the mark at the end.
//!
//! ```text
//! {"type":"order","id":"…","revision":1,"eventType":"order-placed","payload":"{\"total\":42}","createdAt":"…","eventId":"…","metadata":"{}","sum":"9f86d081"}
//! {"end":{"events":1,"sum":"2c26b46b"}}
//! ```
//!
//! Payload and metadata are texts that hold what was sent, byte by byte. The sum of a line is of all that stands before it, so that damage
//! is found at its line; the sum at the end is of the sums of its part, so that a line that is gone, moved or there twice is found, and so
//! is an end that was cut off. An export that goes on where another one ended adds a part.

use std::fmt::Write as _;

use event_store_client::types::{
    Event, EventId, EventType, FeedEvent, Metadata, Payload, Revision, StreamId, StreamType, Timestamp,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What stands between the line and its sum.
const SUM: &str = r#","sum":""#;
const DIGITS: usize = 8;

/// An event, without the sum of its line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    r#type: &'a StreamType,
    id: StreamId,
    revision: Revision,
    event_type: &'a EventType,
    payload: &'a str,
    created_at: Timestamp,
    event_id: EventId,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<&'a str>,
}

/// What a line says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Read {
    r#type: StreamType,
    id: StreamId,
    revision: Revision,
    event_type: String,
    payload: String,
    created_at: Timestamp,
    event_id: EventId,
    metadata: Option<String>,
    #[serde(rename = "sum")]
    _sum: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndLine {
    end: End,
}

/// The mark at the end of a part.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct End {
    events: u64,
    sum: String,
}

/// What is known of a part that is not at its end.
#[derive(Default)]
pub(super) struct Part {
    events: u64,
    sums: Sha256,
}

impl Part {
    /// How many events it has.
    pub(super) fn events(&self) -> u64 {
        self.events
    }

    /// An event's line.
    ///
    /// # Errors
    /// Never, but for a serializer that fails.
    pub(super) fn line(&mut self, event: &FeedEvent) -> Result<String, serde_json::Error> {
        let mut line = serde_json::to_string(&Written {
            r#type: &event.stream_type,
            id: event.stream_id,
            revision: event.revision,
            event_type: &event.event_type,
            payload: event.payload.as_str(),
            created_at: event.created_at,
            event_id: event.event_id,
            metadata: event.metadata.as_ref().map(Metadata::as_str),
        })?;
        line.pop();
        let sum = sum(line.as_bytes());
        self.count(&sum);
        line.extend([SUM, &sum, "\"}"]);
        Ok(line)
    }

    /// The line at the end, and the next part.
    pub(super) fn end(&mut self) -> Result<String, serde_json::Error> {
        let end = std::mem::take(self).ended();
        serde_json::to_string(&EndLine { end })
    }

    /// Reads the next line: an event, or nothing at the end of the part.
    ///
    /// # Errors
    /// When it is damaged, or what came before it is not what the end says.
    pub(super) fn read(&mut self, line: &str) -> Result<Option<FeedEvent>, Damage> {
        if line.starts_with(r#"{"end""#) {
            let EndLine { end } = serde_json::from_str(line).map_err(Damage::NoLine)?;
            let found = std::mem::take(self).ended();
            return if end == found {
                Ok(None)
            } else {
                Err(Damage::OtherPart {
                    said: end.events,
                    found: found.events,
                })
            };
        }
        let read: Read = serde_json::from_str(line).map_err(Damage::NoLine)?;
        let before = line.rfind(SUM).ok_or(Damage::Sum)?;
        let found = sum(&line.as_bytes()[..before]);
        if line[before..] != format!("{SUM}{found}\"}}") {
            return Err(Damage::Sum);
        }
        self.count(&found);
        let payload = Payload::from_text(&read.payload).map_err(|_| Damage::Payload)?;
        let metadata = read
            .metadata
            .map(|text| Metadata::from_text(&text).map_err(|_| Damage::Metadata));
        let event_type = EventType::stored(read.event_type);
        let mut event = Event::new(
            read.id,
            read.revision,
            event_type,
            payload,
            read.created_at,
            read.event_id,
        );
        event.metadata = metadata.transpose()?;
        Ok(Some(FeedEvent::of(read.r#type, event)))
    }

    fn count(&mut self, sum: &str) {
        self.events += 1;
        self.sums.update(sum);
    }

    fn ended(self) -> End {
        End {
            events: self.events,
            sum: hexadecimal(&self.sums.finalize()),
        }
    }
}

/// What is wrong with a line.
#[derive(Debug, thiserror::Error)]
pub(super) enum Damage {
    #[error("is no line of an export")]
    NoLine(#[source] serde_json::Error),
    #[error("was changed: its sum is another")]
    Sum,
    #[error("has a payload that is no JSON")]
    Payload,
    #[error("has metadata that are no JSON object")]
    Metadata,
    #[error("says that {said} events come before it, in their order; there are {found}, or in another order")]
    OtherPart { said: u64, found: u64 },
}

fn sum(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// The first digits of a digest.
fn hexadecimal(digest: &[u8]) -> String {
    digest
        .iter()
        .take(DIGITS / 2)
        .fold(String::new(), |mut text, byte| {
            // A text never refuses what is written to it.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(revision: u64, payload: &str) -> FeedEvent {
        let id = "2886e475-d5cc-40f7-aec5-401071388b3c";
        let mut event = Event::new(
            id.parse().unwrap(),
            revision.try_into().unwrap(),
            "placed".parse().unwrap(),
            Payload::from_text(payload).unwrap(),
            "2025-01-25T10:11:12Z".parse().unwrap(),
            "0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10".parse().unwrap(),
        );
        event.metadata = (revision == 1).then(|| Metadata::from_text("{ }").unwrap());
        FeedEvent::of("order".parse().unwrap(), event)
    }

    fn export(events: &[FeedEvent]) -> Vec<String> {
        let mut part = Part::default();
        let mut lines: Vec<String> = events.iter().map(|event| part.line(event).unwrap()).collect();
        lines.push(part.end().unwrap());
        lines
    }

    fn import(lines: &[String]) -> Result<Vec<FeedEvent>, (usize, Damage)> {
        let mut part = Part::default();
        let mut events = Vec::new();
        for (place, line) in lines.iter().enumerate() {
            events.extend(part.read(line).map_err(|damage| (place, damage))?);
        }
        Ok(events)
    }

    #[test]
    fn what_was_written_is_read_byte_by_byte() {
        let events = [
            event(1, "{\n \"z\":1e400,\"a\":\"\\u00e9 \",\"a\":[]}"),
            event(2, "null"),
        ];
        let lines = export(&events);
        insta::assert_snapshot!(lines.join("\n"));
        assert_eq!(import(&lines).unwrap(), events);
        assert!(lines.iter().all(|line| !line.contains('\n')));
    }

    #[test]
    fn each_changed_byte_is_found_at_its_line() {
        let lines = export(&[event(1, r#"{"total":42}"#), event(2, "7")]);
        for at in 0..lines[0].len() {
            let mut changed = lines.clone();
            let mut bytes = changed[0].clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(text) = String::from_utf8(bytes) else {
                continue;
            };
            changed[0] = text;
            let (place, _) = import(&changed).unwrap_err();
            assert_eq!(place, 0, "{at}");
        }
    }

    #[test]
    fn a_line_that_is_gone_or_moved_or_there_twice_is_found_at_the_end() {
        let lines = export(&[event(1, "1"), event(2, "2"), event(3, "3")]);
        let orders: [&[usize]; 4] = [&[0, 1, 3], &[1, 0, 2, 3], &[0, 1, 1, 2, 3], &[3]];
        for order in orders {
            let changed: Vec<String> = order.iter().map(|place| lines[*place].clone()).collect();
            let (place, damage) = import(&changed).unwrap_err();
            assert!(matches!(damage, Damage::OtherPart { said: 3, .. }));
            assert_eq!(place, changed.len() - 1);
        }
    }

    #[test]
    fn parts_follow_each_other() {
        let lines = [export(&[event(1, "1")]), export(&[event(2, "2")])].concat();
        assert_eq!(import(&lines).unwrap().len(), 2);
    }
}
