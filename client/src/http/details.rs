//! A stream without its events, and whether the store is up.

use event_store_types::{Liveness, Stream, StreamBody, StreamId, StreamType};

use super::transport::Request;
use super::{Client, Error};

impl Client {
    /// Answers a stream as it stands now.
    ///
    /// # Errors
    /// See [`Error`]; not found when there is no such stream under that type.
    pub async fn stream(&self, stream_type: &StreamType, stream_id: StreamId) -> Result<Stream, Error> {
        let request = Request::get(self.address().details(stream_type, stream_id));
        Ok(self.transport().send::<StreamBody>(&request).await?.body.stream)
    }

    /// Asks the store whether it is up. It does not ask its database.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn liveness(&self) -> Result<Liveness, Error> {
        let request = Request::get(self.address().liveness());
        Ok(self.transport().send(&request).await?.body)
    }
}
