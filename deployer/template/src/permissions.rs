//! PURE: creates the permissions on one function one after another.
//!
//! Each `AWS::Lambda::Permission` adds a statement to the policy of a function or alias. CloudFormation creates
//! independent resources in parallel, and Lambda refuses concurrent changes of one policy
//! (`ResourceConflictException`,
//! [AddPermission](https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html)). A loop in a template
//! cannot make an item depend on the one before it, so the rendering adds the dependency.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::revision::references;
use super::value::Value;

/// Makes each permission depend on the previous one on the same function, unless that would close a cycle.
pub(super) fn one_after_another(resources: &mut IndexMap<String, Value>) {
    let mut latest: Vec<(Value, String)> = Vec::new();
    let permissions: Vec<(String, Value)> = resources
        .iter()
        .filter(|(_, body)| {
            body.get("Type").and_then(Value::as_text).as_deref() == Some("AWS::Lambda::Permission")
        })
        .filter_map(|(name, body)| {
            let function = body.get("Properties")?.get("FunctionName")?;
            Some((name.clone(), function.clone()))
        })
        .collect();
    for (name, function) in permissions {
        match latest.iter_mut().find(|(of, _)| *of == function) {
            None => latest.push((function, name)),
            Some((_, before)) => {
                if !reaches(resources, &name, before) && !reaches(resources, before, &name) {
                    depend(resources, &name, before);
                }
                *before = name;
            }
        }
    }
}

/// Tells whether a resource depends on another, through `DependsOn` or a reference.
fn reaches(resources: &IndexMap<String, Value>, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(name) = open.pop() {
        let Some(body) = resources.get(name) else { continue };
        let mut names = depends_on(body);
        references(body, &mut names);
        for name in names {
            if name == to {
                return true;
            }
            if seen.insert(name) {
                open.push(name);
            }
        }
    }
    false
}

fn depends_on(body: &Value) -> Vec<&str> {
    match body.get("DependsOn") {
        Some(Value::Text(name)) => vec![name],
        Some(Value::List(names)) => names
            .iter()
            .filter_map(|name| match name {
                Value::Text(name) => Some(name.as_str()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn depend(resources: &mut IndexMap<String, Value>, name: &str, on: &str) {
    let Some(Value::Object(members)) = resources.get_mut(name) else {
        return;
    };
    let one = Value::text(on);
    match members.get_mut("DependsOn") {
        None => {
            members.insert("DependsOn".to_owned(), one);
        }
        Some(Value::List(names)) => names.push(one),
        Some(other) => {
            let before = std::mem::replace(other, Value::List(Vec::new()));
            *other = Value::List(vec![before, one]);
        }
    }
}
