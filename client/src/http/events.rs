//! Reading the events of a stream.

use event_store_types::{Event, EventPage, EventPageBody, Revision, StreamId, StreamType};
use futures::stream::BoxStream;

use super::pages::{Extent, Page, items};
use super::transport::Request;
use super::{Client, Error};

impl Client {
    /// Starts to read the events of a stream, oldest first.
    pub fn events(&self, stream_type: &StreamType, stream_id: StreamId) -> ReadEvents {
        ReadEvents {
            client: self.clone(),
            stream_type: stream_type.clone(),
            stream_id,
            after: None,
            extent: Extent::default(),
        }
    }
}

/// Which events to read. Begun with [`Client::events`].
#[derive(Clone, Debug)]
#[must_use = "nothing is read until a page or the stream is asked for"]
pub struct ReadEvents {
    client: Client,
    stream_type: StreamType,
    stream_id: StreamId,
    after: Option<Revision>,
    extent: Extent,
}

impl ReadEvents {
    /// Reads only what comes after `revision`.
    pub fn after(mut self, revision: Revision) -> Self {
        self.after = Some(revision);
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

    /// Reads one page. [`EventPage::last_evaluated_revision`] is where the next one begins; the limit is not
    /// looked at.
    ///
    /// # Errors
    /// See [`Error`]; not found when there is no such stream under that type.
    pub async fn page(&self) -> Result<EventPage, Error> {
        self.page_after(self.after, self.extent.page_size).await
    }

    /// Reads the events page by page, as they are asked for. Ends with the first error.
    pub fn into_stream(self) -> BoxStream<'static, Result<Event, Error>> {
        let request = format!(
            "GET {}",
            self.client
                .address()
                .events(&self.stream_type, self.stream_id)
                .path()
        );
        items(request, self.after, self.extent, move |after, size| {
            let read = self.clone();
            async move {
                let page = read.page_after(after, size).await?;
                let next = page.has_more.then_some(page.last_evaluated_revision);
                Ok(Page {
                    items: page.events,
                    next,
                })
            }
        })
    }

    async fn page_after(&self, after: Option<Revision>, size: Option<u16>) -> Result<EventPage, Error> {
        let mut url = self.client.address().events(&self.stream_type, self.stream_id);
        if let Some(revision) = after {
            url.query_pairs_mut()
                .append_pair("after-revision", &revision.to_string());
        }
        if let Some(size) = size {
            url.query_pairs_mut().append_pair("limit", &size.to_string());
        }
        let answer = self
            .client
            .transport()
            .send::<EventPageBody>(&Request::get(url))
            .await?;
        Ok(answer.body.event_page)
    }
}
