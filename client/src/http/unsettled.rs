//! Writes, and those of which it is not known what came of them.

use event_store_types::{
    AppendEvents, CreateStream, EventId, ExpectedRevision, NewEvent, StreamBody, StreamId, StreamType,
};
use http::Method;

use super::address::Address;
use super::append::Appended;
use super::connection::Before;
use super::transport::Request;
use super::{Client, Error};

/// A write of which it is not known whether it was carried out: in full, so that it can be sent again in the same words.
///
/// The store recognises its own by the ids of the events, and answers what it would have answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Unsettled {
    /// The type of the stream written to.
    pub stream_type: StreamType,
    /// The stream written to.
    pub stream_id: StreamId,
    /// Where the stream was to be: no stream, or an exact revision.
    pub expected_revision: ExpectedRevision,
    /// The events written, each with the id that it got.
    pub events: Vec<NewEvent>,
    request: Request,
}

impl Unsettled {
    /// The creation of a stream with its first event.
    pub(super) fn create(
        address: &Address,
        stream_type: &StreamType,
        stream_id: StreamId,
        initial_event: NewEvent,
    ) -> Result<Self, Error> {
        let body = CreateStream {
            stream_id: Some(stream_id),
            initial_event: identified(initial_event),
        };
        let request = Request::with_body(Method::POST, address.streams(stream_type), &body)?;
        Ok(Self {
            stream_type: stream_type.clone(),
            stream_id,
            expected_revision: ExpectedRevision::NoStream,
            events: vec![body.initial_event],
            request,
        })
    }

    /// The append of events, which have ids, to a stream that is expected at an exact revision.
    pub(super) fn append(
        address: &Address,
        stream_type: &StreamType,
        stream_id: StreamId,
        expected_revision: ExpectedRevision,
        events: Vec<NewEvent>,
    ) -> Result<Self, Error> {
        let body = AppendEvents {
            expected_revision,
            events,
        };
        let request = Request::with_body(Method::POST, address.events(stream_type, stream_id), &body)?;
        Ok(Self {
            stream_type: stream_type.clone(),
            stream_id,
            expected_revision,
            events: body.events,
            request,
        })
    }
}

/// The same event, with an id.
pub(super) fn identified(event: NewEvent) -> NewEvent {
    let event_id = event.event_id.unwrap_or_else(EventId::random);
    event.with_id(event_id)
}

impl Client {
    /// Sends a write again of which it is not known whether it was carried out ([`Error::unsettled`]), in the same words.
    ///
    /// If it was carried out, it is answered so now, as [`Appended::replayed`]; if not, it is carried out now. Otherwise another event
    /// stands in its place, and it never will be.
    ///
    /// # Errors
    /// See [`Error`]: a conflict when other events stand where these were to stand. While still nothing is known,
    /// [`Error::unsettled`] holds the write for another time.
    pub async fn settle(&self, write: &Unsettled) -> Result<Appended, Error> {
        self.write_after(Before::Unsettled, write.clone()).await
    }

    pub(super) async fn write(&self, write: Unsettled) -> Result<Appended, Error> {
        self.write_after(Before::Nothing, write).await
    }

    async fn write_after(&self, before: Before, write: Unsettled) -> Result<Appended, Error> {
        let answer = self
            .connection()
            .send_after::<StreamBody>(before, &write.request)
            .await;
        match answer {
            Ok(answer) => Ok(answer.into()),
            Err(error) => Err(error.of_write(write)),
        }
    }
}
