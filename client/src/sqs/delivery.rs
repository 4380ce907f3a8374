//! A message as it was received.

use event_store_types::{Notification, TraceParent};

use super::MalformedNotification;

/// A message as it was received.
#[derive(Debug)]
#[non_exhaustive]
pub struct Delivery {
    /// SQS's id of the message.
    pub message_id: String,
    /// What to acknowledge it with.
    pub receipt: Receipt,
    /// How often the message has been received, this time included; 1 when SQS does not tell.
    pub times_received: u32,
    /// What it holds.
    pub notification: Result<Notification, MalformedNotification>,
    /// Where in a trace the announced event happened, if that is known.
    pub trace_parent: Option<TraceParent>,
}

/// What a message is acknowledged with: good for this receiving of it, until its visibility time is over.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Receipt(String);

impl Receipt {
    pub(super) fn new(handle: String) -> Self {
        Self(handle)
    }

    /// The receipt handle, as SQS calls it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
