//! The port to the events of a stream.

use event_store_types::{EventPage, Revision, StreamId, StreamType};

use crate::BoxError;

/// Reads the events of one stream, for what the feed has not just given.
pub(super) trait StreamSource: Send + Sync {
    /// Why something could not be read.
    type Error: Into<BoxError> + Send;

    /// Reads up to about `limit` events of a stream, oldest first, from the one after `after` on, or from the first.
    ///
    /// An event whose append was acknowledged, or announced, must be seen: the reading is a consistent one.
    fn events(
        &self,
        stream_type: &StreamType,
        stream_id: StreamId,
        after: Option<Revision>,
        limit: u16,
    ) -> impl Future<Output = Result<EventPage, Self::Error>> + Send;
}

impl StreamSource for crate::Client {
    type Error = crate::Error;

    async fn events(
        &self,
        stream_type: &StreamType,
        stream_id: StreamId,
        after: Option<Revision>,
        limit: u16,
    ) -> Result<EventPage, Self::Error> {
        let mut read = self.events(stream_type, stream_id).page_size(limit);
        if let Some(revision) = after {
            read = read.after(revision);
        }
        read.page().await
    }
}
