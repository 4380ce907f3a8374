//! How a follower proceeds, as it is told to.

use std::sync::Arc;
use std::time::Duration;

use event_store_types::Event;

use super::consumer::Unknown;
use super::following::Following;
use super::{Progress, StreamError};
use crate::backoff::Backoff;

impl Following {
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
}
