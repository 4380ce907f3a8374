//! PURE: the outcome of an operation as a JSON object.

use cfn_deploy::stack::plan::Plan;
use cfn_deploy::{Collected, Deployed, Destroyed, Drilled, Outputs, Pushed, RolledBack};
use serde_json::{Value, json};

/// The outcome of a deployment.
pub(in crate::ui) fn deployed(stack: &str, deployed: &Deployed, outputs: &Outputs) -> Value {
    let outcome = match deployed {
        Deployed::Created(_) => "created",
        Deployed::Updated(_) => "updated",
        Deployed::Completed(..) => "completed",
        Deployed::Settled(_) => "settled",
        Deployed::Unchanged(_) => "unchanged",
    };
    json!({"event": "finished", "outcome": outcome, "stack": stack, "outputs": outputs})
}

/// The outcome of a push.
pub(in crate::ui) fn pushed(stack: &str, pushed: &Pushed) -> Value {
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

/// The deleted artifacts, or those that would be deleted.
pub(in crate::ui) fn collected(bucket: &str, collected: &Collected) -> Value {
    let (outcome, garbage) = match collected {
        Collected::Nothing(garbage) => ("nothing-there", garbage),
        Collected::WouldDelete(garbage) => ("would-delete", garbage),
        Collected::Deleted(garbage) => ("deleted", garbage),
    };
    json!({"event": "finished", "outcome": outcome, "bucket": bucket, "garbage": garbage})
}

/// A plan was written.
pub(in crate::ui) fn planned(plan: &Plan, file: &str) -> Value {
    let (stack, changes) = (&plan.place.stack, plan.changes.is_some());
    json!({"event": "finished", "outcome": "planned", "stack": stack, "file": file, "changes": changes})
}

/// The outcome of a rollback to a release.
pub(in crate::ui) fn rolled_back(rolled_back: &RolledBack, outputs: &Outputs) -> Value {
    let RolledBack { release, deployed } = rolled_back;
    let mut event = self::deployed(&release.stack, deployed, outputs);
    event["rolledBackTo"] = json!(release.id);
    event
}

/// The outcome of a deletion.
pub(in crate::ui) fn destroyed(stack: &str, destroyed: &Destroyed) -> Value {
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

/// A store passed its test.
pub(in crate::ui) fn tried(stack: &str) -> Value {
    json!({"event": "finished", "outcome": "works", "stack": stack})
}

/// A drill that went well.
pub(in crate::ui) fn drilled(stack: &str, drilled: &Drilled) -> Value {
    let steps = drilled.steps.iter().map(|taken| {
        let milliseconds = u64::try_from(taken.took.as_millis()).unwrap_or(u64::MAX);
        json!({"step": taken.step, "milliseconds": milliseconds})
    });
    json!({
        "event": "finished",
        "outcome": "drilled",
        "stack": stack,
        "steps": steps.collect::<Vec<_>>(),
        "reconciled": drilled.reconciled,
        "verified": drilled.verified,
    })
}
