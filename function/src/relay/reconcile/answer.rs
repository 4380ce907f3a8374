//! The answer to a run of `reconcile`.

use serde::Serialize;

use super::Reconciled;
use super::progress::Tally;
use crate::store::Consumed;

/// The answer to a request to reconcile.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReconcileAnswer {
    /// What was done in this invocation.
    #[serde(flatten)]
    pub tally: Tally,
    /// Requests to the database that were answered.
    pub requests: u32,
    /// Read request units.
    pub rru: f64,
    /// Write request units.
    pub wru: f64,
    /// What the next request names to go on. Without it, all is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continue_from: Option<String>,
    /// What kept it from going on, when it was not the deadline alone. The request may be sent again; the same `continueFrom` twice means that
    /// nothing was gained in between.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

impl ReconcileAnswer {
    /// The answer for how far a run came and what it consumed.
    pub fn of(reconciled: Reconciled, consumed: Consumed) -> Self {
        Self {
            tally: reconciled.tally,
            requests: consumed.requests,
            rru: consumed.rru,
            wru: consumed.wru,
            continue_from: reconciled.progress.encode(),
            failure: reconciled.failure,
        }
    }
}
