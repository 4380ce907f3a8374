//! PURE: a stream that has something to do, or is held.

use std::collections::VecDeque;
use std::time::Duration;

use event_store_types::{Event, Revision};

#[derive(Debug, Default)]
pub(super) struct Lane {
    /// Each with the number of its page.
    pub(super) waiting: VecDeque<(u64, Event)>,
    /// The pages of the events that are being handled.
    pub(super) begun: Vec<u64>,
    pub(super) is_busy: bool,
    /// The highest revision that came in.
    pub(super) last: Option<Revision>,
    pub(super) held: Option<Held>,
}

#[derive(Debug)]
pub(super) struct Held {
    pub(super) after: Option<Revision>,
    pub(super) attempts: u32,
    /// Those of them that failed because of the event, and not because the store or the read model was away.
    pub(super) faults: u32,
    /// When it is tried again; never, when it is parked.
    pub(super) due: Option<Duration>,
    pub(super) reason: String,
}
