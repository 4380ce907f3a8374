//! A follower, ready to be run.

use std::convert::Infallible;
use std::fmt;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use event_store_types::{Notification, Stream, StreamType};
use futures::future::ready;
use tokio::sync::Notify;

use super::consumer::{Consumer, Unknown};
use super::drive::{Goal, drive};
use super::follow::Follow;
use super::origin::Origin;
use super::schedule::Rules;
use super::{CheckpointKey, Checkpoints, FollowError, Progress, StreamError};
use crate::Client;
use crate::http::ReadFeed;
use crate::notification::Handler;

/// A follower: what is followed, what is done about it, and how.
///
/// It is run in one of these ways, and does the same in each:
/// - [`Self::until`] follows the feed until it is told to stop, and [`Self::to_end`] as far as the feed goes;
/// - beside that, `sqs::Receiver::run` takes [`Self::waking`], so that the feed is looked at when there is news, and seldom without;
/// - `sqs::Receiver::run` and `lambda::Function::new` take it as a handler of notifications, which handles each stream that has moved, and
///   does not read the feed.
///
/// Streams are handled side by side, and the events of each in their order. An event that cannot be handled holds its stream, and no
/// other: it is tried again after a pause that grows, for ever unless [`Self::park_after`] says otherwise. Run by notifications,
/// that is the queue's part.
///
/// ```
/// use event_store_client::follow::InMemory;
/// use event_store_client::schema::Recorded;
/// # use event_store_client::Category;
/// # use serde::{Deserialize, Serialize};
/// #[derive(Serialize, Deserialize)]
/// enum OrderEvent { Placed(u64) }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let client = event_store_client::testing::InMemoryStore::new().client();
/// let orders = Category::<OrderEvent>::new(client, "order".parse()?);
/// orders.create([OrderEvent::Placed(12), OrderEvent::Placed(3)]).await?;
///
/// let totals = InMemory::default();
/// let following = orders.follow("totals").project(
///     |event: &Recorded<OrderEvent>, total: &mut u64| {
///         let OrderEvent::Placed(amount) = event.data;
///         *total += amount;
///         Ok(())
///     },
///     totals.clone(),
/// );
/// let progress = following.to_end().await?;
/// assert_eq!((progress.handled, totals.views("totals")[0].1), (2, 15));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "nothing is followed before it is run"]
pub struct Following {
    pub(super) client: Client,
    pub(super) name: String,
    pub(super) stream_types: Arc<[StreamType]>,
    pub(super) begins_at_end: bool,
    pub(super) consumer: Arc<dyn Consumer>,
    pub(super) checkpoints: Arc<dyn Checkpoints>,
    pub(super) origin: Arc<Origin>,
    pub(super) unknown: Arc<Unknown>,
    pub(super) rules: Rules,
    pub(super) page_size: u16,
    pub(super) concurrency: usize,
    pub(super) pauses: (Duration, Duration),
    pub(super) wake: Arc<Notify>,
    pub(super) time_limit: Duration,
    pub(super) is_counting: bool,
    pub(super) on_progress: Arc<dyn Fn(&Progress) + Send + Sync>,
    pub(super) on_failure: Arc<dyn Fn(&StreamError) + Send + Sync>,
}

impl Following {
    /// A page of a thousand costs a tenth of the requests of ten of a hundred, and a projection commits what it has of a stream at once.
    pub(super) const PAGE_OF_PROJECTIONS: u16 = 1_000;
    pub(super) const PAGE_OF_REACTIONS: u16 = 100;

    pub(super) fn new<E>(
        follow: Follow<E>,
        consumer: impl Consumer + 'static,
        checkpoints: Arc<dyn Checkpoints>,
        rules: Rules,
        page_size: u16,
    ) -> Self {
        let origin = Origin::new(follow.client.clone(), Arc::clone(&checkpoints), &follow.name);
        Self {
            client: follow.client,
            unknown: Arc::new(Unknown::new(follow.name.clone(), |_| ())),
            name: follow.name,
            stream_types: follow.stream_types.into_iter().collect(),
            begins_at_end: follow.begins_at_end,
            consumer: Arc::new(consumer),
            checkpoints,
            origin: Arc::new(origin),
            rules,
            page_size,
            concurrency: 8,
            pauses: (Duration::from_millis(100), Duration::from_secs(5)),
            wake: Arc::default(),
            time_limit: Duration::from_mins(5),
            is_counting: false,
            on_progress: Arc::new(|_| ()),
            on_failure: Arc::new(|_| ()),
        }
    }

    /// The name that it is kept under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Follows the feed until `shutdown` is done. What is being handled then is finished, and how far it is is kept.
    ///
    /// A store that does not answer is asked again and again. Two that run under one name do no harm, and no good: each stream is handled by
    /// both.
    ///
    /// # Errors
    /// See [`FollowError`].
    ///
    /// # Panics
    /// Outside a tokio runtime with time.
    pub async fn until(&self, shutdown: impl Future<Output = ()> + Send) -> Result<Progress, FollowError> {
        drive(self, Goal::ForEver, shutdown).await
    }

    /// Has the feed looked at now, by the one run of this follower that waits for news or will be the next to. It loses nothing to wake it in
    /// vain.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// A handler of notifications that [wakes](Self::wake) this follower, which is run beside it: the events come from the feed, and the
    /// notifications say when to look. So a queue may lose them, or hold them back, and no event is lost.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # use event_store_client::follow::Following;
    /// # use event_store_client::notification::Handler;
    /// # async fn receive(handler: impl Handler) {}
    /// # async fn example(following: Following) -> Result<(), Box<dyn std::error::Error>> {
    /// let following = following.pauses(Duration::from_millis(100), Duration::from_mins(5));
    /// // `receiver.run(following.waking()).until(…)` of a `sqs::Receiver`, say.
    /// let receiving = receive(following.waking());
    /// tokio::select! {
    ///     followed = following.run() => println!("{}", followed?),
    ///     () = receiving => println!("the queue is gone"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn waking(&self) -> impl Handler<Error = Infallible> + Clone + 'static {
        let following = self.clone();
        move |notification: Notification| {
            if following.follows(&notification.stream_type) {
                following.wake();
            }
            ready(Ok::<_, Infallible>(()))
        }
    }

    /// Follows the feed for ever, or until it is dropped. [`Self::until`] ends it gracefully.
    ///
    /// # Errors
    /// See [`FollowError`].
    pub async fn run(&self) -> Result<Progress, FollowError> {
        self.until(pending()).await
    }

    /// Follows the feed to its end. A rebuild is that, under a name that is new or has not come to the end.
    ///
    /// An event that cannot be handled is tried three times.
    ///
    /// # Errors
    /// See [`FollowError`]; [`FollowError::Incomplete`] when everything is handled that can be, and some streams are held.
    pub async fn to_end(&self) -> Result<Progress, FollowError> {
        self.to_end_or(pending()).await
    }

    /// Follows the feed to its end, or until `shutdown` is done: then what is being handled is finished, and how far it is is kept.
    /// [`Progress::has_reached_end`] tells which. In a Lambda function, `shutdown` is the moment to answer at.
    ///
    /// # Errors
    /// See [`Self::to_end`].
    pub async fn to_end_or(
        &self,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<Progress, FollowError> {
        drive(self, Goal::End, shutdown).await
    }

    /// Brings one stream into the read model at least as far as `stream` says, past the feed: so that whoever has appended reads what they
    /// wrote. A follower that reacts leaves this to its source.
    ///
    /// # Errors
    /// See [`StreamError`].
    pub async fn catch_up(&self, stream: &Stream) -> Result<(), StreamError> {
        if !self.consumer.is_exactly_once() {
            return Ok(());
        }
        self.handle(Notification::new(
            stream.stream_type.clone(),
            stream.stream_id,
            stream.revision,
        ))
        .await
    }

    pub(super) fn feed(&self) -> ReadFeed {
        self.client
            .feed()
            .stream_types(self.stream_types.iter().cloned())
            .page_size(self.page_size)
    }

    /// Whether streams of this type are followed.
    fn follows(&self, stream_type: &StreamType) -> bool {
        self.stream_types.is_empty() || self.stream_types.contains(stream_type)
    }
}

impl Handler for Following {
    type Error = StreamError;

    async fn handle(&self, notification: Notification) -> Result<(), StreamError> {
        if !self.follows(&notification.stream_type) {
            return Ok(());
        }
        let checked = self.origin.check_once(&notification).await;
        let stream = (notification.stream_type, notification.stream_id);
        if let Err(error) = checked {
            let key = CheckpointKey::new(&self.name, &stream.0, stream.1);
            return Err(error.into_reason().of(&key));
        }
        let forward = self
            .consumer
            .bring_forward(&stream, notification.stream_revision, &self.unknown);
        let outcome = forward.await;
        outcome.error(&self.name, &stream).map(drop)
    }
}

impl fmt::Debug for Following {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Following")
            .field("name", &self.name)
            .field("stream_types", &self.stream_types)
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}
