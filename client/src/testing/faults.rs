//! Faults on demand.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::future::BoxFuture;
use http::Response;

use crate::transport::{NoAnswer, Request, Transport};

/// A transport over another that fails where it is told to. Cheap to clone: clones share what they are told.
///
/// ```
/// use event_store_client::testing::{Fault, Faults, InMemoryStore};
/// use event_store_client::types::NewEvent;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = InMemoryStore::new();
/// let faults = Faults::before(store.clone());
/// let client = store.client_builder().transport(faults.clone()).build()?;
///
/// faults.next([Fault::AnswerLost]);
/// let created = client.create_stream(&"order".parse()?, NewEvent::of("placed".parse()?, &12)?).await?;
/// assert!(created.replayed);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Faults {
    behind: Arc<dyn Transport>,
    script: Arc<Mutex<VecDeque<Option<Fault>>>>,
}

/// What goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The store cannot be reached: nothing is sent.
    Unreachable,
    /// The request is lost on its way: it is not carried out, and the client cannot know.
    RequestLost,
    /// The request is carried out, and its answer is lost.
    AnswerLost,
    /// The request is carried out, and what is answered is this status, without a body.
    Answered(u16),
}

impl Faults {
    /// Stands before `behind`, and lets everything pass for now.
    pub fn before(behind: impl Transport + 'static) -> Self {
        Self {
            behind: Arc::new(behind),
            script: Arc::default(),
        }
    }

    /// Lets the next requests fail so, one each, and those after them pass.
    pub fn next(&self, faults: impl IntoIterator<Item = Fault>) {
        self.script(faults.into_iter().map(Some));
    }

    /// Lets the next requests pass, and only those after them fail as they are told to.
    pub fn pass(&self, requests: usize) {
        self.script(std::iter::repeat_n(None, requests));
    }

    fn script(&self, steps: impl IntoIterator<Item = Option<Fault>>) {
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        script.extend(steps);
    }

    fn turn(&self) -> Option<Fault> {
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        script.pop_front().flatten()
    }
}

impl Transport for Faults {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response<Bytes>, NoAnswer>> {
        let fault = self.turn();
        Box::pin(async move {
            match fault {
                None => self.behind.send(request).await,
                Some(Fault::Unreachable) => Err(NoAnswer::unsent("unreachable, as it was told")),
                Some(Fault::RequestLost) => Err(NoAnswer::lost("lost on its way, as it was told")),
                Some(Fault::AnswerLost) => {
                    self.behind.send(request).await?;
                    Err(NoAnswer::lost("the answer lost, as it was told"))
                }
                Some(Fault::Answered(status)) => {
                    self.behind.send(request).await?;
                    Response::builder()
                        .status(status)
                        .body(Bytes::new())
                        .map_err(NoAnswer::lost)
                }
            }
        })
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Faults")
            .field("behind", &self.behind)
            .finish_non_exhaustive()
    }
}
