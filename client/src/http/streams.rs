//! Listing the streams of a type.

use event_store_types::wire::StreamPageBody;
use event_store_types::{Stream, StreamPage, StreamType, Timestamp};
use futures::stream::BoxStream;

use super::kind::Kind;
use super::pages::{Extent, Page, Paged, Pages};
use super::poll::PollStreams;
use super::transport::Request;
use super::{Client, Error};

impl Client {
    /// Starts to list the streams of a type, oldest update first.
    ///
    /// The listing is filled with a delay, and a stream that is updated moves to its end. Whoever asks again and again for what is
    /// new does so with [`ListStreams::polling`].
    ///
    /// ```
    /// use futures::TryStreamExt;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let client = event_store_client::testing::InMemoryStore::new().client();
    /// let order = "order".parse()?;
    /// let mut streams = client.streams(&order).into_stream();
    /// while let Some(stream) = streams.try_next().await? {
    ///     println!("{} is at {}", stream.stream_id, stream.revision);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn streams(&self, stream_type: &StreamType) -> ListStreams {
        ListStreams {
            source: Source {
                client: self.clone(),
                stream_type: stream_type.clone(),
                updated_after: None,
            },
            page_key: None,
            extent: Extent::default(),
        }
    }
}

/// Which streams to list. Begun with [`Client::streams`].
#[derive(Clone, Debug)]
#[must_use = "nothing is listed until a page or the stream is asked for"]
pub struct ListStreams {
    source: Source,
    page_key: Option<String>,
    extent: Extent,
}

impl ListStreams {
    /// Lists only streams updated at `moment` or later.
    pub fn updated_after(mut self, moment: Timestamp) -> Self {
        self.source.updated_after = Some(moment);
        self
    }

    /// Continues where a page ended: with its [`StreamPage::next_page_key`], of the same stream type.
    pub fn page_key(mut self, key: impl Into<String>) -> Self {
        self.page_key = Some(key.into());
        self
    }

    /// Lists at most `count` streams altogether.
    pub fn limit(mut self, count: u64) -> Self {
        self.extent.limit = Some(count);
        self
    }

    /// Asks for at most `count` streams a page, between 1 and 100; the store decides when not set.
    pub fn page_size(mut self, count: u16) -> Self {
        self.extent.page_size = Some(count);
        self
    }

    /// Lists one page as the store answers it, for whoever hands pages on. The limit is not looked at.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn page(&self) -> Result<StreamPage, Error> {
        let key = self.page_key.as_deref();
        self.source.page(key, self.extent.page_size).await
    }

    /// Lists the streams page by page, each when it is asked for.
    pub fn pages(self) -> StreamPages {
        StreamPages(self.into_pages())
    }

    /// Lists the streams one by one, page by page: while those of one page are worked on, the next page is read, and no other.
    /// Must be polled within a Tokio runtime. Ends with the first error.
    pub fn into_stream(self) -> BoxStream<'static, Result<Stream, Error>> {
        self.into_pages().into_items()
    }

    /// Asks again and again for streams that were updated. Neither the limit nor the page key is looked at.
    pub fn polling(self) -> PollStreams {
        let since = self.source.updated_after;
        let list = Self {
            page_key: None,
            extent: Extent {
                limit: None,
                ..self.extent
            },
            ..self
        };
        PollStreams::new(list, since)
    }

    fn into_pages(self) -> Pages<Source> {
        Pages::new(self.source, self.page_key, self.extent)
    }
}

/// The pages of a listing. Begun with [`ListStreams::pages`].
#[derive(Debug)]
pub struct StreamPages(Pages<Source>);

impl StreamPages {
    /// Lists the next page that holds a stream; `None` when there is nothing more. After an error the same page is asked for again.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn next_page(&mut self) -> Result<Option<Vec<Stream>>, Error> {
        self.0.next_page().await
    }
}

/// Where the streams come from.
#[derive(Clone, Debug)]
struct Source {
    client: Client,
    stream_type: StreamType,
    updated_after: Option<Timestamp>,
}

impl Source {
    async fn page(&self, key: Option<&str>, size: Option<u16>) -> Result<StreamPage, Error> {
        let request = self.request(key, size);
        let answer = self.client.connection().send::<StreamPageBody>(&request).await?;
        Ok(answer.body.stream_page)
    }

    fn request(&self, key: Option<&str>, size: Option<u16>) -> Request {
        let mut url = self.client.address().streams(&self.stream_type);
        let mut add = |name, value: &str| {
            url.query_pairs_mut().append_pair(name, value);
        };
        if let Some(moment) = self.updated_after {
            add("updated-after", &moment.to_string());
        }
        if let Some(key) = key {
            add("stream-next-page-key", key);
        }
        if let Some(size) = size {
            add("limit", &size.to_string());
        }
        Request::get(url)
    }
}

impl Paged for Source {
    type Item = Stream;
    type Key = String;
    const LARGEST_PAGE: u16 = 100;

    fn describe(&self) -> String {
        self.request(None, None).describe()
    }

    async fn read(&self, from: Option<String>, size: Option<u16>) -> Result<Page<Stream, String>, Error> {
        let page = self.page(from.as_deref(), size).await?;
        let next = match page.next_page_key {
            None if page.has_more => return Err(Error::new(self.describe(), Kind::PageWithoutKey)),
            key => key.filter(|_| page.has_more),
        };
        Ok(Page {
            items: page.streams,
            next,
        })
    }
}
