//! Where events come from.

use event_store_types::{EventPage, Revision, StreamId, StreamPage, StreamType, Timestamp};

use crate::notification::BoxError;

/// The port to the store: what a projection reads from it. [`Client`](crate::Client) is one.
pub trait EventSource: Send + Sync {
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

    /// Lists streams of a type, oldest update first: from those updated at `updated_after` on, or all; after the page
    /// whose key is `page_key`, or from the start.
    fn streams(
        &self,
        stream_type: &StreamType,
        updated_after: Option<Timestamp>,
        page_key: Option<&str>,
    ) -> impl Future<Output = Result<StreamPage, Self::Error>> + Send;
}

#[cfg(feature = "http")]
impl EventSource for crate::Client {
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

    async fn streams(
        &self,
        stream_type: &StreamType,
        updated_after: Option<Timestamp>,
        page_key: Option<&str>,
    ) -> Result<StreamPage, Self::Error> {
        let mut list = self.streams(stream_type);
        if let Some(moment) = updated_after {
            list = list.updated_after(moment);
        }
        if let Some(key) = page_key {
            list = list.page_key(key);
        }
        list.page().await
    }
}
