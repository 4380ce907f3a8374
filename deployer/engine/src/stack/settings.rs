//! PURE: what of a stack is neither in its template nor in its resources.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::DeployedStack;
use super::comparison::ValueChange;

/// How a stack's tags and its termination protection differ from what is asked for.
pub(crate) fn changed_settings(
    stack: &DeployedStack,
    tags: &BTreeMap<String, String>,
    protected: bool,
) -> Vec<ValueChange> {
    let mut changes = changed_tags(&stack.tags, tags);
    if stack.termination_protection != protected {
        changes.push(ValueChange {
            path: "TerminationProtection".to_owned(),
            before: Some(stack.termination_protection.into()),
            after: Some(protected.into()),
        });
    }
    changes
}

fn changed_tags(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<ValueChange> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let value = |tags: &BTreeMap<String, String>, name| tags.get(name).map(|text| Value::from(text.as_str()));
    names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| ValueChange {
            path: format!("Tags[{name}]"),
            before: value(before, name),
            after: value(after, name),
        })
        .collect()
}
