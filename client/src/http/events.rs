//! Reading the events of a stream.

use std::fmt;
use std::sync::Arc;

use event_store_types::wire::EventPageBody;
use event_store_types::{Event, EventPage, Revision, StreamId, StreamType, Timestamp};
use futures::stream::{BoxStream, StreamExt};
use url::Url;

use super::kind::Kind;
use super::pages::{Extent, Page, Paged, Pages};
use super::range::{Direction, Range};
use super::transport::Request;
use super::{Client, Error};
use crate::schema::{Recorded, Schema};

impl Client {
    /// Starts to read the events of a stream, oldest first.
    ///
    /// ```
    /// use event_store_client::types::{ExpectedRevision, NewEvent, StreamId};
    /// use futures::TryStreamExt;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let client = event_store_client::testing::InMemoryStore::new().client();
    /// # let order = "order".parse()?;
    /// # let id = StreamId::from_name(&order, "A-1");
    /// # let events = ["placed", "paid", "sent"].map(|name| NewEvent::of(name.parse().unwrap(), &()).unwrap());
    /// # client.append(&order, id, ExpectedRevision::NoStream, events).await?;
    /// let mut events = client.events(&order, id).after(1.try_into()?).into_stream();
    /// while let Some(event) = events.try_next().await? {
    ///     println!("{} {}", event.revision, event.event_type);
    /// }
    ///
    /// let newest = client.events(&order, id).backwards().limit(1);
    /// let newest: Vec<_> = newest.into_stream().try_collect().await?;
    /// assert_eq!(newest[0].event_type.as_str(), "sent");
    /// # Ok(())
    /// # }
    /// ```
    pub fn events(&self, stream_type: &StreamType, stream_id: StreamId) -> ReadEvents {
        ReadEvents {
            source: Source {
                client: self.clone(),
                stream_type: stream_type.clone(),
                stream_id,
                range: Range::default(),
                direction: Direction::Forwards,
                consistency: Consistency::Strong,
            },
            extent: Extent::default(),
            read: Arc::new(Ok),
        }
    }
}

/// What a reading must show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Consistency {
    /// All that was acknowledged before the reading began.
    #[default]
    Strong,
    /// At half the cost, perhaps only what was acknowledged a moment earlier. Never a gap; and a stream is said to be absent only
    /// when it is.
    Eventual,
}

/// Which events of a stream to read, and in which order. Begun with [`Client::events`] or
/// [`Category::events`](crate::Category::events).
///
/// [`after`](Self::after), [`until`](Self::until) and [`until_time`](Self::until_time) say which events are read, in either direction;
/// [`backwards`](Self::backwards) only which come first.
#[derive(Clone)]
#[must_use = "nothing is read until a page or the stream is asked for"]
pub struct ReadEvents<T = Event> {
    source: Source,
    extent: Extent,
    read: Arc<dyn Fn(Event) -> Result<T, Error> + Send + Sync>,
}

impl<T: 'static> ReadEvents<T> {
    /// Reads only events after `revision`.
    pub fn after(mut self, revision: Revision) -> Self {
        self.source.range.after = Some(revision);
        self
    }

    /// Reads no event after `revision`: the last is that at `revision`, if the stream reaches it.
    pub fn until(mut self, revision: Revision) -> Self {
        self.source.range.until = Some(revision);
        self
    }

    /// Reads no event that was appended after `moment`.
    pub fn until_time(mut self, moment: Timestamp) -> Self {
        self.source.range.until_time = Some(moment);
        self
    }

    /// Reads newest first.
    pub fn backwards(mut self) -> Self {
        self.source.direction = Direction::Backwards;
        self
    }

    /// Sets what the reading must show. [`Consistency::Strong`] when not set.
    pub fn consistency(mut self, consistency: Consistency) -> Self {
        self.source.consistency = consistency;
        self
    }

    /// Reads at most `count` events altogether.
    pub fn limit(mut self, count: u64) -> Self {
        self.extent.limit = Some(count);
        self
    }

    /// Asks for at most `count` events a page, between 1 and 1,000; the store decides when not set.
    pub fn page_size(mut self, count: u16) -> Self {
        self.extent.page_size = Some(count);
        self
    }

    /// Reads the events one by one, page by page: while those of one page are worked on, the next page is read, and no other. Must be
    /// polled within a Tokio runtime.
    ///
    /// Ends with the first error of the store. An event that cannot be read as what is asked for is an error in its place
    /// ([`Error::undecodable`]), and the next one comes after it.
    pub fn into_stream(self) -> BoxStream<'static, Result<T, Error>> {
        let read = self.read.clone();
        self.into_pages()
            .into_items()
            .map(move |event| event.and_then(|event| read(event)))
            .boxed()
    }

    fn into_pages(self) -> Pages<Source> {
        let Source { range, direction, .. } = &self.source;
        if range.is_empty() {
            return Pages::none(self.source);
        }
        let start = range.start(*direction);
        Pages::new(self.source, start, self.extent)
    }
}

impl ReadEvents {
    /// Reads the events as values of the application.
    ///
    /// ```no_run
    /// use event_store_client::schema::Schema;
    /// use event_store_client::types::Notification;
    /// use event_store_client::{Client, Error};
    /// use futures::TryStreamExt;
    /// # use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Serialize, Deserialize)]
    /// enum OrderEvent {
    ///     Placed { total: u64 },
    /// }
    ///
    /// # async fn example(client: Client, notification: Notification) -> Result<(), Error> {
    /// let Notification { stream_type, stream_id, .. } = &notification;
    /// let mut events = client
    ///     .events(stream_type, *stream_id)
    ///     .typed(&Schema::<OrderEvent>::new())
    ///     .into_stream();
    /// while let Some(recorded) = events.try_next().await? {
    ///     let OrderEvent::Placed { total } = recorded.data;
    ///     println!("{total} at {}", recorded.event.created_at);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn typed<E: 'static>(self, schema: &Schema<E>) -> ReadEvents<Recorded<E>> {
        let (schema, request) = (schema.clone(), self.source.describe());
        ReadEvents {
            source: self.source,
            extent: self.extent,
            read: Arc::new(move |event| {
                let read = schema.decode(event);
                read.map_err(|undecodable| Error::new(request.clone(), Kind::Undecodable(undecodable)))
            }),
        }
    }

    /// Reads the events page by page, each when it is asked for.
    pub fn pages(self) -> EventPages {
        EventPages(self.into_pages())
    }

    /// Reads one page as the store answers it, for whoever hands pages on. [`EventPage::last_evaluated_revision`] is where the next
    /// one begins; neither the limit nor how far to read is looked at.
    ///
    /// # Errors
    /// See [`Error`]; not found when there is no such stream under that type.
    pub async fn page(&self) -> Result<EventPage, Error> {
        let from = self.source.range.start(self.source.direction);
        self.source.page(from, self.extent.page_size).await
    }
}

impl<T> fmt::Debug for ReadEvents<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ReadEvents")
            .field("source", &self.source)
            .field("extent", &self.extent)
            .finish_non_exhaustive()
    }
}

/// The pages of a reading. Begun with [`ReadEvents::pages`].
#[derive(Debug)]
pub struct EventPages(Pages<Source>);

impl EventPages {
    /// Reads the next page that holds an event; `None` when there is nothing more. After an error the same page is asked for again.
    ///
    /// # Errors
    /// See [`Error`]; not found when there is no such stream under that type.
    pub async fn next_page(&mut self) -> Result<Option<Vec<Event>>, Error> {
        self.0.next_page().await
    }
}

/// Where the events come from.
#[derive(Clone, Debug)]
struct Source {
    client: Client,
    stream_type: StreamType,
    stream_id: StreamId,
    range: Range,
    direction: Direction,
    consistency: Consistency,
}

impl Source {
    async fn page(&self, from: Option<Revision>, size: Option<u16>) -> Result<EventPage, Error> {
        let answer = self
            .client
            .connection()
            .send::<EventPageBody>(&Request::get(self.url(from, size)))
            .await?;
        Ok(answer.body.event_page)
    }

    fn url(&self, from: Option<Revision>, size: Option<u16>) -> Url {
        let mut url = self.client.address().events(&self.stream_type, self.stream_id);
        let mut add = |name, value: &str| {
            url.query_pairs_mut().append_pair(name, value);
        };
        let position = match self.direction {
            Direction::Forwards => "after-revision",
            Direction::Backwards => {
                add("direction", "backwards");
                "before-revision"
            }
        };
        if let Some(revision) = from {
            add(position, &revision.to_string());
        }
        if let Some(size) = size {
            add("limit", &size.to_string());
        }
        if self.consistency == Consistency::Eventual {
            add("consistency", "eventual");
        }
        url
    }
}

impl Paged for Source {
    type Item = Event;
    type Key = Revision;
    const LARGEST_PAGE: u16 = 1_000;

    fn describe(&self) -> String {
        Request::get(self.client.address().events(&self.stream_type, self.stream_id)).describe()
    }

    async fn read(&self, from: Option<Revision>, size: Option<u16>) -> Result<Page<Event, Revision>, Error> {
        let size = self.range.size(self.direction, from, size, Self::LARGEST_PAGE);
        let page = self.page(from, size).await?;
        Ok(self.range.cut(self.direction, page))
    }
}
