//! PURE: the engine's questions as JSON objects.

use cfn_deploy::Question;
use cfn_deploy::stack::ChangeSummary;
use cfn_deploy::stack::outline::Outline;
use cfn_deploy::stack::widening::Widening;
use serde_json::{Value, json};

/// What needs approval.
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

/// The changes of a change set.
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
