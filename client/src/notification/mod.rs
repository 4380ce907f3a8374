//! Notifications, whichever way they come: what a message holds, who handles it, and in what order.

#[cfg(any(feature = "lambda", feature = "sqs"))]
mod envelope;
mod handler;
#[cfg(any(feature = "lambda", feature = "sqs"))]
mod lanes;
#[cfg(any(feature = "lambda", feature = "sqs"))]
mod span;

#[cfg(any(feature = "lambda", feature = "sqs"))]
pub use envelope::MalformedNotification;
pub use handler::Handler;

use event_store_types::{StreamId, StreamType};

/// A stream by its whole name.
#[cfg(any(feature = "http", feature = "lambda", feature = "sqs"))]
pub(crate) type StreamName = (StreamType, StreamId);

#[cfg(any(feature = "lambda", feature = "sqs"))]
pub(crate) use envelope::{Told, read};
#[cfg(any(feature = "lambda", feature = "sqs"))]
pub(crate) use lanes::{Lanes, stream_of};
#[cfg(any(feature = "lambda", feature = "sqs"))]
pub(crate) use span::span;
