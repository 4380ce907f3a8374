//! Notifications from an SQS queue that is subscribed to the store's topic.
//!
//! Notifications come at least once and in no certain order. Read one as "the stream has reached at least this
//! revision", fetch what is missing, and acknowledge it afterwards. [`Receiver::run`] does all but the fetching, until it
//! is told to stop:
//!
//! ```no_run
//! use event_store_client::sqs::Receiver;
//! use event_store_client::types::Notification;
//!
//! # async fn example(sqs: aws_sdk_sqs::Client) -> Result<(), Box<dyn std::error::Error>> {
//! let receiver = Receiver::new(sqs, "https://sqs.eu-central-1.amazonaws.com/123456789012/orders");
//! let print = |notification: Notification| async move {
//!     println!("{} is at {} or beyond", notification.stream_id, notification.stream_revision);
//!     Ok::<_, std::io::Error>(())
//! };
//! let interrupted = async {
//!     let _ = tokio::signal::ctrl_c().await;
//! };
//! let tally = receiver.run(print).concurrency(16).until(interrupted).await?;
//! println!("{} handled, {} failed", tally.handled, tally.failed);
//! # Ok(())
//! # }
//! ```
//!
//! [`Receiver::receive`], [`Receiver::acknowledge_all`] and [`Receiver::hide`] are its parts, for those who run it
//! their own way.
//!
//! # The queue
//! A redrive policy is needed: a message that is malformed, or cannot be handled, comes again until the queue moves it
//! to its dead-letter queue. With [`Run`]'s pauses a `maxReceiveCount` of 10 spans three quarters of an hour.

mod acknowledge;
mod batch;
mod delivery;
mod hide;
mod receive;
mod run;

use std::time::Duration;

pub use crate::notification::MalformedNotification;
pub use acknowledge::Unacknowledged;
pub use batch::Refusal;
pub use delivery::{Delivery, Receipt};
pub use hide::NotHidden;
pub use receive::NotReceived;
pub use run::{Malformed, Run, Tally};

/// Receives notifications from one queue. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Receiver {
    client: aws_sdk_sqs::Client,
    queue_url: String,
    wait: Duration,
    at_most: u8,
    visibility: Option<Duration>,
}

impl Receiver {
    /// SQS's own longest wait; a longer one is refused.
    const LONGEST_WAIT: Duration = Duration::from_secs(20);
    /// SQS's own most messages a call.
    const MOST_MESSAGES: u8 = 10;
    /// SQS's own longest time that a message is hidden.
    const LONGEST_VISIBILITY: Duration = Duration::from_hours(12);

    /// A receiver from the queue at `queue_url` that waits for 20 s and takes up to ten messages.
    pub fn new(client: aws_sdk_sqs::Client, queue_url: impl Into<String>) -> Self {
        Self {
            client,
            queue_url: queue_url.into(),
            wait: Self::LONGEST_WAIT,
            at_most: Self::MOST_MESSAGES,
            visibility: None,
        }
    }

    /// Sets how long an empty queue is waited on, in whole seconds up to 20.
    #[must_use]
    pub fn wait(mut self, wait: Duration) -> Self {
        self.wait = wait.min(Self::LONGEST_WAIT);
        self
    }

    /// Sets how many messages one call takes at most, between 1 and 10.
    #[must_use]
    pub fn at_most(mut self, messages: u8) -> Self {
        self.at_most = messages.clamp(1, Self::MOST_MESSAGES);
        self
    }

    /// Sets for how long others do not see a message that was received, in whole seconds between 1 s and 12 h; the
    /// queue decides when not set.
    #[must_use]
    pub fn visibility(mut self, visibility: Duration) -> Self {
        self.visibility = Some(visibility.clamp(Duration::from_secs(1), Self::LONGEST_VISIBILITY));
        self
    }
}

/// A duration of at most 12 h as SQS takes it.
fn whole_seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)
}
