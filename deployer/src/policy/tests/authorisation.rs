//! A minimal IAM: tells whether some statement in the output of `policy` allows a call.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::policy::Policy;
use crate::policy::actions::GRANTED;

/// The calls of CloudFormation's handlers by type and handler, as `tools/handlers.py` extracts them.
pub(super) const HANDLERS: &str = include_str!("../../../tests/handlers.json");

/// A request to IAM.
pub(super) struct Request {
    pub(super) action: String,
    pub(super) resource: String,
    pub(super) keys: BTreeMap<&'static str, String>,
}

/// Tells whether some statement allows the request.
pub(super) fn is_allowed(policies: &[Policy], request: &Request) -> bool {
    policies.iter().flat_map(Policy::statements).any(|statement| {
        statement.actions.contains(&request.action)
            && statement
                .resources
                .iter()
                .any(|pattern| matches(pattern, &request.resource))
            && statement
                .condition
                .as_ref()
                .is_none_or(|condition| holds(condition, &request.keys))
    })
}

/// The calls by which a type's handler reads a resource, without the excluded ones.
pub(super) fn reads_of(kind: &str) -> BTreeSet<String> {
    let handlers: BTreeMap<String, BTreeMap<String, Vec<String>>> = serde_json::from_str(HANDLERS).unwrap();
    let granted = GRANTED
        .iter()
        .find(|(of, _)| *of == kind)
        .map(|(_, actions)| *actions);
    let read = handlers.get(kind).and_then(|handlers| handlers.get("read"));
    let granted = granted.unwrap_or_default();
    let reads = read
        .into_iter()
        .flatten()
        .filter(|action| granted.contains(&action.as_str()));
    reads.cloned().collect()
}

/// A condition on a missing key is never met.
fn holds(condition: &Value, keys: &BTreeMap<&'static str, String>) -> bool {
    let operators = condition.as_object().unwrap().values();
    operators
        .flat_map(|asked| asked.as_object().unwrap())
        .all(|(key, wanted)| {
            let wanted: Vec<&str> = match wanted {
                Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect(),
                text => text.as_str().into_iter().collect(),
            };
            let value = keys.get(key.as_str());
            value.is_some_and(|value| wanted.iter().any(|pattern| matches(pattern, value)))
        })
}

fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            (0..=text.len()).any(|end| text.is_char_boundary(end) && matches(rest, &text[end..]))
        }),
    }
}
