//! Notifications from an SQS queue that is subscribed to the store's topic.
//!
//! Notifications come at least once and in no certain order. Read one as "the stream has reached at least this
//! revision", fetch what is missing, and acknowledge it afterwards.
//!
//! ```no_run
//! use event_store_client::sqs::{Receipt, Receiver};
//!
//! # async fn example(sqs: aws_sdk_sqs::Client) -> Result<(), Box<dyn std::error::Error>> {
//! let receiver = Receiver::new(sqs, "https://sqs.eu-central-1.amazonaws.com/123456789012/orders");
//! let deliveries = receiver.receive().await?;
//! for delivery in &deliveries {
//!     match &delivery.notification {
//!         Ok(notification) => println!("{} is at {}", notification.stream_id, notification.stream_revision),
//!         Err(malformed) => eprintln!("{malformed}: {}", malformed.body),
//!     }
//! }
//! let receipts: Vec<Receipt> = deliveries.into_iter().map(|delivery| delivery.receipt).collect();
//! receiver.acknowledge_all(&receipts).await?;
//! # Ok(())
//! # }
//! ```

mod acknowledge;
mod delivery;
mod envelope;
mod receive;

use std::time::Duration;

pub use acknowledge::{Refusal, Unacknowledged};
pub use delivery::{Delivery, Receipt};
pub use envelope::MalformedNotification;
pub use receive::NotReceived;

/// Receives notifications from one queue. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Receiver {
    client: aws_sdk_sqs::Client,
    queue_url: String,
    wait: Duration,
    at_most: i32,
}

impl Receiver {
    /// SQS's own longest wait; a longer one is refused.
    const LONGEST_WAIT: Duration = Duration::from_secs(20);
    /// SQS's own most messages a call.
    const MOST_MESSAGES: u8 = 10;

    /// A receiver from the queue at `queue_url` that waits for 20 s and takes up to ten messages.
    pub fn new(client: aws_sdk_sqs::Client, queue_url: impl Into<String>) -> Self {
        Self {
            client,
            queue_url: queue_url.into(),
            wait: Self::LONGEST_WAIT,
            at_most: Self::MOST_MESSAGES.into(),
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
        self.at_most = messages.clamp(1, Self::MOST_MESSAGES).into();
        self
    }
}
