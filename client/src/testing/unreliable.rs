//! A read model, or checkpoints, that fail on demand.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;

use crate::BoxError;
use crate::follow::{Advance, CheckpointKey, Checkpoints, Committed, Kept, Loaded, ReadModel};

/// A read model, or [`Checkpoints`], over another that fails where it is told to. Cheap to clone, if the other is: clones share what they
/// are told.
///
/// A follower that dies after a commit, and before it keeps how far it is, is one whose [`Lost::Call`]s to keep are lost:
///
/// ```
/// use event_store_client::Category;
/// use event_store_client::follow::InMemory;
/// use event_store_client::schema::Recorded;
/// use event_store_client::testing::{InMemoryStore, Lost, Unreliable};
/// # #[derive(serde::Serialize, serde::Deserialize)]
/// # enum OrderEvent { Placed(u64) }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let orders = Category::<OrderEvent>::new(InMemoryStore::new().client(), "order".parse()?);
/// orders.create([OrderEvent::Placed(12), OrderEvent::Placed(3)]).await?;
///
/// let totals = InMemory::<u64>::default();
/// let model = Unreliable::over(totals.clone());
/// let following = orders.follow("totals").project(
///     |event: &Recorded<OrderEvent>, total: &mut u64| {
///         let OrderEvent::Placed(amount) = event.data;
///         *total += amount;
///         Ok(())
///     },
///     model.clone(),
/// );
/// model.next_keeps([Lost::Call; 100]);
/// assert!(following.to_end().await.is_err());
/// // It begins again where it was, and counts nothing twice.
/// model.recover();
/// following.to_end().await?;
/// assert_eq!(totals.views("totals")[0].1, 15);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Unreliable<M> {
    over: M,
    script: Arc<Mutex<Script>>,
}

#[derive(Debug, Default)]
struct Script {
    keeps: VecDeque<Lost>,
    commits: VecDeque<Lost>,
}

/// What is lost of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lost {
    /// The call: it is not carried out, and fails.
    Call,
    /// The answer: it is carried out, and fails.
    Answer,
}

impl<M> Unreliable<M> {
    /// Stands before `over`, and lets everything pass for now.
    pub fn over(over: M) -> Self {
        Self {
            over,
            script: Arc::default(),
        }
    }

    /// Has the next attempts to keep how far a follower is fail so, one each, and those after them pass.
    pub fn next_keeps(&self, lost: impl IntoIterator<Item = Lost>) {
        self.script(|script| script.keeps.extend(lost));
    }

    /// Has the next commits of a projection fail so, one each, and those after them pass.
    pub fn next_commits(&self, lost: impl IntoIterator<Item = Lost>) {
        self.script(|script| script.commits.extend(lost));
    }

    /// Lets everything pass again, whatever was told before.
    pub fn recover(&self) {
        self.script(|script| *script = Script::default());
    }

    fn script<T>(&self, change: impl FnOnce(&mut Script) -> T) -> T {
        change(&mut self.script.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Lets `call` be made unless it is lost, and its answer be heard unless that is. A call may do its work before its future is polled.
async fn unless<T, Error: Into<BoxError>, Calling: Future<Output = Result<T, Error>>>(
    lost: Option<Lost>,
    call: impl FnOnce() -> Calling,
) -> Result<T, BoxError> {
    match lost {
        None => call().await.map_err(Into::into),
        Some(Lost::Call) => Err("the call is lost, as it was told".into()),
        Some(Lost::Answer) => {
            call().await.map_err(Into::into)?;
            Err("the answer is lost, as it was told".into())
        }
    }
}

impl<M: Checkpoints> Checkpoints for Unreliable<M> {
    fn kept<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Kept>, BoxError>> {
        self.over.kept(key)
    }

    fn keep<'a>(&'a self, key: &'a str, kept: Kept) -> BoxFuture<'a, Result<Committed, BoxError>> {
        let lost = self.script(|script| script.keeps.pop_front());
        Box::pin(async move { unless(lost, || self.over.keep(key, kept)).await })
    }
}

impl<M: ReadModel> ReadModel for Unreliable<M> {
    type Changes = M::Changes;
    type Error = BoxError;

    async fn load(&self, key: &CheckpointKey<'_>) -> Result<Loaded<M::Changes>, BoxError> {
        self.over.load(key).await.map_err(Into::into)
    }

    async fn commit(
        &self,
        key: &CheckpointKey<'_>,
        advance: Advance,
        changes: M::Changes,
    ) -> Result<Committed, BoxError> {
        let lost = self.script(|script| script.commits.pop_front());
        unless(lost, || self.over.commit(key, advance, changes)).await
    }
}
