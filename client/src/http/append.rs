//! Appending to a stream.

use event_store_types::{AppendEvent, EventId, NewEvent, Revision, Stream, StreamBody, StreamId, StreamType};
use http::Method;

use super::transport::{Answer, Request};
use super::{Client, Error};

impl Client {
    /// Appends `event` to a stream as the event at `revision`, and answers the stream at that revision.
    ///
    /// The event gets an id when it has none, so the request can be retried without appending it twice.
    ///
    /// # Errors
    /// See [`Error`]: a conflict when another event stands at `revision` or the stream does not reach it, not
    /// found when there is no stream to append to. When it is not known whether the event was appended,
    /// [`Error::unsettled`] tells the id to append it with again.
    pub async fn append(
        &self,
        stream_type: &StreamType,
        stream_id: StreamId,
        revision: Revision,
        mut event: NewEvent,
    ) -> Result<Appended, Error> {
        let event_id = *event.event_id.get_or_insert_with(EventId::random);
        let url = self.address().event(stream_type, stream_id, revision);
        let request = Request::with_body(Method::PUT, url, &AppendEvent { event })?;
        let answer = self.transport().send::<StreamBody>(&request).await;
        answer
            .map(Appended::from)
            .map_err(|error| error.of_write(stream_id, event_id))
    }
}

/// An append that is in the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Appended {
    /// The stream as this append left it; it may have gone on since.
    pub stream: Stream,
    /// Whether the store had it already: an earlier attempt was carried out, and its answer lost.
    pub replayed: bool,
}

impl From<Answer<StreamBody>> for Appended {
    fn from(answer: Answer<StreamBody>) -> Self {
        Self {
            stream: answer.body.stream,
            replayed: answer.replayed,
        }
    }
}
