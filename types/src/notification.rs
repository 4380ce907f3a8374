//! The notification with which the store announces an event.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Revision, StreamId, StreamType};

/// The announcement of an event, as it is published on SNS.
///
/// It is delivered at least once and in any order: read it as "the stream has reached at least this
/// revision". It is byte-compatible with that of the Go system: the keys in this order, the revision as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Notification {
    /// The stream's id within its type.
    pub stream_id: StreamId,
    /// The stream's type.
    pub stream_type: StreamType,
    /// A revision that the stream has reached.
    #[serde(serialize_with = "revision_to_text", deserialize_with = "revision_from_text")]
    pub stream_revision: Revision,
}

impl Notification {
    /// The announcement that a stream has reached a revision.
    pub fn new(stream_type: StreamType, stream_id: StreamId, stream_revision: Revision) -> Self {
        Self {
            stream_id,
            stream_type,
            stream_revision,
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes every field by reference"
)]
fn revision_to_text<S: Serializer>(revision: &Revision, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(revision)
}

fn revision_from_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Revision, D::Error> {
    String::deserialize(deserializer)?
        .parse()
        .map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"StreamId":"2886e475-d5cc-40f7-aec5-401071388b3c","StreamType":"test-stream-type","StreamRevision":"18"}"#;

    #[test]
    fn a_notification_is_written_as_the_go_system_wrote_it() {
        let notification = Notification {
            stream_id: "2886e475-d5cc-40f7-aec5-401071388b3c".parse().unwrap(),
            stream_type: "test-stream-type".parse().unwrap(),
            stream_revision: 18.try_into().unwrap(),
        };
        assert_eq!(serde_json::to_string(&notification).unwrap(), TEXT);
        assert_eq!(serde_json::from_str::<Notification>(TEXT).unwrap(), notification);
    }

    #[test]
    fn a_notification_with_a_bad_value_is_refused() {
        for (text, reason) in [
            (TEXT.replace("\"18\"", "18"), "a string"),
            (TEXT.replace("18", "0"), "between 1 and"),
            (TEXT.replace("2886", "zzzz"), "UUID"),
        ] {
            let error = serde_json::from_str::<Notification>(&text).unwrap_err();
            assert!(error.to_string().contains(reason), "{text}: {error}");
        }
    }
}
