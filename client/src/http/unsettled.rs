//! PURE: a write of which it is not known what came of it.

use event_store_types::{ExpectedRevision, NewEvent, StreamId, StreamType};
use serde::{Deserialize, Serialize};

/// A write of which it is not known whether it was carried out: in full, so that it can be sent again in the same words.
///
/// The store recognises its own by the ids of the events, and answers what it would have answered. It can be kept as JSON, and sent
/// by a later process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Unsettled {
    /// The type of the stream written to.
    pub stream_type: StreamType,
    /// The stream written to.
    pub stream_id: StreamId,
    /// Where the stream was to be: no stream, or an exact revision.
    pub expected_revision: ExpectedRevision,
    /// The events written, each with the id that it got.
    pub events: Vec<NewEvent>,
}
