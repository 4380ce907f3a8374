//! PURE: what the engine tells and asks, as JSON objects.

use std::time::Duration;

use cfn_deploy::cloud::TableRepair;
use cfn_deploy::stack::outline::Outline;
use cfn_deploy::stack::widening::Widening;
use cfn_deploy::stack::{ChangeSummary, Estimate, Unfinished};
use cfn_deploy::{Event, Life, Question, RunFate};
use serde_json::{Value, json};

/// An event of the engine.
#[expect(clippy::too_many_lines, reason = "an arm for each event")]
pub(in crate::ui) fn event(event: &Event) -> Value {
    match event {
        Event::AccountChecked { account, caller } => {
            json!({"event": "account-checked", "account": account, "caller": caller})
        }
        Event::BucketCreating { bucket, stack } => {
            json!({"event": "bucket-creating", "bucket": bucket, "stack": stack})
        }
        Event::Stays { bucket, uploads } => json!({
            "event": "stored",
            "bucket": bucket,
            "bucketIsNew": uploads.bucket_is_new,
            "objects": uploads.objects,
        }),
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
        Event::TakingOver { stack, owner } => {
            json!({"event": "takingOver", "stack": stack, "owner": owner})
        }
        Event::Overtaken { stack } => json!({"event": "overtaken", "stack": stack}),
        Event::RemovingFailedCreation { stack, status } => {
            json!({"event": "removing-failed-creation", "stack": stack, "status": status.to_string()})
        }
        Event::ChangeSetCreating { stack, creates } => {
            json!({"event": "change-set-creating", "stack": stack, "creates": creates})
        }
        Event::DriftSearching { stack } => json!({"event": "drift-searching", "stack": stack}),
        Event::Tried { step, took } => {
            json!({"event": "tried", "step": step.name(), "milliseconds": milliseconds(*took)})
        }
        Event::NotSeenYet { step, reason } => {
            json!({"event": "not-seen-yet", "step": step.name(), "reason": reason})
        }
        Event::Returning { stack, reason } => {
            json!({"event": "returning", "stack": stack, "reason": reason})
        }
        Event::Started { stack, estimate } => started(stack, estimate.as_ref()),
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
        Event::Adopting { table, items } => json!({"event": "importing", "table": table, "items": items}),
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
            outline,
            widenings,
        } => change_set(stack, *creates, (changes, outline), widenings),
        Event::PlanApplied { stack, release } => {
            json!({"event": "plan-applied", "stack": stack, "release": release})
        }
        Event::Pushed { function, from, to } => {
            json!({"event": "pushed", "function": function, "from": from, "to": to})
        }
        Event::ArtifactDeleted { key } => json!({"event": "artifact-deleted", "key": key}),
        Event::RollingBack { release } => json!({"event": "rolling-back", "release": release}),
        Event::Recorded { release } => json!({"event": "recorded", "release": release}),
        Event::NotRecorded { reason } => json!({"event": "not-recorded", "reason": reason}),
        Event::NotMarked { release, reason } => {
            json!({"event": "not-marked", "release": release, "reason": reason})
        }
        Event::EarlierRun {
            stack,
            run,
            life,
            fate,
        } => earlier_run(stack, run, *life, fate),
        Event::CleanupFailed { what, reason } => {
            json!({"event": "cleanup-failed", "what": what, "reason": reason})
        }
    }
}

/// What has to be approved.
pub(in crate::ui) fn question(question: &Question<'_>) -> Value {
    match question {
        Question::Deploy {
            stack,
            creates,
            changes,
            outline,
            widenings,
        } => change_set(stack, *creates, (changes, outline), widenings),
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

/// What a change set would do.
fn change_set(
    stack: &str,
    creates: bool,
    (changes, outline): (&ChangeSummary, &Outline),
    widenings: &[Widening],
) -> Value {
    json!({
        "event": "change-set",
        "stack": stack,
        "creates": creates,
        "changes": changes,
        "outline": outline,
        "widenings": widenings,
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

/// An operation begins; with the earlier deployment that tells how long it may take, if there is one.
fn started(stack: &str, estimate: Option<&Estimate>) -> Value {
    let last_time = estimate.map(|estimate| {
        json!({"release": estimate.release().to_string(), "milliseconds": milliseconds(estimate.whole())})
    });
    json!({"event": "started", "stack": stack, "lastTime": last_time})
}

/// A run that had not come to its end, and what becomes of it.
fn earlier_run(stack: &str, run: &Unfinished, life: Life, fate: &RunFate) -> Value {
    let (release, done) = match fate {
        RunFate::Finished { release, done } => (release.as_ref(), done.as_slice()),
        RunFate::Spared | RunFate::Deleted => (None, &[][..]),
    };
    json!({
        "event": "earlier-run",
        "stack": stack,
        "by": run.by,
        "since": run.since.to_string(),
        "mayBeAtWork": life != Life::Over,
        "deletes": run.task.deletes(),
        "release": release,
        "policyLifted": run.policy_lifted,
        "done": done,
    })
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
