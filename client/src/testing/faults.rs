//! Faults on demand.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Method, Response};

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
    script: Arc<Mutex<Script>>,
}

/// What the next requests are in for: of any operation, and of each.
#[derive(Default)]
struct Script {
    any: VecDeque<Option<Fault>>,
    of: HashMap<Operation, VecDeque<Fault>>,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// To append, or to create a stream.
    Append,
    /// To read a stream: its events, or where it stands.
    ReadStream,
    /// To read the feed.
    ReadFeed,
    /// To list streams, or their types.
    List,
}

impl Operation {
    fn of(request: &Request) -> Self {
        let path = request.url.path();
        if request.method != Method::GET {
            Self::Append
        } else if path.ends_with("/feed") {
            Self::ReadFeed
        } else if path.ends_with("/events") || path.ends_with("/details") {
            Self::ReadStream
        } else {
            Self::List
        }
    }
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
    /// The request is carried out, and never answered: only a time-out ends it.
    Hangs,
    /// The request is carried out, and answered so much later.
    Delayed(Duration),
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
        self.script().any.extend(faults.into_iter().map(Some));
    }

    /// Lets the next requests pass, and only those after them fail as they are told to.
    pub fn pass(&self, requests: usize) {
        self.script().any.extend(std::iter::repeat_n(None, requests));
    }

    /// Lets the next appends fail so, one each, whatever is read meanwhile.
    pub fn next_appends(&self, faults: impl IntoIterator<Item = Fault>) {
        self.next_of(Operation::Append, faults);
    }

    /// Lets the next requests of an operation fail so, one each, and all others pass. What [`Self::next`] says comes first.
    pub fn next_of(&self, operation: Operation, faults: impl IntoIterator<Item = Fault>) {
        self.script().of.entry(operation).or_default().extend(faults);
    }

    /// Lets everything pass again, whatever was told before.
    pub fn recover(&self) {
        *self.script() = Script::default();
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self, operation: Operation) -> Option<Fault> {
        let mut script = self.script();
        if let Some(turn) = script.any.pop_front() {
            return turn;
        }
        script.of.get_mut(&operation)?.pop_front()
    }
}

impl Transport for Faults {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response<Bytes>, NoAnswer>> {
        let fault = self.turn(Operation::of(&request));
        Box::pin(async move {
            match fault {
                None => self.behind.send(request).await,
                Some(Fault::Unreachable) => Err(NoAnswer::unsent("unreachable, as it was told")),
                Some(Fault::RequestLost) => Err(NoAnswer::lost("lost on its way, as it was told")),
                Some(Fault::AnswerLost) => {
                    self.behind.send(request).await?;
                    Err(NoAnswer::lost("the answer lost, as it was told"))
                }
                Some(Fault::Hangs) => {
                    self.behind.send(request).await?;
                    std::future::pending().await
                }
                Some(Fault::Delayed(pause)) => {
                    let answer = self.behind.send(request).await;
                    tokio::time::sleep(pause).await;
                    answer
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
