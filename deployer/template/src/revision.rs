//! PURE: the revision of a resource: a hash that changes whenever anything that defines the resource changes.
//!
//! The revision is the SHA-256, in hexadecimal, over the resource and every resource that its `Properties` reach,
//! directly or indirectly, by `Ref`, `Fn::GetAtt` or a variable of `Fn::Sub`. The resources are hashed in the order
//! of their logical ids, each as one line: its logical id, a space and `{"Type": …, "Properties": …}` as rendered, in
//! compact JSON. During the computation every revision parameter is sixty-four zeros, so that no revision is part of
//! its own or another revision's input.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use sha2::{Digest, Sha256};

use super::function::Function;
use super::substitute::{Part, parts};
use super::value::Value;

/// Computes the revision of a resource; `None` if there is no such resource.
pub(super) fn revision(resources: &IndexMap<String, Value>, logical_id: &str) -> Option<String> {
    let (start, _) = resources.get_key_value(logical_id)?;
    let mut reached = BTreeSet::from([start.as_str()]);
    let mut open = vec![start.as_str()];
    while let Some(resource) = open.pop() {
        let properties = resources.get(resource).and_then(|body| body.get("Properties"));
        let mut names = Vec::new();
        if let Some(properties) = properties {
            references(properties, &mut names);
        }
        for name in names {
            if let Some((name, _)) = resources.get_key_value(name)
                && reached.insert(name)
            {
                open.push(name);
            }
        }
    }
    let mut hash = Sha256::new();
    for resource in reached {
        let body = resources.get(resource);
        let part = |key: &str| body.and_then(|body| body.get(key)).map(Value::to_json);
        let line = serde_json::json!({ "Type": part("Type"), "Properties": part("Properties") });
        hash.update(format!("{resource} {line}\n"));
    }
    Some(hexadecimal(&hash.finalize()))
}

/// Writes bytes in hexadecimal.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// Collects the logical ids and pseudo parameters that a value refers to.
pub(super) fn references<'v>(value: &'v Value, names: &mut Vec<&'v str>) {
    match value {
        Value::Flag(_) | Value::Number(_) | Value::Text(_) | Value::Stored(_) => {}
        Value::List(items) => items.iter().for_each(|item| references(item, names)),
        Value::Object(members) => members.values().for_each(|member| references(member, names)),
        Value::Call(function, argument) => {
            match (function, argument.as_ref()) {
                (Function::Ref, Value::Text(name)) => names.push(name),
                (Function::GetAtt, Value::List(arguments)) => {
                    if let Some(Value::Text(name)) = arguments.first() {
                        names.push(name);
                    }
                }
                (Function::Sub, Value::Text(text)) => names.extend(variables(text)),
                (Function::Sub, Value::List(arguments)) => {
                    if let Some(Value::Text(text)) = arguments.first() {
                        names.extend(variables(text));
                    }
                }
                _ => {}
            }
            references(argument, names);
        }
    }
}

fn variables(text: &str) -> impl Iterator<Item = &str> {
    parts(text).into_iter().filter_map(|part| match part {
        Part::Variable(name) => name.split('.').next(),
        Part::Text(_) | Part::Escaped(_) => None,
    })
}
