//! Creating a stream.

use event_store_types::{ExpectedRevision, NewEvent, StreamId, StreamType};
use uuid::Uuid;

use super::{Appended, Client, Error};

impl Client {
    /// Creates a stream of a new id with its first event, and answers it at revision 1.
    ///
    /// The request names the stream's id and the event's, so that it can be sent again without making a second stream.
    ///
    /// # Errors
    /// See [`Error`]. When it is not known whether the stream was created, [`Error::unsettled`] holds the creation for
    /// [`Self::settle`].
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
        initial_event: NewEvent,
    ) -> Result<Appended, Error> {
        self.append(stream_type, stream_id, ExpectedRevision::NoStream, initial_event)
            .await
    }
}
