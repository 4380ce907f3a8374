//! The streams of one type, with events as values of the application.

use std::fmt;

use event_store_types::{ExpectedRevision, NewEvent, Provenance, Revision, StreamId, StreamType};
use futures::TryStreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::http::{Appended, Batch, Client, Error, ReadEvents};
use crate::schema::{Recorded, Schema, Unencodable};

/// The streams of one type, whose events are values of `E`. Cheap to clone.
///
/// ```
/// use event_store_client::Category;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// #[serde(rename_all = "kebab-case")]
/// enum OrderEvent {
///     Placed { total: u64 },
///     Paid { amount: u64 },
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let client = event_store_client::testing::InMemoryStore::new().client();
/// let orders = Category::<OrderEvent>::new(client, "order".parse()?);
/// let id = orders.id_of("A-1");
/// let events = [OrderEvent::Placed { total: 12 }, OrderEvent::Paid { amount: 5 }];
/// orders.append(id, ExpectedRevision::NoStream, events).await?;
///
/// let due = orders.fold(id, 0, |due, recorded| match recorded.data {
///     OrderEvent::Placed { total } => due + total,
///     OrderEvent::Paid { amount } => due - amount,
/// });
/// let due = due.await?;
/// assert_eq!((due.state, due.revision), (7, Some(2.try_into()?)));
///
/// // Only as long as nothing has happened to the order since.
/// orders.append(id, due.expected(), OrderEvent::Paid { amount: due.state }).await?;
/// # Ok(())
/// # }
/// # use event_store_client::types::ExpectedRevision;
/// ```
pub struct Category<E> {
    client: Client,
    stream_type: StreamType,
    schema: Schema<E>,
    provenance: Provenance,
}

impl<E: Serialize + DeserializeOwned + 'static> Category<E> {
    /// The streams of the type `stream_type`, whose events are an enum with serde's derives.
    pub fn new(client: Client, stream_type: StreamType) -> Self {
        Self::with_schema(client, stream_type, Schema::new())
    }
}

impl<E: 'static> Category<E> {
    /// The streams of the type `stream_type`, whose events are written and read as `schema` says.
    pub fn with_schema(client: Client, stream_type: StreamType, schema: Schema<E>) -> Self {
        Self {
            client,
            stream_type,
            schema,
            provenance: Provenance::default(),
        }
    }

    /// The same streams; what is appended to them is led to by `provenance`.
    #[must_use]
    pub fn with_provenance(&self, provenance: Provenance) -> Self {
        Self {
            provenance,
            ..self.clone()
        }
    }

    /// The streams' type.
    pub fn stream_type(&self) -> &StreamType {
        &self.stream_type
    }

    /// The client that reads and appends.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// How the events are written and read.
    pub fn schema(&self) -> &Schema<E> {
        &self.schema
    }

    /// The id of the stream that stands for `name`, a natural key: see [`StreamId::from_name`].
    pub fn id_of(&self, name: &str) -> StreamId {
        StreamId::from_name(&self.stream_type, name)
    }

    /// Creates a stream of a new id with one event or several, all of them or none.
    ///
    /// # Errors
    /// See [`Client::append`]; also when an event cannot be written.
    pub async fn create(&self, events: impl Into<Batch<E>>) -> Result<Appended, Error> {
        let stream_id = StreamId::from(Uuid::now_v7());
        self.append(stream_id, ExpectedRevision::NoStream, events).await
    }

    /// Appends one event or several, all of them or none, to a stream that is `expected` at a revision. Each gets an id of
    /// its own.
    ///
    /// Events that need an id or metadata of the application's own are written with [`Self::encode`], and appended with
    /// [`Client::append`].
    ///
    /// # Errors
    /// See [`Client::append`]; also when an event cannot be written.
    pub async fn append(
        &self,
        stream_id: StreamId,
        expected: impl Into<ExpectedRevision>,
        events: impl Into<Batch<E>>,
    ) -> Result<Appended, Error> {
        let events: Vec<E> = events.into().into_iter().collect();
        let written = events
            .iter()
            .map(|event| self.encode(event))
            .collect::<Result<Vec<_>, _>>();
        drop(events);
        let written =
            written.map_err(|source| self.client.unencodable(&self.stream_type, stream_id, source))?;
        self.client
            .append(&self.stream_type, stream_id, expected, written)
            .await
    }

    /// Writes an event, with the provenance of this category.
    ///
    /// # Errors
    /// When it has no JSON form, or its type is none that the store keeps.
    pub fn encode(&self, event: &E) -> Result<NewEvent, Unencodable> {
        let event = self.schema.encode(event)?;
        event
            .with_provenance(&self.provenance)
            .map_err(|source| Unencodable::Payload(source.into()))
    }

    /// Starts to read the events of a stream, oldest first.
    pub fn events(&self, stream_id: StreamId) -> ReadEvents<Recorded<E>> {
        self.client
            .events(&self.stream_type, stream_id)
            .typed(&self.schema)
    }

    /// Folds all events of a stream into a state. Of a stream that is not there, the state is the initial one.
    ///
    /// For a state of the past, fold what [`Self::events`] gives [until a moment](ReadEvents::until_time).
    ///
    /// # Errors
    /// See [`Error`]; [`Error::is_unknown_event_type`] when there is an event that the application does not know.
    pub async fn fold<State>(
        &self,
        stream_id: StreamId,
        initial: State,
        evolve: impl FnMut(State, Recorded<E>) -> State,
    ) -> Result<Folded<State>, Error> {
        self.fold_on(stream_id, Folded::initial(initial), evolve).await
    }

    /// Folds the events that came after an earlier folding into its state.
    ///
    /// # Errors
    /// See [`Self::fold`]; not found when the stream was there earlier, and is no more.
    pub async fn fold_on<State>(
        &self,
        stream_id: StreamId,
        folded: Folded<State>,
        mut evolve: impl FnMut(State, Recorded<E>) -> State,
    ) -> Result<Folded<State>, Error> {
        let mut events = match folded.revision {
            Some(revision) => self.events(stream_id).after(revision),
            None => self.events(stream_id),
        }
        .into_stream();
        let Folded {
            mut state,
            mut revision,
        } = folded;
        loop {
            match events.try_next().await {
                Ok(Some(recorded)) => {
                    revision = Some(recorded.event.revision);
                    state = evolve(state, recorded);
                }
                Ok(None) => return Ok(Folded { state, revision }),
                Err(error) if error.is_not_found() && revision.is_none() => {
                    return Ok(Folded { state, revision });
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl<E> Clone for Category<E> {
    fn clone(&self) -> Self {
        Self {
            client: self.client.clone(),
            stream_type: self.stream_type.clone(),
            schema: self.schema.clone(),
            provenance: self.provenance.clone(),
        }
    }
}

impl<E> fmt::Debug for Category<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Category")
            .field("stream_type", &self.stream_type)
            .field("schema", &self.schema)
            .finish_non_exhaustive()
    }
}

/// A state, and how far into its stream it reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Folded<State> {
    /// The state.
    pub state: State,
    /// The revision of the last event in it; `None` when there was no stream.
    pub revision: Option<Revision>,
}

impl<State> Folded<State> {
    /// A state before any event.
    pub fn initial(state: State) -> Self {
        Self {
            state,
            revision: None,
        }
    }

    /// What an append must expect so that nothing has happened since.
    pub fn expected(&self) -> ExpectedRevision {
        self.revision.into()
    }
}
