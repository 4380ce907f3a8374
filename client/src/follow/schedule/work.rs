//! PURE: what is to be done next, and what comes of it.

use std::time::Duration;

use event_store_types::{Event, Revision};

use crate::backoff::Backoff;
use crate::notification::StreamName;

/// How a follower proceeds.
#[derive(Clone, Copy, Debug)]
pub(in crate::follow) struct Rules {
    /// How long a stream is held, by how often its next event could not be handled.
    pub(in crate::follow) backoff: Backoff,
    /// How often an event is tried before its stream is parked; for ever when `None`.
    pub(in crate::follow) park_after: Option<u32>,
    /// The most events of one piece of work.
    pub(in crate::follow) events_at_once: usize,
    /// Whether the checkpoint tells what is handled behind the cursor.
    pub(in crate::follow) keeps_ahead: bool,
}

impl Rules {
    /// Many events of a stream at once, which are committed together.
    pub(in crate::follow) const PROJECTING: Self = Self::of(1_000, false);
    /// One event after the other, each of which is kept as handled.
    pub(in crate::follow) const REACTING: Self = Self::of(1, true);

    const fn of(events_at_once: usize, keeps_ahead: bool) -> Self {
        Self {
            backoff: Backoff::doubling(Duration::from_secs(1), Duration::from_mins(5)),
            park_after: None,
            events_at_once,
            keeps_ahead,
        }
    }
}

/// A piece of work: the next events of one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::follow) struct Work {
    pub(in crate::follow) stream: StreamName,
    /// The events, if the feed has just given them. Otherwise they are read from the stream.
    pub(in crate::follow) events: Vec<Event>,
    /// The revision of the last event that is known to be handled.
    pub(in crate::follow) after: Option<Revision>,
    /// The revision up to which the stream is to be handled.
    pub(in crate::follow) through: Revision,
    /// How often its next event was tried before.
    pub(in crate::follow) attempts: u32,
}

/// What becomes of a stream of which an event could not be handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::follow) enum Verdict {
    /// It is tried again after this pause.
    Held(Duration),
    /// It is not tried again.
    Parked,
}

/// What has changed since the last checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::follow) enum Change {
    Nothing,
    /// Events are handled, and their page is not.
    Ahead,
    /// A page is settled, or a stream is held, or no longer.
    Settled,
}

/// Why an event could not be handled.
#[derive(Debug)]
pub(in crate::follow) struct Failure {
    pub(in crate::follow) reason: String,
    /// Whether that is the event's fault: not when the store or the read model was away.
    pub(in crate::follow) is_of_event: bool,
}
