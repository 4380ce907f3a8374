//! IAM, as far as it reads what `policy` prints: whether some statement allows a call.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

/// What a caller may do, and what CloudFormation's handlers would call in the caller's name.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Rights {
    /// The documents of the caller's policies.
    policies: Vec<Value>,
    /// What the handler of each type calls to read a resource.
    reads: BTreeMap<String, Vec<String>>,
}

impl Rights {
    /// The same without one action.
    pub(crate) fn without(mut self, action: &str) -> Self {
        for document in &mut self.policies {
            for statement in document["Statement"].as_array_mut().unwrap() {
                if let Value::Array(actions) = &mut statement["Action"] {
                    actions.retain(|allowed| allowed != action);
                }
            }
        }
        self
    }

    /// Whether some statement allows an action on a resource, where the request has these keys.
    pub(super) fn allow(&self, action: &str, resource: &str, keys: &[(&str, &str)]) -> bool {
        self.statements().any(|statement| {
            texts(&statement["Action"]).contains(action)
                && texts(&statement["Resource"])
                    .iter()
                    .any(|pattern| matches(pattern, resource))
                && holds(&statement["Condition"], keys)
        })
    }

    /// The first call of a type's reading handler that no statement allows on anything.
    pub(super) fn unreadable(&self, kind: &str) -> Option<&str> {
        let granted: BTreeSet<&str> = self
            .statements()
            .flat_map(|statement| texts(&statement["Action"]))
            .collect();
        let mut reads = self.reads.get(kind).into_iter().flatten();
        reads
            .find(|action| !granted.contains(action.as_str()))
            .map(String::as_str)
    }

    fn statements(&self) -> impl Iterator<Item = &Value> {
        self.policies
            .iter()
            .flat_map(|document| document["Statement"].as_array().unwrap())
    }
}

/// A text, or each of several.
fn texts(value: &Value) -> BTreeSet<&str> {
    match value {
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect(),
        text => text.as_str().into_iter().collect(),
    }
}

/// A condition on a key that is not there does not hold, whatever it asks.
fn holds(condition: &Value, keys: &[(&str, &str)]) -> bool {
    let asked = condition
        .as_object()
        .into_iter()
        .flat_map(|operators| operators.values());
    asked
        .flat_map(|asked| asked.as_object().unwrap())
        .all(|(key, wanted)| {
            let value = keys.iter().find(|(given, _)| given == key);
            value.is_some_and(|(_, value)| texts(wanted).iter().any(|pattern| matches(pattern, value)))
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
