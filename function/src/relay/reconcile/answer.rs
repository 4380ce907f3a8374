//! The answer to a run of `reconcile`.

use serde::Serialize;

use super::Reconciled;
use super::progress::Tally;
use crate::store::Consumed;

/// The answer to a request to reconcile.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReconcileAnswer {
    /// What this invocation did.
    #[serde(flatten)]
    pub tally: Tally,
    /// The number of answered database requests.
    pub requests: u32,
    /// Read request units.
    pub rru: f64,
    /// Write request units.
    pub wru: f64,
    /// The text with which the next request continues. Absent when everything is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continue_from: Option<String>,
    /// What stopped the run, unless it was only the deadline. The request may be sent again. The same
    /// `continueFrom` twice means that there was no progress in between.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

impl ReconcileAnswer {
    /// The answer for a run and its consumption.
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
