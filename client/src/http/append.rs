//! Appending to a stream.

use event_store_types::{ExpectedRevision, NewEvent, StreamId, StreamType};

use super::appended::Appended;
use super::batch::Batch;
use super::kind::Kind;
use super::retry::pauses_of_writers;
use super::unsettled::Unsettled;
use super::write::identified;
use super::{Client, Error};
use crate::schema::Unencodable;

/// How many revisions an append at the end of a stream tries, while other writers are faster.
const REVISIONS_AT_END: u32 = 8;

impl Client {
    /// Appends one event or several, all of them or none, to a stream that is `expected` at a revision, and answers the stream as
    /// the append left it.
    ///
    /// Events without an id get one, so that whatever is sent again is recognised. An append is sent until its outcome is
    /// known, or as often as the client's [`RetryPolicy`](crate::RetryPolicy) allows.
    ///
    /// [`ExpectedRevision::Any`] and [`ExpectedRevision::StreamExists`] are never sent, because the store would recognise a retry
    /// only among the newest events of the stream. Instead the client asks where the stream ends and appends at exactly that
    /// revision; it goes on to a later one only when the store has said that another event stands there, and tries
    /// eight revisions at most. Called once more it is another append, whatever ids its events have; an append whose outcome is not known
    /// is sent again by [`Self::settle`].
    ///
    /// The future may be dropped; the events may then have been appended. Whoever has given them ids ([`NewEvent::with_id`]) appends them
    /// at the same revision once more, and learns it.
    ///
    /// ```
    /// use event_store_client::types::{ExpectedRevision, NewEvent, StreamId};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let client = event_store_client::testing::InMemoryStore::new().client();
    /// let order = "order".parse()?;
    /// let id = StreamId::from_name(&order, "A-1");
    ///
    /// let placed = NewEvent::of("placed".parse()?, &12)?;
    /// let appended = client.append(&order, id, ExpectedRevision::NoStream, placed).await?;
    ///
    /// let events = [NewEvent::of("paid".parse()?, &())?, NewEvent::of("sent".parse()?, &())?];
    /// let appended = client.append(&order, id, appended.stream.revision, events).await?;
    /// assert_eq!(appended.stream.revision, 3.try_into()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`Error`]: a conflict when the stream is not at the expected revision, not found when there is no such stream. When it is
    /// not known whether the events were appended, [`Error::unsettled`] holds the append for [`Self::settle`].
    pub async fn append(
        &self,
        stream_type: &StreamType,
        stream_id: StreamId,
        expected: impl Into<ExpectedRevision>,
        events: impl Into<Batch<NewEvent>>,
    ) -> Result<Appended, Error> {
        let events: Vec<NewEvent> = events.into().into_iter().map(identified).collect();
        match expected.into() {
            exact @ (ExpectedRevision::NoStream | ExpectedRevision::Exact(_)) => {
                self.append_at(stream_type, stream_id, exact, events).await
            }
            ExpectedRevision::StreamExists => {
                let end = self.stream(stream_type, stream_id).await?.revision.into();
                self.append_at_end(stream_type, stream_id, end, events).await
            }
            ExpectedRevision::Any => {
                let end = match self.stream(stream_type, stream_id).await {
                    Ok(stream) => stream.revision.into(),
                    Err(error) if error.is_not_found() => ExpectedRevision::NoStream,
                    Err(error) => return Err(error),
                };
                self.append_at_end(stream_type, stream_id, end, events).await
            }
        }
    }

    /// Why an append to a stream came to nothing before it was sent.
    pub(crate) fn unencodable(
        &self,
        stream_type: &StreamType,
        stream_id: StreamId,
        source: Unencodable,
    ) -> Error {
        let url = self.address().events(stream_type, stream_id);
        Error::new(format!("POST {}", url.path()), Kind::Unencodable(source))
    }

    /// Appends after `end`, and after a later one as long as other events are found there.
    async fn append_at_end(
        &self,
        stream_type: &StreamType,
        stream_id: StreamId,
        mut end: ExpectedRevision,
        events: Vec<NewEvent>,
    ) -> Result<Appended, Error> {
        let mut pauses = pauses_of_writers(REVISIONS_AT_END);
        loop {
            let answer = self.append_at(stream_type, stream_id, end, events.clone()).await;
            let lost = match answer {
                Err(error) if error.end_of_lost_race().is_some() => error,
                answer => return answer,
            };
            match (lost.end_of_lost_race(), pauses.next()) {
                (Some(revision), Some(pause)) => {
                    end = revision.into();
                    tokio::time::sleep(pause).await;
                }
                _ => return Err(lost),
            }
        }
    }

    async fn append_at(
        &self,
        stream_type: &StreamType,
        stream_id: StreamId,
        expected: ExpectedRevision,
        events: Vec<NewEvent>,
    ) -> Result<Appended, Error> {
        let write = Unsettled {
            stream_type: stream_type.clone(),
            stream_id,
            expected_revision: expected,
            events,
        };
        self.write(write).await
    }
}
