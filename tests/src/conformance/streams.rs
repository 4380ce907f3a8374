//! Streams that a claim uses alone.

use event_store_client::types::{
    EventId, ExpectedRevision, NewEvent, Payload, Revision, StreamId, StreamType,
};
use event_store_client::{Appended, Client, Error, ReadEvents};
use futures::TryStreamExt;
use uuid::Uuid;

/// A stream that nobody else uses.
#[derive(Clone, Debug)]
pub struct OwnStream {
    /// The client of its store.
    pub client: Client,
    pub stream_type: StreamType,
    pub stream_id: StreamId,
}

impl OwnStream {
    /// A stream that does not exist yet.
    pub(super) fn absent(client: &Client) -> Self {
        Self::of_type(client, &"conformance".parse().expect("it is a stream type"))
    }

    pub(crate) fn of_type(client: &Client, stream_type: &StreamType) -> Self {
        Self {
            client: client.clone(),
            stream_type: stream_type.clone(),
            stream_id: StreamId::from(Uuid::now_v7()),
        }
    }

    /// A stream of this type with one event.
    pub(crate) async fn begun(client: &Client, stream_type: &StreamType) -> Self {
        let stream = Self::of_type(client, stream_type);
        let begun = stream.append_one(at(0), &numbered(1)).await;
        begun.expect("it is created");
        stream
    }

    /// A stream of batches with the numbers of events in `sizes`.
    pub(super) async fn with_batches(client: &Client, sizes: &[u64]) -> Self {
        let stream = Self::absent(client);
        let mut end = 0;
        for size in sizes {
            let events: Vec<NewEvent> = (end + 1..=end + size).map(numbered).collect();
            let appended = stream.append(at(end), events).await.expect("it is appended");
            end += size;
            assert_eq!(appended.stream.revision, revision(end));
        }
        stream
    }

    /// A stream of `count` events, each in its own append.
    pub(super) async fn with_events(client: &Client, count: usize) -> Self {
        Self::with_batches(client, &vec![1; count]).await
    }

    pub(crate) async fn append(
        &self,
        expected: ExpectedRevision,
        events: Vec<NewEvent>,
    ) -> Result<Appended, Error> {
        self.client
            .append(&self.stream_type, self.stream_id, expected, events)
            .await
    }

    pub(crate) async fn append_one(
        &self,
        expected: ExpectedRevision,
        event: &NewEvent,
    ) -> Result<Appended, Error> {
        self.append(expected, vec![event.clone()]).await
    }

    pub(crate) fn events(&self) -> ReadEvents {
        self.client.events(&self.stream_type, self.stream_id)
    }

    /// The revisions that a read returns.
    pub(super) async fn revisions(
        &self,
        which: impl FnOnce(ReadEvents) -> ReadEvents,
    ) -> Result<Vec<u64>, Error> {
        let events: Vec<_> = which(self.events()).into_stream().try_collect().await?;
        Ok(events.iter().map(|event| event.revision.as_u64()).collect())
    }
}

pub(super) fn revision(number: u64) -> Revision {
    number.try_into().expect("the claim names a revision")
}

/// The expected revision of a stream at revision `number`; 0 means that the stream does not exist.
pub(crate) fn at(number: u64) -> ExpectedRevision {
    number
        .try_into()
        .map_or(ExpectedRevision::NoStream, ExpectedRevision::Exact)
}

/// An event with an id, and the payload `json`.
pub(crate) fn event(event_type: &str, json: &str) -> NewEvent {
    let event_type = event_type.parse().expect("the claim names an event type");
    let payload = Payload::from_text(json).expect("the claim writes JSON");
    NewEvent::new(event_type, payload).with_id(EventId::random())
}

/// An event whose payload is `number`.
pub(crate) fn numbered(number: u64) -> NewEvent {
    event("numbered", &number.to_string())
}
