//! PURE: missing effects.

use std::error::Error;

use super::patience::DeadlinePassed;
use crate::telemetry::chain;

/// An effect that is missing when the invocation must answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortfall {
    /// The records that lack it.
    pub records: Vec<usize>,
    /// The reason, with every cause.
    pub cause: String,
}

impl Shortfall {
    pub(super) fn of(records: impl IntoIterator<Item = usize>, cause: &dyn Error) -> Self {
        Self {
            records: records.into_iter().collect(),
            cause: chain(cause),
        }
    }

    /// Whether it is missing only because the invocation ran out of time.
    pub(super) fn is_out_of_time(&self) -> bool {
        self.cause == DeadlinePassed.to_string()
    }
}
