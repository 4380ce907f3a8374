//! The version of its type in which an event was written.

use crate::members::Members;
use crate::{Event, InvalidJson, NewEvent};

const SCHEMA_VERSION: &str = "schemaVersion";

impl NewEvent {
    /// The same event with this version of its type in its metadata, as `schemaVersion`. The other members of the metadata stay as they are.
    ///
    /// # Errors
    /// The metadata has a member whose name is not valid text, such as half of a surrogate pair.
    pub fn with_schema_version(mut self, version: u32) -> Result<Self, InvalidJson> {
        self.metadata = Some(Members::with(self.metadata.as_ref(), SCHEMA_VERSION, &version)?);
        Ok(self)
    }
}

impl Event {
    /// The version of its type in which the event was written: `schemaVersion` of its metadata, or 1 if there is none.
    pub fn schema_version(&self) -> u32 {
        Members::of(self.metadata.as_ref())
            .get(SCHEMA_VERSION)
            .unwrap_or(1)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Event, Metadata, NewEvent};

    #[test]
    fn a_version_stands_beside_what_the_metadata_holds_and_is_1_without() {
        let mut event = NewEvent::of("placed".parse().unwrap(), &1).unwrap();
        event.metadata = Some(Metadata::from_text(r#"{"schemaVersion":"old", "a": 1}"#).unwrap());
        let versioned = event.with_schema_version(3).unwrap();
        assert_eq!(
            versioned.metadata.unwrap().as_str(),
            r#"{"a":1,"schemaVersion":3}"#
        );
        for (metadata, version) in [
            (r#"{"schemaVersion":3}"#, 3),
            (r#"{"schemaVersion":"3"}"#, 1),
            (r#"{"schemaVersion":-3}"#, 1),
            ("{}", 1),
        ] {
            let event: Event = serde_json::from_str(&format!(
                r#"{{"streamId":"2886e475-d5cc-40f7-aec5-401071388b3c","revision":1,"eventType":"placed","payload":{{}},
                "createdAt":"2025-01-25T10:11:12Z","eventId":"0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10","metadata":{metadata}}}"#
            ))
            .unwrap();
            assert_eq!(event.schema_version(), version, "{metadata}");
        }
    }
}
