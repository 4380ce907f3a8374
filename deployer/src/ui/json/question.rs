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
        Question::Drill {
            source,
            at,
            stack,
            table,
            left,
        } => json!({
            "event": "drill",
            "source": source,
            "at": at.map(|at| at.to_string()),
            "stack": stack,
            "table": table,
            "left": left,
        }),
        Question::Destroy(deletion) => json!({
            "event": "deletion",
            "stack": deletion.stack,
            "goes": resources(deletion.goes),
            "stays": deletion.stays,
            "staysToo": resources(deletion.stays_too),
            "purges": deletion.purges,
            "lostMessages": deletion.lost,
        }),
    }
}

fn resources(resources: &[(String, String)]) -> Vec<Value> {
    let resources = resources.iter();
    let resources = resources.map(|(id, kind)| json!({"logicalId": id, "type": kind}));
    resources.collect()
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
