//! Reading the feed: the events of all streams, in one order.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use event_store_types::wire::{FeedPageBody, StreamTypesBody};
use event_store_types::{EventType, FeedEvent, FeedPage, StreamType};
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::kind::Kind;
use super::transport::Request;
use super::{Client, Error};

impl Client {
    /// Starts to read the feed: the events of all streams, in one order, from the beginning unless [`ReadFeed::after`] or
    /// [`ReadFeed::from_end`] says otherwise.
    ///
    /// Each event is there at least once, and the first occurrences of a stream's events come in the order of their revisions and
    /// without a gap. It is not ordered by time across streams, and follows appends with a delay, usually of less than a second.
    ///
    /// ```
    /// use futures::TryStreamExt;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let client = event_store_client::testing::InMemoryStore::new().client();
    /// let mut events = client.feed().stream_types(["order".parse()?]).into_stream();
    /// while let Some(event) = events.try_next().await? {
    ///     println!("{} {} at {}", event.stream_id, event.event_type, event.revision);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn feed(&self) -> ReadFeed {
        ReadFeed {
            client: self.clone(),
            after: None,
            page_size: None,
            stream_types: BTreeSet::new(),
            event_types: BTreeSet::new(),
        }
    }

    /// The types of the streams that there are, in the order of their names.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn stream_types(&self) -> Result<Vec<StreamType>, Error> {
        let request = Request::get(self.address().stream_types());
        let answer = self.connection().send::<StreamTypesBody>(&request).await?;
        Ok(answer.body.stream_types)
    }
}

/// What to read of the feed. Begun with [`Client::feed`].
#[derive(Clone, Debug)]
#[must_use = "nothing is read until a page or the stream is asked for"]
pub struct ReadFeed {
    client: Client,
    after: Option<String>,
    page_size: Option<u16>,
    stream_types: BTreeSet<StreamType>,
    event_types: BTreeSet<EventType>,
}

impl ReadFeed {
    /// Goes on where an earlier reading ended: with the [`FeedPage::next`] of its last page. It is good for the same store only, and as
    /// long as its feed is not made anew ([`Error::is_feed_begun_anew`]).
    pub fn after(mut self, cursor: impl Into<String>) -> Self {
        self.after = Some(cursor.into());
        self
    }

    /// Begins where the feed ends now: only what comes later is read.
    pub fn from_end(self) -> Self {
        self.after("end")
    }

    /// Reads only events of streams of these types, and of those named before.
    pub fn stream_types(mut self, types: impl IntoIterator<Item = StreamType>) -> Self {
        self.stream_types.extend(types);
        self
    }

    /// Reads only events of these types, and of those named before.
    pub fn event_types(mut self, types: impl IntoIterator<Item = EventType>) -> Self {
        self.event_types.extend(types);
        self
    }

    /// Asks for at most `count` events a page, between 1 and 1,000; the store decides when not set.
    pub fn page_size(mut self, count: u16) -> Self {
        self.page_size = Some(count);
        self
    }

    /// Reads one page.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn page(&self) -> Result<FeedPage, Error> {
        let request = self.request();
        let answer = self.client.connection().send::<FeedPageBody>(&request).await?;
        Ok(answer.body.feed_page)
    }

    /// Reads page by page, up to the end of the feed.
    pub fn pages(self) -> FeedPages {
        FeedPages {
            read: self,
            has_ended: false,
        }
    }

    /// Reads the events one by one, page by page, up to the end of the feed. Ends with the first error. Who wants to go on later reads
    /// [`Self::pages`], which tell their cursor.
    pub fn into_stream(self) -> BoxStream<'static, Result<FeedEvent, Error>> {
        let pages = stream::try_unfold(self.pages(), |mut pages| async move {
            let page = pages.next_page().await?;
            Ok::<_, Error>(page.map(|page| (stream::iter(page.events).map(Ok), pages)))
        });
        pages.try_flatten().boxed()
    }

    /// Follows the feed: reads page by page, and waits for what comes.
    pub fn follow(self) -> FollowFeed {
        FollowFeed {
            read: self,
            shortest: FollowFeed::SHORTEST,
            longest: FollowFeed::LONGEST,
            pause: Duration::ZERO,
            wake: Arc::default(),
        }
    }

    fn request(&self) -> Request {
        let mut url = self.client.address().feed();
        let mut add = |name, value: &str| {
            url.query_pairs_mut().append_pair(name, value);
        };
        if let Some(after) = &self.after {
            add("after", after);
        }
        if let Some(size) = self.page_size {
            add("limit", &size.to_string());
        }
        for name in &self.stream_types {
            add("stream-type", name.as_str());
        }
        for name in &self.event_types {
            add("event-type", name.as_str());
        }
        Request::get(url)
    }

    /// Reads the next page and moves behind it.
    async fn advance(&mut self) -> Result<FeedPage, Error> {
        let page = self.page().await?;
        let goes_round = page.has_more && self.after.as_deref() == Some(page.next.as_str());
        if goes_round {
            let describe = self.request().describe();
            return Err(Error::new(describe, Kind::PagesGoRound { key: page.next }));
        }
        self.after = Some(page.next.clone());
        Ok(page)
    }
}

/// The pages of the feed up to its end. Begun with [`ReadFeed::pages`].
#[derive(Debug)]
pub struct FeedPages {
    read: ReadFeed,
    has_ended: bool,
}

impl FeedPages {
    /// Reads the next page that holds an event; `None` when there is nothing more. After an error the same page is asked for again.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn next_page(&mut self) -> Result<Option<FeedPage>, Error> {
        while !self.has_ended {
            let page = self.read.advance().await?;
            self.has_ended = !page.has_more;
            if !page.events.is_empty() {
                return Ok(Some(page));
            }
        }
        Ok(None)
    }

    /// Where the reading stands: behind the last page, and behind what the filter passed over since. `None` before the first.
    pub fn cursor(&self) -> Option<&str> {
        self.read.after.as_deref()
    }
}

/// The pages of the feed as they come, for ever. Begun with [`ReadFeed::follow`].
///
/// After news the feed is looked at again a tenth of a second later, then after pauses that double, up to five seconds: a busy feed is
/// followed closely, and an idle one costs little.
///
/// ```
/// # use event_store_client::types::NewEvent;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let client = event_store_client::testing::InMemoryStore::new().client();
/// # client.create_stream(&"order".parse()?, NewEvent::of("placed".parse()?, &12)?).await?;
/// # let (kept, mut handled) = (None::<String>, 0);
/// let mut follow = match kept {
///     Some(cursor) => client.feed().after(cursor).follow(),
///     None => client.feed().follow(),
/// };
/// # while handled == 0 {
/// // Usually in a loop. After an error that is `is_retryable`, ask again.
/// let page = follow.next_page().await?;
/// for event in &page.events {
///     handled += event.revision.as_u64();
/// }
/// // Once its events are handled, keep `page.next` with what came of them.
/// # assert_eq!(follow.cursor(), Some(page.next.as_str()));
/// # }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is asked for until a page is"]
pub struct FollowFeed {
    read: ReadFeed,
    shortest: Duration,
    longest: Duration,
    pause: Duration,
    wake: Arc<Notify>,
}

impl FollowFeed {
    const SHORTEST: Duration = Duration::from_millis(100);
    const LONGEST: Duration = Duration::from_secs(5);

    /// Sets the pauses: after news, and the longest one without any.
    pub fn pauses(mut self, shortest: Duration, longest: Duration) -> Self {
        self.shortest = shortest;
        self.longest = longest.max(shortest);
        self
    }

    /// Sets what ends a pause.
    pub(crate) fn woken_by(mut self, wake: Arc<Notify>) -> Self {
        self.wake = wake;
        self
    }

    /// Waits for the next page that holds an event. After an error the same page is asked for again, after a pause.
    ///
    /// To give up waiting, drop the future: nothing is lost by it.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn next_page(&mut self) -> Result<FeedPage, Error> {
        loop {
            let page = self.look().await?;
            if !page.events.is_empty() {
                return Ok(page);
            }
        }
    }

    /// Looks once, after the pause that is due: the page may be empty.
    pub(crate) async fn look(&mut self) -> Result<FeedPage, Error> {
        // However often it is woken, it does not look more often than after news.
        let least = self.pause.min(self.shortest);
        sleep(least).await;
        let is_woken = timeout(self.pause.saturating_sub(least), self.wake.notified())
            .await
            .is_ok();
        if is_woken {
            self.pause = Duration::ZERO;
        }
        self.pause = (self.pause * 2).clamp(self.shortest, self.longest);
        let page = self.read.advance().await?;
        if page.has_more {
            self.pause = Duration::ZERO;
        } else if !page.events.is_empty() {
            self.pause = self.shortest;
        }
        Ok(page)
    }

    /// Follows event by event. An error is given out and does not end the stream: after a pause the same page is asked for again.
    pub fn into_stream(self) -> BoxStream<'static, Result<FeedEvent, Error>> {
        let pages = stream::unfold(self, |mut follow| async move {
            let items: Vec<Result<FeedEvent, Error>> = match follow.next_page().await {
                Ok(page) => page.events.into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            };
            Some((stream::iter(items), follow))
        });
        pages.flatten().boxed()
    }

    /// Where the reading stands: behind the last page, and behind what the filter passed over since. `None` before the first.
    pub fn cursor(&self) -> Option<&str> {
        self.read.after.as_deref()
    }
}
