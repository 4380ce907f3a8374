//! PURE: where a page of a listing ends.

use std::fmt;
use std::str::FromStr as _;

use event_store_types::{Stream, StreamId, StreamType, Timestamp};

/// Where a page of a listing ends. Their order is that of the listing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PageKey {
    stream_type: StreamType,
    updated_at: Timestamp,
    stream_id: StreamId,
}

impl PageKey {
    /// The key of the page that ends with `stream`.
    pub(super) fn of(stream: &Stream) -> Self {
        Self {
            stream_type: stream.stream_type.clone(),
            updated_at: stream.updated_at,
            stream_id: stream.stream_id,
        }
    }

    /// Reads the key that was sent for a listing of `stream_type`.
    ///
    /// # Errors
    /// What is wrong with it, in the words of a deployed store.
    pub(super) fn parse(text: &str, stream_type: &StreamType) -> Result<Self, &'static str> {
        let malformed = "must be the `nextPageKey` of an earlier page";
        let mut parts = text.splitn(3, '/');
        let (Some(made_for), Some(updated_at), Some(stream_id)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(malformed);
        };
        let key = Self {
            stream_type: made_for.parse().map_err(|_| malformed)?,
            updated_at: updated_at.parse().map_err(|_| malformed)?,
            stream_id: StreamId::from_str(stream_id).map_err(|_| malformed)?,
        };
        if key.stream_type == *stream_type {
            Ok(key)
        } else {
            Err("was issued for another stream type")
        }
    }
}

impl fmt::Display for PageKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            stream_type,
            updated_at,
            stream_id,
        } = self;
        write!(formatter, "{stream_type}/{updated_at}/{stream_id}")
    }
}
