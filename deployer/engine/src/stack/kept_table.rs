//! PURE: a table that its stack does not take with it.

use serde::Serialize;

/// A table that outlives its stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptTable {
    pub name: String,
    /// How many items it holds, by AWS's last count.
    pub items: u64,
}
