//! PURE: how far a follower is.

use event_store_types::{Revision, StreamId, StreamType};
use serde::{Deserialize, Serialize};

/// How far a follower is: where the feed goes on, and which streams wait.
///
/// Every event before the cursor is handled, or belongs to a stream that is held. It is kept as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Checkpoint {
    /// Where the feed goes on; `None` for its beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many events were handled since the beginning; those that came twice may be counted twice.
    #[serde(default)]
    pub handled: u64,
    /// The streams of which an event could not be handled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<HeldStream>,
    /// What is handled behind the cursor. Only a follower that reacts keeps it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ahead: Vec<HandledStream>,
}

/// A stream of which an event could not be handled. None of its later events is, until that one is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct HeldStream {
    /// The stream's type.
    pub stream_type: StreamType,
    /// The stream.
    pub stream_id: StreamId,
    /// The revision of the last event that is handled; `None` when none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Revision>,
    /// The revision up to which the stream is to be handled.
    pub through: Revision,
    /// How often the next event could not be handled.
    pub attempts: u32,
    /// Whether it is parked: not tried again before it is [resumed](super::Following::resume).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_parked: bool,
    /// Why the next event could not be handled.
    pub reason: String,
}

/// Up to which event a stream is handled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct HandledStream {
    /// The stream's type.
    pub stream_type: StreamType,
    /// The stream.
    pub stream_id: StreamId,
    /// The revision of the last event that is handled.
    pub through: Revision,
}

impl Checkpoint {
    /// The held stream of this name.
    pub(super) fn held_mut(
        &mut self,
        stream_type: &StreamType,
        stream_id: StreamId,
    ) -> Option<&mut HeldStream> {
        self.held
            .iter_mut()
            .find(|held| held.stream_type == *stream_type && held.stream_id == stream_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_kept_as_json_and_an_older_one_can_be_read() {
        let text = concat!(
            r#"{"cursor":"c","handled":7,"held":[{"streamType":"order","streamId":"2886e475-d5cc-40f7-aec5-401071388b3c","#,
            r#""after":2,"through":5,"attempts":3,"isParked":true,"reason":"no stock"}]}"#
        );
        let checkpoint: Checkpoint = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&checkpoint).unwrap(), text);
        assert_eq!(
            serde_json::from_str::<Checkpoint>("{}").unwrap(),
            Checkpoint::default()
        );
    }
}
