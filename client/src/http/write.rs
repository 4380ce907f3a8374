//! Writing: once, or once more.

use event_store_types::wire::StreamBody;
use event_store_types::{EventId, ExpectedRevision, NewEvent};
use http::Method;
use serde::Serialize;

use super::address::Address;
use super::appended::Appended;
use super::connection::Before;
use super::transport::Request;
use super::unsettled::Unsettled;
use super::{Client, Error};

impl Unsettled {
    /// The request that carries it out.
    fn request(&self, address: &Address) -> Result<Request, Error> {
        let url = address.events(&self.stream_type, self.stream_id);
        let body = Body {
            expected_revision: self.expected_revision,
            events: &self.events,
        };
        Request::with_body(Method::POST, url, &body)
    }
}

/// The body of an append, of events that stay where they are.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    expected_revision: ExpectedRevision,
    events: &'a [NewEvent],
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
        let request = write.request(self.address())?;
        let answer = self.connection().send_after::<StreamBody>(before, &request).await;
        match answer {
            Ok(answer) => Ok(answer.into()),
            Err(error) => Err(error.of_write(write)),
        }
    }
}
