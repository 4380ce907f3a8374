//! The state of a stream after one of its events.

use serde::{Deserialize, Serialize};

use crate::{Revision, StreamId, StreamType, Timestamp};

/// A stream, as it stands after one of its events.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Stream {
    /// The stream's id within its type.
    pub stream_id: StreamId,
    /// The stream's type.
    pub stream_type: StreamType,
    /// The revision of its last event.
    pub revision: Revision,
    /// When its last event was appended.
    pub updated_at: Timestamp,
}

impl Stream {
    /// The stream after the event at `revision`, which was appended at `updated_at`.
    pub fn new(
        stream_type: StreamType,
        stream_id: StreamId,
        revision: Revision,
        updated_at: Timestamp,
    ) -> Self {
        Self {
            stream_id,
            stream_type,
            revision,
            updated_at,
        }
    }
}
