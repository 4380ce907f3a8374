//! A follower, ready to be run.

use std::convert::Infallible;
use std::fmt;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use event_store_types::{Event, Notification, Revision, Stream, StreamId, StreamType};
use futures::future::ready;
use tokio::sync::Notify;

use super::consumer::{Consumer, Unknown};
use super::drive::{Goal, drive};
use super::follow::Follow;
use super::keeper::Keeper;
use super::schedule::Rules;
use super::{Checkpoint, Checkpoints, FollowError, HeldStream, Progress, StreamError};
use crate::Client;
use crate::backoff::Backoff;
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
    const PAGE_OF_REACTIONS: u16 = 100;

    pub(super) fn projecting<E>(
        follow: Follow<E>,
        consumer: impl Consumer + 'static,
        checkpoints: Arc<dyn Checkpoints>,
    ) -> Self {
        let rules = Rules {
            backoff: Self::BACKOFF,
            park_after: None,
            events_at_once: Self::PAGE_OF_PROJECTIONS.into(),
            keeps_ahead: false,
        };
        Self::new(follow, consumer, checkpoints, rules, Self::PAGE_OF_PROJECTIONS)
    }

    pub(super) fn reacting<E>(
        follow: Follow<E>,
        consumer: impl Consumer + 'static,
        checkpoints: Arc<dyn Checkpoints>,
    ) -> Self {
        let rules = Rules {
            backoff: Self::BACKOFF,
            park_after: None,
            events_at_once: 1,
            keeps_ahead: true,
        };
        Self::new(follow, consumer, checkpoints, rules, Self::PAGE_OF_REACTIONS)
    }

    const BACKOFF: Backoff = Backoff::doubling(Duration::from_secs(1), Duration::from_mins(5));

    fn new<E>(
        follow: Follow<E>,
        consumer: impl Consumer + 'static,
        checkpoints: Arc<dyn Checkpoints>,
        rules: Rules,
        page_size: u16,
    ) -> Self {
        Self {
            client: follow.client,
            unknown: Arc::new(Unknown::new(follow.name.clone(), |_| ())),
            name: follow.name,
            stream_types: follow.stream_types.into_iter().collect(),
            begins_at_end: follow.begins_at_end,
            consumer: Arc::new(consumer),
            checkpoints,
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

    /// Sets how many streams are handled at once; 8 when not set, and 0 counts as 1.
    pub fn concurrency(mut self, streams: usize) -> Self {
        self.concurrency = streams.max(1);
        self
    }

    /// Sets how many events are read of the feed at once, between 1 and 1,000; 1,000 for a projection, and 100 for a reaction, when not set.
    pub fn page_size(mut self, events: u16) -> Self {
        self.page_size = events.clamp(1, 1_000);
        self
    }

    /// Sets how long the feed is not looked at: after news, and at the longest without any. A tenth of a second and five seconds when
    /// not set.
    pub fn pauses(mut self, shortest: Duration, longest: Duration) -> Self {
        self.pauses = (shortest, longest);
        self
    }

    /// Sets how long a stream is held after an event that cannot be handled. From one second to five minutes when not set.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.rules.backoff = backoff;
        self
    }

    /// Parks a stream after an event could not be handled so many times in a row; 0 counts as 1. It is not tried again before it is
    /// [resumed](Self::resume), and [`Self::checkpoint`] lists it. When not set, nothing is parked. It does not count when the store was
    /// away: when its answer, to the follower or within the handler, [may be another later](crate::Error::is_retryable).
    pub fn park_after(mut self, attempts: u32) -> Self {
        self.rules.park_after = Some(attempts.max(1));
        self
    }

    /// Sets how long the next events of one stream may take; five minutes when not set. What takes longer is dropped, and tried
    /// again as what failed.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Counts the events that there are before anything is read, so that [`Progress::of`] tells of how many: one request for each hundred
    /// streams.
    pub fn counting(mut self) -> Self {
        self.is_counting = true;
        self
    }

    /// Sets what is called after each page of the feed.
    pub fn on_progress(mut self, told: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.on_progress = Arc::new(told);
        self
    }

    /// Sets what is called each time when an event could not be handled, besides the warning that is logged.
    pub fn on_failure(mut self, told: impl Fn(&StreamError) + Send + Sync + 'static) -> Self {
        self.on_failure = Arc::new(told);
        self
    }

    /// Sets what is called with each event of an unknown type, besides the warning that is logged at the first of each type. Such an
    /// event is passed over.
    pub fn on_unknown(mut self, told: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.unknown = Arc::new(Unknown::new(self.name.clone(), told));
        self
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

    /// How far it is, as it is kept. Run by notifications, it is kept stream by stream, and not here.
    ///
    /// # Errors
    /// When that cannot be found out.
    pub async fn checkpoint(&self) -> Result<Checkpoint, FollowError> {
        let keeper = Keeper::load(&self.checkpoints, &self.name).await?;
        Ok(keeper.found.unwrap_or_default())
    }

    /// Has a held stream tried again at once, parked or not. A follower that is running notices within its next page.
    ///
    /// Answers whether it was held.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub async fn resume(&self, stream_type: &StreamType, stream_id: StreamId) -> Result<bool, FollowError> {
        self.change_held(stream_type, stream_id, |_| ()).await
    }

    /// Passes over the event that holds a stream, and goes on behind it. Of no use to a projection, whose read model counts
    /// what it has.
    ///
    /// Answers whether it was held.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub async fn skip(&self, stream_type: &StreamType, stream_id: StreamId) -> Result<bool, FollowError> {
        let skip = |held: &mut HeldStream| {
            held.after = Some(
                held.after
                    .map_or(Revision::FIRST, |after| after.saturating_add(1)),
            );
        };
        self.change_held(stream_type, stream_id, skip).await
    }

    async fn change_held(
        &self,
        stream_type: &StreamType,
        stream_id: StreamId,
        change: impl Fn(&mut HeldStream),
    ) -> Result<bool, FollowError> {
        loop {
            let mut keeper = Keeper::load(&self.checkpoints, &self.name).await?;
            let mut checkpoint = keeper.found.take().unwrap_or_default();
            let Some(held) = checkpoint.held_mut(stream_type, stream_id) else {
                return Ok(false);
            };
            held.is_parked = false;
            held.attempts = 0;
            change(held);
            if keeper.keep(&checkpoint).await? {
                return Ok(true);
            }
        }
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
        let stream = (notification.stream_type, notification.stream_id);
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
