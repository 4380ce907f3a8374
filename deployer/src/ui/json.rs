//! PURE: what happens as JSON objects, one a line, for programs. Names and meanings of members do not change.

use serde_json::{Value, json};

use crate::artifact::Artifact;
use crate::aws::TableRepair;
use crate::commands::error::CommandError;
use crate::engine::{
    Collected, Deployed, Destroyed, Diff, Drift, Event, Finding, LedgerError, Outputs, Pushed, Question,
    RolledBack,
};
use crate::problem::Problems;
use crate::stack::plan::Plan;
use crate::stack::widening::Widening;
use crate::stack::{ChangeSummary, Release};

/// An event of the engine.
pub(super) fn event(event: &Event) -> Value {
    match event {
        Event::AccountChecked { account, caller } => {
            json!({"event": "account-checked", "account": account, "caller": caller})
        }
        Event::BucketCreating { bucket, stack } => {
            json!({"event": "bucket-creating", "bucket": bucket, "stack": stack})
        }
        Event::BucketAwaited { stack } => json!({"event": "bucket-awaited", "stack": stack}),
        Event::Uploading { key, bytes } => json!({"event": "uploading", "key": key, "bytes": bytes}),
        Event::UploadSkipped { key } => json!({"event": "upload-skipped", "key": key}),
        Event::Awaiting {
            stack,
            status,
            since,
            by,
        } => {
            json!({"event": "awaiting", "stack": stack, "status": status, "since": since.to_string(), "by": by})
        }
        Event::RemovingFailedCreation { stack, status } => {
            json!({"event": "removing-failed-creation", "stack": stack, "status": status.to_string()})
        }
        Event::ChangeSetCreating { stack, creates } => {
            json!({"event": "change-set-creating", "stack": stack, "creates": creates})
        }
        Event::DriftSearching { stack } => json!({"event": "drift-searching", "stack": stack}),
        Event::Tried { step, took } => {
            json!({"event": "tried", "step": step.name(), "milliseconds": u64::try_from(took.as_millis()).unwrap_or(u64::MAX)})
        }
        Event::Returning { stack, reason } => {
            json!({"event": "returning", "stack": stack, "reason": reason})
        }
        Event::Started { stack } => json!({"event": "started", "stack": stack}),
        Event::Resource { event, progress } => json!({
            "event": "resource",
            "time": event.timestamp.to_string(),
            "logicalId": event.logical_id,
            "physicalId": event.physical_id,
            "type": event.resource_type,
            "status": event.status,
            "reason": event.reason,
            "done": progress.done(),
            "total": progress.total(),
        }),
        Event::Adopting { table, items } => json!({"event": "adopting", "table": table, "items": items}),
        Event::Repairing { table, repair } => {
            json!({"event": "repairing", "table": table, "setting": setting(repair)})
        }
        Event::Accepted { objection } => json!({
            "event": "accepted",
            "acceptance": objection.acceptance(),
            "resource": objection.logical_id,
            "path": objection.path,
            "consequence": objection.danger.consequence(),
        }),
        Event::TrafficReturned { function, from, to } => {
            json!({"event": "traffic-returned", "function": function, "from": from, "to": to})
        }
        Event::Reconciling { done } => json!({"event": "reconciling", "done": done}),
        Event::TerminationProtection { stack, on } => {
            json!({"event": "termination-protection", "stack": stack, "on": on})
        }
        Event::StackPolicy { stack, on } => json!({"event": "stack-policy", "stack": stack, "on": on}),
        Event::StackPolicyLifted { stack, resources } => {
            json!({"event": "stack-policy-lifted", "stack": stack, "resources": resources})
        }
        Event::StackPolicyRestored { stack, goes_on } => {
            json!({"event": "stack-policy-restored", "stack": stack, "goesOn": goes_on})
        }
        Event::AlarmsWatched {
            alarms,
            unwatched,
            minutes,
        } => {
            json!({"event": "alarms-watched", "alarms": alarms, "unwatched": unwatched, "minutes": minutes})
        }
        Event::TableProtectionLifted { table } => json!({"event": "table-protection-lifted", "table": table}),
        Event::TableDeleting { table, items } => {
            json!({"event": "table-deleting", "table": table, "items": items})
        }
        Event::LogGroupDeleting { name } => json!({"event": "log-group-deleting", "name": name}),
        Event::Planned {
            stack,
            creates,
            changes,
            widenings,
        } => change_set(stack, *creates, changes, widenings),
        Event::Pushed { function, from, to } => {
            json!({"event": "pushed", "function": function, "from": from, "to": to})
        }
        Event::ArtifactDeleted { key } => json!({"event": "artifact-deleted", "key": key}),
        Event::RollingBack { release } => json!({"event": "rolling-back", "release": release}),
        Event::Recorded { release } => json!({"event": "recorded", "release": release}),
        Event::NotRecorded { reason } => json!({"event": "not-recorded", "reason": reason}),
        Event::CleanupFailed { what, reason } => {
            json!({"event": "cleanup-failed", "what": what, "reason": reason})
        }
    }
}

/// What a change set would do.
fn change_set(stack: &str, creates: bool, changes: &ChangeSummary, widenings: &[Widening]) -> Value {
    json!({
        "event": "change-set",
        "stack": stack,
        "creates": creates,
        "changes": changes,
        "widenings": widenings,
    })
}

/// An artifact that was built or loaded.
pub(super) fn artifact(verb: &str, artifact: &Artifact) -> Value {
    json!({"event": verb, "binary": artifact.binary(), "bytes": artifact.zip().len(), "sha256": artifact.hash().hex()})
}

/// What has to be approved.
pub(super) fn question(question: &Question<'_>) -> Value {
    match question {
        Question::Deploy {
            stack,
            creates,
            changes,
            widenings,
        } => change_set(stack, *creates, changes, widenings),
        Question::Widen { stack, widenings } => {
            json!({"event": "widening", "stack": stack, "widenings": widenings})
        }
        Question::DeleteArtifacts { bucket, garbage } => {
            json!({"event": "garbage", "bucket": bucket, "garbage": garbage})
        }
        Question::Destroy {
            stack,
            goes,
            stays,
            purges,
        } => {
            let goes: Vec<Value> = goes
                .iter()
                .map(|(id, kind)| json!({"logicalId": id, "type": kind}))
                .collect();
            json!({"event": "deletion", "stack": stack, "goes": goes, "stays": stays, "purges": purges})
        }
    }
}

/// How a deployment ended.
pub(super) fn deployed(stack: &str, deployed: &Deployed, outputs: &Outputs) -> Value {
    let outcome = match deployed {
        Deployed::Created(_) => "created",
        Deployed::Updated(_) => "updated",
        Deployed::Unchanged(_) => "unchanged",
    };
    json!({"event": "finished", "outcome": outcome, "stack": stack, "outputs": outputs})
}

/// How a push ended.
pub(super) fn pushed(stack: &str, pushed: &Pushed) -> Value {
    let outcome = if pushed.functions.is_empty() {
        "unchanged"
    } else {
        "pushed"
    };
    json!({
        "event": "finished",
        "outcome": outcome,
        "stack": stack,
        "functions": pushed.functions,
        "unchanged": pushed.unchanged,
    })
}

/// What was deleted, or would be.
pub(super) fn collected(bucket: &str, collected: &Collected) -> Value {
    let (outcome, garbage) = match collected {
        Collected::Nothing(garbage) => ("nothing-there", garbage),
        Collected::WouldDelete(garbage) => ("would-delete", garbage),
        Collected::Deleted(garbage) => ("deleted", garbage),
    };
    json!({"event": "finished", "outcome": outcome, "bucket": bucket, "garbage": garbage})
}

/// That a plan was written.
pub(super) fn planned(plan: &Plan, file: &str) -> Value {
    let (stack, changes) = (&plan.place.stack, plan.changes.is_some());
    json!({"event": "finished", "outcome": "planned", "stack": stack, "file": file, "changes": changes})
}

/// How a return to a release ended.
pub(super) fn rolled_back(rolled_back: &RolledBack, outputs: &Outputs) -> Value {
    let RolledBack { release, deployed } = rolled_back;
    let mut event = self::deployed(&release.stack, deployed, outputs);
    event["rolledBackTo"] = json!(release.id);
    event
}

/// A release of the ledger.
pub(super) fn release(release: &Release) -> Value {
    let mut event = json!(release);
    event["event"] = "release".into();
    event
}

/// A record that could not be read.
pub(super) fn unreadable(error: &LedgerError) -> Value {
    json!({"event": "unreadable-record", "error": in_full(error)})
}

/// An error with its causes.
fn in_full(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", in_full(cause)),
        None => error.to_string(),
    }
}

/// How a deletion ended.
pub(super) fn destroyed(stack: &str, destroyed: &Destroyed) -> Value {
    match destroyed {
        Destroyed::NothingThere { kept } => {
            json!({"event": "finished", "outcome": "nothing-there", "stack": stack, "kept": kept})
        }
        Destroyed::Gone {
            removed,
            kept,
            purged,
        } => json!({
            "event": "finished",
            "outcome": "gone",
            "stack": stack,
            "removed": removed.len(),
            "kept": kept,
            "purged": purged,
        }),
    }
}

/// Why a command failed.
pub(super) fn failed(failure: &CommandError) -> Value {
    let problems: Vec<Value> = failure
        .source
        .downcast_ref::<Problems>()
        .into_iter()
        .flatten()
        .map(|problem| {
            json!({
                "file": problem.file,
                "line": problem.line,
                "column": problem.column,
                "message": problem.message,
                "hint": problem.hint,
            })
        })
        .collect();
    json!({
        "event": "failed",
        "exitCode": failure.kind.code(),
        "error": failure.source.to_string(),
        "notes": failure.notes,
        "hints": failure.hints,
        "problems": problems,
    })
}

fn setting(repair: &TableRepair) -> &'static str {
    match repair {
        TableRepair::PointInTimeRecovery(_) => "point-in-time-recovery",
        TableRepair::DeletionProtection(_) => "deletion-protection",
        TableRepair::Stream(_) => "stream",
        TableRepair::Tags(_) => "tags",
    }
}

/// What an examination found.
pub(super) fn finding(finding: &Finding) -> Value {
    let mut event = json!(finding);
    event["event"] = "finding".into();
    event
}

/// What a deployment would change.
pub(super) fn difference(diff: &Diff) -> Value {
    let mut event = json!(diff);
    event["event"] = "difference".into();
    event["differs"] = (!diff.is_empty()).into();
    event
}

/// A store that does what it should.
pub(super) fn tried(stack: &str) -> Value {
    json!({"event": "finished", "outcome": "works", "stack": stack})
}

/// How a stack differs from what was deployed.
pub(super) fn drift(drift: &Drift) -> Value {
    let mut event = json!(drift);
    event["event"] = "drift".into();
    event["drifted"] = (!drift.is_empty()).into();
    event
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::error::ErrorKind;
    use crate::engine::{KeptTable, Outputs};
    use crate::problem::Problem;
    use crate::yaml::Location;

    #[test]
    fn an_event_says_what_it_is() {
        let adopting = Event::Adopting {
            table: "orders-events".to_owned(),
            items: 3,
        };
        insta::assert_snapshot!(event(&adopting), @r#"{"event":"adopting","items":3,"table":"orders-events"}"#);
    }

    #[test]
    fn the_end_carries_the_outcome() {
        let outputs = Outputs::from([("EsUrl".to_owned(), "http://127.0.0.1/".to_owned())]);
        insta::assert_snapshot!(deployed("orders", &Deployed::Created(outputs.clone()), &outputs), @r#"{"event":"finished","outcome":"created","outputs":{"EsUrl":"http://127.0.0.1/"},"stack":"orders"}"#);
        let kept = vec![KeptTable {
            name: "orders-events".to_owned(),
            items: 3,
        }];
        insta::assert_snapshot!(destroyed("orders", &Destroyed::NothingThere { kept }), @r#"{"event":"finished","kept":[{"items":3,"name":"orders-events"}],"outcome":"nothing-there","stack":"orders"}"#);
    }

    #[test]
    fn a_failure_carries_the_exit_code_and_every_problem() {
        let at = Location { line: 3, column: 7 };
        let problems = Problems::from(Problem::new("local.yaml", at, "unknown key `reigon`"));
        insta::assert_snapshot!(failed(&CommandError::new(ErrorKind::Usage, problems)), @r#"{"error":"local.yaml:3:7: unknown key `reigon`","event":"failed","exitCode":64,"hints":[],"notes":[],"problems":[{"column":7,"file":"local.yaml","hint":null,"line":3,"message":"unknown key `reigon`"}]}"#);
    }
}
