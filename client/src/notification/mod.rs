//! Notifications, whichever way they come: what a message holds, who handles it, and in what order.

#[cfg(any(feature = "lambda", feature = "sqs"))]
mod envelope;
mod handler;
#[cfg(any(feature = "lambda", feature = "sqs"))]
mod lanes;

#[cfg(any(feature = "lambda", feature = "sqs"))]
pub use envelope::MalformedNotification;
pub use handler::{BoxError, Handler};

#[cfg(any(feature = "lambda", feature = "sqs"))]
pub(crate) use envelope::notification;
#[cfg(any(feature = "lambda", feature = "sqs"))]
pub(crate) use lanes::{Lanes, stream_of};
