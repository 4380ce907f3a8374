//! PURE: an enum with serde's derives as an event's type and payload.

use std::collections::BTreeMap;

use event_store_types::{EventType, InvalidJson, Payload};
use serde::Serialize;

use super::Unencodable;

/// Writes an event: through its JSON, `"paid"` or `{"placed":{"total":12}}`, where the two are next to each other. `None` if
/// they are not.
pub(super) fn encode<E: Serialize>(event: &E) -> Result<Option<(EventType, Payload)>, Unencodable> {
    let json = Payload::of(event).map_err(without_json)?;
    let Some((event_type, payload)) = split(&json) else {
        return Ok(None);
    };
    let payload = payload.map_or_else(|| Payload::from_text("{}").map_err(without_json), Ok)?;
    match event_type.parse() {
        Ok(valid) => Ok(Some((valid, payload))),
        Err(source) => Err(Unencodable::EventType { event_type, source }),
    }
}

fn without_json(source: InvalidJson) -> Unencodable {
    Unencodable::Payload(source.into())
}

/// The name of the variant, and what it holds, if it holds anything.
fn split(json: &Payload) -> Option<(String, Option<Payload>)> {
    if json.as_str().starts_with('"') {
        return Some((json.parse().ok()?, None));
    }
    let mut members: BTreeMap<String, Payload> = json.parse().ok()?;
    let (variant, content) = members.pop_first()?;
    members.is_empty().then_some((variant, Some(content)))
}
