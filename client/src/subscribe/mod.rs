//! Subscribing a queue to the store's topic.
//!
//! ```no_run
//! use event_store_client::subscribe::Subscription;
//!
//! # async fn example(sns: aws_sdk_sns::Client, sqs: aws_sdk_sqs::Client) -> Result<(), Box<dyn std::error::Error>> {
//! let topic_arn = "arn:aws:sns:eu-central-1:123456789012:event-store-staging";
//! let queue_url = "https://sqs.eu-central-1.amazonaws.com/123456789012/orders";
//! let subscribed = Subscription::new(topic_arn, queue_url)
//!     .stream_type("order".parse()?)
//!     .ensure(&sns, &sqs)
//!     .await?;
//! println!("{} is subscribed as {}", subscribed.queue_arn, subscribed.subscription_arn);
//! # Ok(())
//! # }
//! ```

mod ensure;
mod error;
mod policy;
mod wanted;

use event_store_types::{EventType, StreamType};

pub use error::NotSubscribed;
use wanted::Wanted;

/// A queue that is to get the notifications of a topic, of streams and events of certain types or of all.
#[derive(Clone, Debug)]
#[must_use = "nothing is subscribed before `ensure` is awaited"]
pub struct Subscription {
    topic_arn: String,
    queue_url: String,
    wanted: Wanted,
}

impl Subscription {
    /// A subscription of the queue at `queue_url` to everything that `topic_arn` announces.
    pub fn new(topic_arn: impl Into<String>, queue_url: impl Into<String>) -> Self {
        Self {
            topic_arn: topic_arn.into(),
            queue_url: queue_url.into(),
            wanted: Wanted::default(),
        }
    }

    /// Lets only the streams of this type pass, and of others named so.
    pub fn stream_type(mut self, stream_type: StreamType) -> Self {
        self.wanted.stream_types.push(stream_type);
        self
    }

    /// Lets only the events of this type pass, and of others named so.
    ///
    /// Who is told of some events still reads all of a stream: a notification says how far the stream is at least.
    pub fn event_type(mut self, event_type: EventType) -> Self {
        self.wanted.event_types.push(event_type);
        self
    }

    /// Has SNS put its envelope around each message, which it does not by default. Receivers here read both.
    pub fn enveloped(mut self) -> Self {
        self.wanted.is_enveloped = true;
        self
    }
}

/// A queue that is subscribed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subscribed {
    /// The queue.
    pub queue_arn: String,
    /// Its subscription.
    pub subscription_arn: String,
}
