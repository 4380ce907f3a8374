//! Running a handler on a queue until told to stop.

mod calls;
mod slot;
mod work;
mod worker;

use std::time::Duration;

use super::{Delivery, NotReceived, Receiver};
use crate::backoff::Backoff;
use crate::notification::Handler;
use worker::Worker;

impl Receiver {
    /// Begins to run `handler` on the queue's notifications; [`Run::until`] does it.
    pub fn run<H: Handler + 'static>(&self, handler: H) -> Run<H> {
        Run {
            receiver: self.clone(),
            handler,
            concurrency: 8,
            visibility: self.visibility.unwrap_or(Duration::from_secs(30)),
            after_failed_call: Backoff::doubling(Duration::from_secs(1), Duration::from_secs(30)),
            after_failed_message: Backoff::doubling(Duration::from_secs(5), Duration::from_mins(15)),
            on_malformed: Box::new(|_| Malformed::Leave),
        }
    }
}

/// How a handler is run on a queue. Begun with [`Receiver::run`].
///
/// - Streams are handled side by side. Of one stream one notification at a time is handled, of those in hand the lowest
///   revision first. Other receivers of the queue are not waited for: what they must not do twice is held by the
///   checkpoint.
/// - What was handled is acknowledged, ten a call where it can be.
/// - As long as a message is in hand it is kept hidden from other receivers.
/// - A notification that its handler fails at, or panics at, comes again after a pause that grows with each time it was
///   received, and so do those of its stream that were in hand behind it.
/// - SQS not answering is a warning, and is tried again after a pause, for ever. A queue that does not exist is an error.
#[must_use = "nothing is received before `until` is awaited"]
pub struct Run<H> {
    receiver: Receiver,
    handler: H,
    concurrency: usize,
    visibility: Duration,
    after_failed_call: Backoff,
    after_failed_message: Backoff,
    on_malformed: Box<dyn FnMut(&Delivery) -> Malformed + Send>,
}

impl<H: Handler + 'static> Run<H> {
    /// Sets how many streams are handled at once; 8 when not set, and 0 counts as 1.
    pub fn concurrency(mut self, streams: usize) -> Self {
        self.concurrency = streams.max(1);
        self
    }

    /// Sets for how long a message stays hidden when this process ends without a word, between 1 s and 12 h; the
    /// receiver's, or else 30 s, when not set. As long as the process works, it renews this after a third of it.
    pub fn visibility(mut self, visibility: Duration) -> Self {
        self.visibility = visibility;
        self
    }

    /// Sets how long to wait after SQS did not answer; from 1 s to 30 s when not set, less up to half at random.
    pub fn after_failed_call(mut self, backoff: Backoff) -> Self {
        self.after_failed_call = backoff;
        self
    }

    /// Sets how long a message is hidden that was not handled, by how often it was received; from 5 s to 15 min when not
    /// set. SQS counts whole seconds.
    pub fn after_failed_message(mut self, backoff: Backoff) -> Self {
        self.after_failed_message = backoff;
        self
    }

    /// Sets what becomes of a message that holds no notification; [`Malformed::Leave`] when not set.
    pub fn on_malformed(mut self, decide: impl FnMut(&Delivery) -> Malformed + Send + 'static) -> Self {
        self.on_malformed = Box::new(decide);
        self
    }

    /// Receives and handles notifications until `shutdown` is done. What is being handled then is finished and
    /// acknowledged; what is in hand but has not begun is at once there for other receivers.
    ///
    /// Dropping it instead drops the handling, too: everything in hand comes again when it is no longer hidden.
    ///
    /// # Errors
    /// When the queue does not exist, after what is being handled is finished.
    ///
    /// # Panics
    /// Outside a tokio runtime with time and IO.
    pub async fn until(self, shutdown: impl Future<Output = ()> + Send) -> Result<Tally, NotReceived> {
        Worker::new(self).until(shutdown).await
    }
}

/// What becomes of a message that holds no notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// It comes again, until the queue moves it to its dead-letter queue.
    Leave,
    /// It is acknowledged, and gone.
    Acknowledge,
}

/// What came of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Notifications that were handled.
    pub handled: u64,
    /// Notifications that the handler failed at. They come again.
    pub failed: u64,
    /// Notifications in hand behind one that failed, of its stream. They come again.
    pub held_back: u64,
    /// Messages that held no notification.
    pub malformed: u64,
    /// Notifications that had not begun when the run was to stop. They come again.
    pub released: u64,
    /// Messages that were done with and could not be acknowledged. They come again.
    pub unacknowledged: u64,
    /// Calls to receive that failed.
    pub failed_calls: u64,
}
