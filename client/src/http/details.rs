//! A stream without its events, and whether the store is up.

use event_store_types::wire::{Liveness, StreamBody};
use event_store_types::{Stream, StreamId, StreamType};

use super::transport::Request;
use super::{Client, Error};

impl Client {
    /// Answers a stream as it stands now.
    ///
    /// # Errors
    /// See [`Error`]; not found when there is no such stream under that type.
    pub async fn stream(&self, stream_type: &StreamType, stream_id: StreamId) -> Result<Stream, Error> {
        let request = Request::get(self.address().details(stream_type, stream_id));
        Ok(self.connection().send::<StreamBody>(&request).await?.body.stream)
    }

    /// Asks the store whether it is up. It does not ask its database.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn liveness(&self) -> Result<Liveness, Error> {
        let request = Request::get(self.address().liveness());
        Ok(self.connection().send(&request).await?.body)
    }

    /// Asks the store whether it can serve: it asks its database.
    ///
    /// # Errors
    /// See [`Error`]; one that is retryable when the database does not answer.
    pub async fn readiness(&self) -> Result<Liveness, Error> {
        let request = Request::get(self.address().readiness());
        Ok(self.connection().send(&request).await?.body)
    }
}
