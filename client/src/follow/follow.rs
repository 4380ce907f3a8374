//! What is followed.

use std::collections::BTreeSet;
use std::sync::Arc;

use event_store_types::{Payload, StreamType, Timestamp};

use super::following::Following;
use super::projector::Projector;
use super::reactor::Reactor;
use super::schedule::Rules;
use super::{Cause, Checkpoints, Projection, Reaction, ReadModel};
use crate::schema::{Recorded, Schema};
use crate::{BoxError, Category, Client};

/// What is followed, and under which name. Begun with [`Category::follow`], or with [`Follow::new`] for the events of several types of
/// streams, or as they are stored.
///
/// The name is what everything is kept under. Whoever makes something else of the same events gets another name, and so begins at the
/// beginning.
#[derive(Clone, Debug)]
#[must_use = "nothing is followed before it is projected or reacted to, and run"]
pub struct Follow<E> {
    pub(super) client: Client,
    pub(super) name: String,
    pub(super) schema: Schema<E>,
    pub(super) stream_types: BTreeSet<StreamType>,
    pub(super) begins_at_end: bool,
    since: Option<Timestamp>,
}

impl Follow<Payload> {
    /// Follows the events of all streams, each with its payload as it is stored. No type of event is unknown then.
    pub fn new(client: &Client, name: impl Into<String>) -> Self {
        Self {
            client: client.clone(),
            name: name.into(),
            schema: Schema::stored(),
            stream_types: BTreeSet::new(),
            begins_at_end: false,
            since: None,
        }
    }
}

impl<E: Send + 'static> Follow<E> {
    /// Reads the events by `schema` instead.
    pub fn schema<Other>(self, schema: Schema<Other>) -> Follow<Other> {
        Follow {
            schema,
            client: self.client,
            name: self.name,
            stream_types: self.stream_types,
            begins_at_end: self.begins_at_end,
            since: self.since,
        }
    }

    /// Follows only streams of these types, and of those named before.
    pub fn stream_types(mut self, types: impl IntoIterator<Item = StreamType>) -> Self {
        self.stream_types.extend(types);
        self
    }

    /// Begins where the feed ends when the follower is run for the first time: what has happened before is not handled, but for streams
    /// that go on, which a read model takes in from their beginning.
    pub fn from_end(mut self) -> Self {
        self.begins_at_end = true;
        self
    }

    /// Reacts only to events that were appended at `moment` or later. Others are passed over, wherever the events come from. A read model
    /// has all events of its streams, whatever is said here.
    pub fn since(mut self, moment: Timestamp) -> Self {
        self.since = Some(moment);
        self
    }

    /// Keeps what `projection` makes of the events in `model`, exactly once each.
    pub fn project<P, Model>(self, projection: P, model: Model) -> Following
    where
        P: Projection<E, Model::Changes> + 'static,
        Model: ReadModel + 'static,
    {
        let model = Arc::new(model);
        let projector = Projector {
            name: self.name.clone(),
            source: self.client.clone(),
            schema: self.schema.clone(),
            projection,
            model: Arc::clone(&model),
            events_a_commit: Following::PAGE_OF_PROJECTIONS,
        };
        Following::new(
            self,
            projector,
            model,
            Rules::PROJECTING,
            Following::PAGE_OF_PROJECTIONS,
        )
    }

    /// The same with a closure, whose types follow from what is followed and where it is kept.
    ///
    /// Streams are handled side by side, so that a closure that keeps something itself shares it: in an atomic, or behind a lock.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU64, Ordering};
    ///
    /// use event_store_client::follow::InMemory;
    /// # use event_store_client::Category;
    /// # #[derive(serde::Serialize, serde::Deserialize)]
    /// # enum OrderEvent { Placed { total: u64 }, Paid }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let client = event_store_client::testing::InMemoryStore::new().client();
    /// # let orders = Category::<OrderEvent>::new(client, "order".parse()?);
    /// # orders.create([OrderEvent::Placed { total: 12 }, OrderEvent::Paid]).await?;
    /// static PAYMENTS: AtomicU64 = AtomicU64::new(0);
    ///
    /// let due = InMemory::<u64>::default();
    /// let following = orders.follow("due").project_with(
    ///     |event, due| {
    ///         match event.data {
    ///             OrderEvent::Placed { total } => *due += total,
    ///             OrderEvent::Paid => {
    ///                 *due = 0;
    ///                 PAYMENTS.fetch_add(1, Ordering::Relaxed);
    ///             }
    ///         }
    ///         Ok(())
    ///     },
    ///     due.clone(),
    /// );
    /// following.to_end().await?;
    /// assert_eq!((due.views("due")[0].1, PAYMENTS.load(Ordering::Relaxed)), (0, 1));
    /// # Ok(())
    /// # }
    /// ```
    pub fn project_with<Model>(
        self,
        apply: impl Fn(&Recorded<E>, &mut Model::Changes) -> Result<(), BoxError> + Send + Sync + 'static,
        model: Model,
    ) -> Following
    where
        Model: ReadModel + 'static,
    {
        self.project(apply, model)
    }

    /// Does what `reaction` says, at least once for each event, and keeps in `checkpoints` how far it is.
    pub fn react<R>(self, reaction: R, checkpoints: impl Checkpoints + 'static) -> Following
    where
        R: Reaction<E> + 'static,
    {
        let checkpoints: Arc<dyn Checkpoints> = Arc::new(checkpoints);
        let reactor = Reactor {
            name: self.name.clone(),
            source: self.client.clone(),
            schema: self.schema.clone(),
            reaction,
            since: self.since,
            checkpoints: Arc::clone(&checkpoints),
        };
        Following::new(
            self,
            reactor,
            checkpoints,
            Rules::REACTING,
            Following::PAGE_OF_REACTIONS,
        )
    }

    /// The same with a closure that gives a future, whose types follow from what is followed.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    ///
    /// use event_store_client::follow::InMemory;
    /// # use event_store_client::Category;
    /// # #[derive(serde::Serialize, serde::Deserialize)]
    /// # enum OrderEvent { Placed { total: u64 }, Paid }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let client = event_store_client::testing::InMemoryStore::new().client();
    /// # let orders = Category::<OrderEvent>::new(client, "order".parse()?);
    /// # orders.create([OrderEvent::Placed { total: 12 }, OrderEvent::Paid]).await?;
    /// let invoices = Arc::new(Mutex::new(Vec::new()));
    /// let written = Arc::clone(&invoices);
    /// let following = orders.follow("invoices").react_with(
    ///     move |event, cause| {
    ///         let written = Arc::clone(&written);
    ///         async move {
    ///             if let OrderEvent::Placed { total } = event.data {
    ///                 written.lock().map_err(|_| "poisoned")?.push((cause.id(), total));
    ///             }
    ///             Ok(())
    ///         }
    ///     },
    ///     InMemory::<()>::default(),
    /// );
    /// following.to_end().await?;
    /// assert_eq!(invoices.lock().map_err(|_| "poisoned")?.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn react_with<Reacting>(
        self,
        react: impl Fn(Recorded<E>, Cause) -> Reacting + Send + Sync + 'static,
        checkpoints: impl Checkpoints + 'static,
    ) -> Following
    where
        Reacting: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.react(react, checkpoints)
    }
}

impl<E: Send + 'static> Category<E> {
    /// Starts to follow the events of these streams under a name.
    pub fn follow(&self, name: impl Into<String>) -> Follow<E> {
        Follow::new(self.client(), name)
            .stream_types([self.stream_type().clone()])
            .schema(self.schema().clone())
    }
}
