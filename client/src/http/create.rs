//! Creating a stream.

use event_store_types::{CreateStream, EventId, NewEvent, StreamBody, StreamId, StreamType};
use http::Method;
use uuid::Uuid;

use super::transport::Request;
use super::{Appended, Client, Error};

impl Client {
    /// Creates a stream of a new id with its first event, and answers it at revision 1.
    ///
    /// The event gets an id when it has none, so the request can be retried without making a second stream.
    ///
    /// # Errors
    /// See [`Error`]. When it is not known whether the stream was created, [`Error::unsettled`] tells the ids
    /// to ask again with, by [`Self::create_stream_with_id`].
    pub async fn create_stream(
        &self,
        stream_type: &StreamType,
        initial_event: NewEvent,
    ) -> Result<Appended, Error> {
        self.create_stream_with_id(stream_type, StreamId::from(Uuid::now_v7()), initial_event)
            .await
    }

    /// Creates the stream `stream_id` with its first event, and answers it at revision 1.
    ///
    /// # Errors
    /// See [`Error`]; a conflict when the stream is there already with another first event.
    pub async fn create_stream_with_id(
        &self,
        stream_type: &StreamType,
        stream_id: StreamId,
        mut initial_event: NewEvent,
    ) -> Result<Appended, Error> {
        let event_id = *initial_event.event_id.get_or_insert_with(EventId::random);
        let body = CreateStream {
            stream_id: Some(stream_id),
            initial_event,
        };
        let request = Request::with_body(Method::POST, self.address().streams(stream_type), &body)?;
        let answer = self.transport().send::<StreamBody>(&request).await;
        answer
            .map(Appended::from)
            .map_err(|error| error.of_write(stream_id, event_id))
    }
}
