//! PURE: a stream, as it is named on the command line.

use std::str::FromStr;

use event_store_client::types::{InvalidStreamId, InvalidStreamType, StreamId, StreamType};

/// A stream: `TYPE/ID`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) stream_type: StreamType,
    pub(super) stream_id: StreamId,
}

/// A text that names no stream.
#[derive(Debug, thiserror::Error)]
pub(super) enum InvalidTarget {
    #[error("a stream is named `TYPE/ID`, such as `order/2886e475-d5cc-40f7-aec5-401071388b3c`")]
    NoSlash,
    #[error("its type {0}")]
    Type(#[from] InvalidStreamType),
    #[error("its id {0}")]
    Id(#[from] InvalidStreamId),
}

impl FromStr for Target {
    type Err = InvalidTarget;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (stream_type, stream_id) = text.split_once('/').ok_or(InvalidTarget::NoSlash)?;
        Ok(Self {
            stream_type: stream_type.parse()?,
            stream_id: stream_id.parse()?,
        })
    }
}
