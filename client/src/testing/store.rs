//! A store in memory.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use event_store_types::{Notification, Timestamp};
use futures::future::BoxFuture;
use http::Response;

use super::answer::answer;
use super::state::State;
use crate::transport::{NoAnswer, Request, Transport};
use crate::{Client, ClientBuilder, RetryPolicy};

/// An event store in memory: behind the same [`Client`] as one that is deployed, and with the same answers, but for the wording of
/// what is wrong with a malformed request.
///
/// Requests stay in the process; but for the network all of the client's own code runs, retries and paging included. The listing and
/// the feed are up to date at once. Cheap to clone: clones are the same store.
///
/// ```
/// use event_store_client::testing::InMemoryStore;
/// use event_store_client::types::NewEvent;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = InMemoryStore::new();
/// let client = store.client();
/// let order = "order".parse()?;
/// let created = client.create_stream(&order, NewEvent::of("placed".parse()?, &12)?).await?;
/// assert_eq!(client.stream(&order, created.stream.stream_id).await?, created.stream);
/// assert_eq!(store.take_notifications().len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct InMemoryStore {
    state: Arc<Mutex<State>>,
}

impl InMemoryStore {
    /// A store without streams.
    pub fn new() -> Self {
        Self::default()
    }

    /// A client of the store, which pauses a millisecond where it would pause for longer.
    ///
    /// # Panics
    /// Never: the address is fixed, and nothing else can be wrong.
    pub fn client(&self) -> Client {
        let built = self.client_builder().build();
        #[expect(
            clippy::expect_used,
            reason = "the base URL is one, and nothing else can be wrong"
        )]
        built.expect("a client without TLS, of a fixed address")
    }

    /// Starts a client of the store.
    pub fn client_builder(&self) -> ClientBuilder {
        let brief = std::time::Duration::from_millis(1);
        Client::builder("http://in-memory.invalid")
            .transport(self.clone())
            .retry(RetryPolicy::default().first_pause(brief).longest_pause(brief))
    }

    /// Stops the store's clock at `moment`: what is appended from now on is appended then, or when its stream was updated last if
    /// that is later.
    pub fn set_time(&self, moment: Timestamp) {
        self.lock().time = Some(moment);
    }

    /// What the store has announced since this was called last: one notification for each event, in the order of the appends. A
    /// deployed store announces on SNS, at least once and in no certain order.
    pub fn take_notifications(&self) -> Vec<Notification> {
        std::mem::take(&mut self.lock().notifications)
    }

    /// Has the feed give its last `count` events once more, as a deployed one may after a relay was cut off.
    pub fn repeat_in_feed(&self, count: usize) {
        self.lock().feed.repeat(count);
    }

    /// Has the feed give its last `count` events in another order than that of the appends, as a deployed one may: those of each stream
    /// keep theirs. For events that nobody has read yet.
    pub fn disorder_in_feed(&self, count: usize) {
        self.lock().feed.disorder(count);
    }

    /// Makes the feed anew, as when its table is lost: cursors that were given out lead nowhere
    /// ([`Error::is_feed_begun_anew`](crate::Error::is_feed_begun_anew)).
    pub fn begin_feed_anew(&self) {
        self.lock().feed.begin_anew();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for InMemoryStore {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response<Bytes>, NoAnswer>> {
        Box::pin(async move {
            let mut state = self.lock();
            state.requests += 1;
            let request_id = format!("in-memory-{}", state.requests);
            Ok(answer(&mut state, &request, &request_id))
        })
    }
}

impl fmt::Debug for InMemoryStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("InMemoryStore").finish_non_exhaustive()
    }
}
