//! PURE: what a deployment does that neither templates nor change sets show.

use serde::Serialize;

use crate::stack::KeptTable;
use crate::stack::comparison::ValueChange;

/// What a deployment does beside what its change set says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Beside {
    /// The stack's tags and its termination protection.
    pub settings: Vec<ValueChange>,
    /// The tables of an earlier stack that are imported, with all that is in them.
    pub imports: Vec<KeptTable>,
    /// The functions, by their names in the template, that code was pushed to past the stack, which is undone.
    pub pushed: Vec<String>,
}

impl Beside {
    /// Whether there is nothing of that.
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }
}
