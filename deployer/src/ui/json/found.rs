//! PURE: findings as JSON objects.

use cfn_deploy::stack::{Release, Unfinished};
use cfn_deploy::{Diff, Drift, Finding, History, LedgerError, Live};
use serde_json::{Value, json};

/// A release of the ledger, with its current state.
pub(in crate::ui) fn release(release: &Release, history: &History) -> Value {
    let mut event = json!(release);
    event["event"] = "release".into();
    event["live"] = (history.live == Live::Release(release.id.clone())).into();
    event["artifactsGone"] = history.gone.contains(&release.id).into();
    event
}

/// A record that could not be read.
pub(in crate::ui) fn unreadable(error: &LedgerError) -> Value {
    json!({"event": "unreadable-record", "error": in_full(error)})
}

/// An unfinished run.
pub(in crate::ui) fn unfinished(stack: &str, run: &Unfinished, command: &str) -> Value {
    json!({"event": "unfinished-run", "stack": stack, "run": run, "finishedBy": command})
}

/// An error with its causes.
fn in_full(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", in_full(cause)),
        None => error.to_string(),
    }
}

/// A finding of an examination.
pub(in crate::ui) fn finding(finding: &Finding) -> Value {
    let mut event = json!(finding);
    event["event"] = "finding".into();
    event
}

/// The changes that a deployment would make.
pub(in crate::ui) fn difference(diff: &Diff) -> Value {
    let mut event = json!(diff);
    event["event"] = "difference".into();
    event["differs"] = (!diff.is_empty()).into();
    let beside = &diff.outline.beside;
    event["settings"] = json!(beside.settings);
    event["pushed"] = json!(beside.pushed);
    event
}

/// How a stack differs from what was deployed.
pub(in crate::ui) fn drift(drift: &Drift) -> Value {
    let mut event = json!(drift);
    event["event"] = "drift".into();
    event["drifted"] = (!drift.is_empty()).into();
    event
}
