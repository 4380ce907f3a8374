//! PURE: a stream's identity.

use std::fmt;
use std::str::FromStr;

use event_store_types::{Revision, Stream, StreamId, StreamType, Timestamp};

/// A stream's identity: its type and its id within that type.
///
/// Its text, `<streamType>/<streamId>`, is the hash key of both tables. A stream id with a wrong type simply
/// names another, absent stream.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamKey {
    /// The stream's type.
    pub stream_type: StreamType,
    /// The stream's id within its type.
    pub stream_id: StreamId,
}

impl StreamKey {
    /// The state of the stream after a commit that ends at `revision`.
    pub fn at(&self, revision: Revision, updated_at: Timestamp) -> Stream {
        Stream::new(self.stream_type.clone(), self.stream_id, revision, updated_at)
    }
}

impl fmt::Display for StreamKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.stream_type, self.stream_id)
    }
}

impl FromStr for StreamKey {
    type Err = InvalidStreamKey;

    /// Parses only the spelling that [`fmt::Display`] writes: any other would name a different, unreadable
    /// stream.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (stream_type, stream_id) = text.split_once('/').ok_or(InvalidStreamKey)?;
        let key = Self {
            stream_type: stream_type.parse().map_err(|_| InvalidStreamKey)?,
            stream_id: stream_id.parse().map_err(|_| InvalidStreamKey)?,
        };
        if key.to_string() == text {
            Ok(key)
        } else {
            Err(InvalidStreamKey)
        }
    }
}

/// A text that is not a [`StreamKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a stream type and a stream id such as `order/2886e475-d5cc-40f7-aec5-401071388b3c`")]
pub struct InvalidStreamKey;
