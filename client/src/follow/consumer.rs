//! What a follower does with the events of a stream.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use event_store_types::{Event, EventType, Revision};
use futures::future::BoxFuture;

use super::schedule::Work;
use super::{CheckpointKey, Reason, StreamError};
use crate::notification::StreamName;

/// Does something with the events of a stream: applies them, or reacts to them.
pub(super) trait Consumer: Send + Sync {
    /// Does a piece of work.
    fn handle<'a>(&'a self, work: &'a Work, unknown: &'a Unknown) -> BoxFuture<'a, Outcome>;

    /// Brings a stream forward at least to the event at `through`, from where it is kept to be.
    fn bring_forward<'a>(
        &'a self,
        stream: &'a StreamName,
        through: Revision,
        unknown: &'a Unknown,
    ) -> BoxFuture<'a, Outcome>;

    /// Whether an event that comes again does no harm.
    fn is_exactly_once(&self) -> bool;
}

/// What came of a piece of work.
#[derive(Debug)]
pub(super) struct Outcome {
    /// The revision of the last event that is handled now, as far as it is known.
    pub(super) through: Option<Revision>,
    /// How many events were handled.
    pub(super) handled: u64,
    /// How many of them are of a type that is not known.
    pub(super) of_unknown_types: u64,
    /// Why the next one was not.
    pub(super) failure: Option<Reason>,
}

impl Outcome {
    /// Nothing is handled yet.
    pub(super) fn none(through: Option<Revision>) -> Self {
        Self {
            through,
            handled: 0,
            of_unknown_types: 0,
            failure: None,
        }
    }

    pub(super) fn failed(mut self, reason: Reason) -> Self {
        self.failure = Some(reason);
        self
    }

    pub(super) fn error(self, follower: &str, stream: &StreamName) -> Result<Self, StreamError> {
        match self.failure {
            None => Ok(self),
            Some(reason) => Err(reason.of(&CheckpointKey::new(follower, &stream.0, stream.1))),
        }
    }
}

/// Tells of events whose type is not known.
pub(super) struct Unknown {
    follower: String,
    told: Box<dyn Fn(&Event) + Send + Sync>,
    /// The types that were warned of: a warning for each of a million events would be no warning.
    warned_of: Mutex<BTreeSet<EventType>>,
}

impl Unknown {
    /// Tells `told`, and warns of the first of each type.
    pub(super) fn new(follower: String, told: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        Self {
            follower,
            told: Box::new(told),
            warned_of: Mutex::default(),
        }
    }

    pub(super) fn tell(&self, event: &Event) {
        let is_new = {
            let mut warned_of = self.warned_of.lock().unwrap_or_else(PoisonError::into_inner);
            !warned_of.contains(&event.event_type) && warned_of.insert(event.event_type.clone())
        };
        if is_new {
            tracing::warn!(
                follower = self.follower,
                event_type = %event.event_type,
                stream_id = %event.stream_id,
                revision = %event.revision,
                "an event of an unknown type is passed over, as every other of its type will be",
            );
        }
        (self.told)(event);
    }
}

impl fmt::Debug for Unknown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Unknown")
            .field(&self.follower)
            .finish_non_exhaustive()
    }
}

/// A handler that panicked.
#[derive(Debug, thiserror::Error)]
#[error("the handler panicked: {0}")]
pub(super) struct Panicked(String);

impl Panicked {
    /// What the panic said, where that is a text.
    pub(super) fn of(panic: &(dyn std::any::Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Self(text.unwrap_or_else(|| "it said nothing".into()))
    }
}
