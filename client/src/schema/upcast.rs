//! PURE: events of the past, read as events of today.

use std::fmt;
use std::sync::Arc;

use event_store_types::{InvalidJson, Payload};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Reads events of one type, or of one version of a type, as events of another.
#[derive(Clone)]
pub(super) struct Upcaster {
    pub(super) from: String,
    pub(super) step: Step,
    change: Arc<Change>,
}

/// What an upcaster makes of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// An event of this type.
    To(String),
    /// What was written in this version of its type is as if written in the next.
    Version(u32),
}

type Change = dyn Fn(&Payload) -> Result<Payload, InvalidJson> + Send + Sync;

impl Upcaster {
    pub(super) fn new<Old: DeserializeOwned, New: Serialize>(
        from: String,
        step: Step,
        change: impl Fn(Old) -> New + Send + Sync + 'static,
    ) -> Self {
        let change = move |payload: &Payload| Payload::of(&change(payload.parse()?));
        Self {
            from,
            step,
            change: Arc::new(change),
        }
    }

    pub(super) fn renaming(from: String, to: String) -> Self {
        Self {
            from,
            step: Step::To(to),
            change: Arc::new(|payload| Ok(payload.clone())),
        }
    }

    /// Whether it is for events of this type that were written in this version of it.
    pub(super) fn is_of(&self, event_type: &str, version: u32) -> bool {
        let is_of_version = match self.step {
            Step::To(_) => true,
            Step::Version(from) => from == version,
        };
        is_of_version && self.from == event_type
    }

    /// From which version of the type on it leads, if it is for the versions of `event_type`.
    pub(super) fn version_of(&self, event_type: &str) -> Option<u32> {
        match self.step {
            Step::Version(version) if self.from == event_type => Some(version),
            _ => None,
        }
    }

    pub(super) fn change(&self, payload: &Payload) -> Result<Payload, InvalidJson> {
        (self.change)(payload)
    }
}

impl fmt::Debug for Upcaster {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.step {
            Step::To(to) => write!(formatter, "`{}` to `{to}`", self.from),
            Step::Version(version) => write!(formatter, "`{}` from version {version}", self.from),
        }
    }
}
