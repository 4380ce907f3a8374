//! Listing the streams of a type.

use event_store_types::{Stream, StreamPage, StreamPageBody, StreamType, Timestamp};
use futures::stream::BoxStream;

use super::error::Kind;
use super::pages::{Extent, Page, items};
use super::transport::Request;
use super::{Client, Error};

impl Client {
    /// Starts to list the streams of a type, oldest update first.
    ///
    /// The listing is filled with a delay, and a stream that is updated moves to its end: whoever polls for
    /// updates begins some minutes before where they ended, and drops what they have seen.
    pub fn streams(&self, stream_type: &StreamType) -> ListStreams {
        ListStreams {
            client: self.clone(),
            stream_type: stream_type.clone(),
            updated_after: None,
            page_key: None,
            extent: Extent::default(),
        }
    }
}

/// Which streams to list. Begun with [`Client::streams`].
#[derive(Clone, Debug)]
#[must_use = "nothing is listed until a page or the stream is asked for"]
pub struct ListStreams {
    client: Client,
    stream_type: StreamType,
    updated_after: Option<Timestamp>,
    page_key: Option<String>,
    extent: Extent,
}

impl ListStreams {
    /// Lists only streams updated at `moment` or later.
    pub fn updated_after(mut self, moment: Timestamp) -> Self {
        self.updated_after = Some(moment);
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

    /// Asks for at most `count` streams a page, between 1 and 1,000; the store decides when not set.
    pub fn page_size(mut self, count: u16) -> Self {
        self.extent.page_size = Some(count);
        self
    }

    /// Lists one page. The limit is not looked at.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn page(&self) -> Result<StreamPage, Error> {
        let request = self.request(self.page_key.as_deref(), self.extent.page_size);
        Ok(self
            .client
            .transport()
            .send::<StreamPageBody>(&request)
            .await?
            .body
            .stream_page)
    }

    /// Lists the streams page by page, as they are asked for. Ends with the first error.
    pub fn into_stream(self) -> BoxStream<'static, Result<Stream, Error>> {
        let description = format!("GET {}", self.client.address().streams(&self.stream_type).path());
        items(
            description,
            self.page_key.clone(),
            self.extent,
            move |key, size| {
                let list = self.clone();
                async move {
                    let request = list.request(key.as_deref(), size);
                    let page = list
                        .client
                        .transport()
                        .send::<StreamPageBody>(&request)
                        .await?
                        .body
                        .stream_page;
                    match (page.has_more, page.next_page_key) {
                        (true, None) => Err(request.error(Kind::PageWithoutKey)),
                        (true, next) => Ok(Page {
                            items: page.streams,
                            next,
                        }),
                        (false, _) => Ok(Page {
                            items: page.streams,
                            next: None,
                        }),
                    }
                }
            },
        )
    }

    fn request(&self, page_key: Option<&str>, size: Option<u16>) -> Request {
        let mut url = self.client.address().streams(&self.stream_type);
        if let Some(moment) = self.updated_after {
            url.query_pairs_mut()
                .append_pair("updated-after", &moment.to_string());
        }
        if let Some(key) = page_key {
            url.query_pairs_mut().append_pair("stream-next-page-key", key);
        }
        if let Some(size) = size {
            url.query_pairs_mut().append_pair("limit", &size.to_string());
        }
        Request::get(url)
    }
}
