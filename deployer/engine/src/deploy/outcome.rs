//! PURE: what a deployment came to.

use std::collections::BTreeMap;

use crate::stack::release::ReleaseOutcome;

/// A stack's outputs by name.
pub type Outputs = BTreeMap<String, String>;

/// What a deployment came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deployed {
    /// The stack was made.
    Created(Outputs),
    /// The stack was changed.
    Updated(Outputs),
    /// Another run had made or changed the stack so, and had not come to its end: what it had left to do is done.
    Completed(Outputs, ReleaseOutcome),
    /// The stack already was as asked, but for what another run had left that was interrupted.
    Settled(Outputs),
    /// The stack already was as asked.
    Unchanged(Outputs),
}

impl Deployed {
    /// The stack's outputs.
    pub fn outputs(&self) -> &Outputs {
        match self {
            Self::Created(outputs)
            | Self::Updated(outputs)
            | Self::Completed(outputs, _)
            | Self::Settled(outputs)
            | Self::Unchanged(outputs) => outputs,
        }
    }
}
