//! PURE: events of the past, read as events of today.

use std::fmt;
use std::sync::Arc;

use event_store_types::{InvalidJson, Payload};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Reads events of one type as events of another.
#[derive(Clone)]
pub(super) struct Upcaster {
    from: String,
    to: String,
    change: Arc<Change>,
}

type Change = dyn Fn(&Payload) -> Result<Payload, InvalidJson> + Send + Sync;

impl Upcaster {
    pub(super) fn new<Old: DeserializeOwned, New: Serialize>(
        from: String,
        to: String,
        change: impl Fn(Old) -> New + Send + Sync + 'static,
    ) -> Self {
        let change = move |payload: &Payload| Payload::of(&change(payload.parse()?));
        Self {
            from,
            to,
            change: Arc::new(change),
        }
    }

    pub(super) fn renaming(from: String, to: String) -> Self {
        Self {
            from,
            to,
            change: Arc::new(|payload| Ok(payload.clone())),
        }
    }

    pub(super) fn is_of(&self, event_type: &str) -> bool {
        self.from == event_type
    }

    pub(super) fn to(&self) -> &str {
        &self.to
    }

    pub(super) fn change(&self, payload: &Payload) -> Result<Payload, InvalidJson> {
        (self.change)(payload)
    }
}

impl fmt::Debug for Upcaster {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` to `{}`", self.from, self.to)
    }
}
