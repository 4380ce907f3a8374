//! All that a store in memory holds.

use event_store_types::{Notification, Timestamp};

use super::feed::Feed;
use super::log::Log;

/// All that a store holds.
#[derive(Default)]
pub(super) struct State {
    pub(super) log: Log,
    pub(super) feed: Feed,
    /// Announced, and not taken yet.
    pub(super) notifications: Vec<Notification>,
    /// Where the clock stands still, if it does.
    pub(super) time: Option<Timestamp>,
    pub(super) requests: u64,
}

impl State {
    pub(super) fn now(&self) -> Timestamp {
        self.time.unwrap_or_else(Timestamp::now)
    }
}
