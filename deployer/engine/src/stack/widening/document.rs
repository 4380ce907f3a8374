//! PURE: reads policy documents, statement by statement.

use serde_json::{Map, Value};

use super::grant::{Effect, Grant};
use super::reading::Reading;
use crate::stack::comparison::shown;

const EVERYBODY: &str = "everybody";

/// The policy version in which `${…}` is a variable; in the older version it is literal
/// ([reference](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html)).
const WITH_VARIABLES: &str = "2012-10-17";

/// The kind of attachment of a document.
#[derive(Clone, Copy, Debug)]
pub(super) enum Attached<'name> {
    /// To a principal, which may do what it allows; its statements name no principal.
    To(&'name str),
    /// On a resource, which others may use; its statements name principals.
    On(&'name Value),
}

/// Splits a policy document into grants; notes unreadable parts with their paths.
pub(super) fn read(document: &Value, path: &str, attached: Attached<'_>, reading: &mut Reading) {
    // Some properties take the document as a string.
    let parsed = document
        .as_str()
        .and_then(|text| serde_json::from_str::<Value>(text).ok());
    let Some(members) = parsed.as_ref().unwrap_or(document).as_object() else {
        reading.unread(path, document);
        return;
    };
    let mut has_variables = false;
    let mut statements: &Value = &Value::Null;
    for (name, value) in members {
        match name.as_str() {
            "Version" => has_variables = value == WITH_VARIABLES,
            "Statement" => statements = value,
            "Id" => {}
            _ => reading.unread(&format!("{path}.{name}"), value),
        }
    }
    for (index, statement) in list(statements).into_iter().enumerate() {
        match grants(statement, attached, has_variables) {
            Some(grants) => grants.into_iter().for_each(|grant| reading.grant(grant)),
            None => reading.unread(&format!("{path}.Statement[{index}]"), statement),
        }
    }
}

/// The grants of a statement; `None` if it cannot be read.
fn grants(statement: &Value, attached: Attached<'_>, has_variables: bool) -> Option<Vec<Grant>> {
    const MEMBERS: [&str; 9] = [
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    ];
    let members = statement.as_object()?;
    if members.keys().any(|name| !MEMBERS.contains(&name.as_str())) {
        return None;
    }
    let effect = match members.get("Effect")?.as_str()? {
        "Allow" => Effect::Allow,
        "Deny" => Effect::Deny,
        _ => return None,
    };
    let literally = |text: String| {
        if has_variables || !text.contains("${") {
            text
        } else {
            format!("literally {text}")
        }
    };
    let condition = match members.get("Condition") {
        None => None,
        Some(condition @ Value::Object(_)) => Some(literally(shown(condition))),
        Some(_) => return None,
    };
    let principals = principals(members, attached)?;
    let actions = either(members, "Action", "NotAction")??;
    let resources = resources(members, attached)?;
    let mut grants = Vec::new();
    for principal in &principals {
        for action in &actions {
            for resource in &resources {
                grants.push(Grant {
                    principal: literally(principal.clone()),
                    action: action.clone(),
                    resource: literally(resource.clone()),
                    condition: condition.clone(),
                    effect,
                });
            }
        }
    }
    Some(grants)
}

/// The values of one of two opposite members; `None` if they cannot be read, `Some(None)` if neither is present. The
/// list of exceptions in a negated member counts as one value, because fewer exceptions mean more grants.
#[expect(
    clippy::option_option,
    reason = "unreadable, absent and given are three things, and `?` takes the first"
)]
fn either(members: &Map<String, Value>, named: &str, all_but: &str) -> Option<Option<Vec<String>>> {
    match (members.get(named), members.get(all_but)) {
        (None, None) => Some(None),
        (Some(value), None) => Some(Some(texts(value)?)),
        (None, Some(value)) => Some(Some(vec![everything_but("everything", texts(value)?)])),
        (Some(_), Some(_)) => None,
    }
}

fn everything_but(everything: &str, mut excepted: Vec<String>) -> String {
    excepted.sort();
    excepted.dedup();
    format!("{everything} but {}", excepted.join(", "))
}

fn resources(members: &Map<String, Value>, attached: Attached<'_>) -> Option<Vec<String>> {
    let named = either(members, "Resource", "NotResource")?;
    let Attached::On(target) = attached else {
        return Some(named.unwrap_or_else(|| vec!["*".to_owned()]));
    };
    let at = text(target)?;
    let Some(named) = named else {
        return Some(vec![at]);
    };
    let is_own = members.get("Resource").is_some_and(|value| is_of(value, target));
    Some(
        named
            .into_iter()
            .map(|name| match name.as_str() {
                "*" => at.clone(),
                same if same == at || is_own => name,
                _ => format!("{name} by the policy of {at}"),
            })
            .collect(),
    )
}

/// Tells whether both values are the same resource of the template, by whichever of its names.
fn is_of(value: &Value, target: &Value) -> bool {
    fn logical_id(value: &Value) -> Option<&str> {
        value["Ref"].as_str().or_else(|| value["Fn::GetAtt"][0].as_str())
    }
    logical_id(value).is_some_and(|name| logical_id(target) == Some(name))
}

fn principals(members: &Map<String, Value>, attached: Attached<'_>) -> Option<Vec<String>> {
    match (members.get("Principal"), members.get("NotPrincipal"), attached) {
        (Some(value), None, _) => named_principals(value),
        (None, Some(value), _) => {
            let excepted = named_principals(value)?;
            Some(vec![everything_but(EVERYBODY, excepted)])
        }
        (None, None, Attached::To(holder)) => Some(vec![holder.to_owned()]),
        (None, None, Attached::On(_)) | (Some(_), Some(_), _) => None,
    }
}

fn named_principals(value: &Value) -> Option<Vec<String>> {
    let Value::Object(kinds) = value else {
        return texts(value).map(|names| names.iter().map(|name| principal(name)).collect());
    };
    if is_function(kinds) {
        return Some(vec![text(value)?]);
    }
    let mut found = Vec::new();
    for (kind, names) in kinds {
        for name in texts(names)? {
            found.push(match kind.as_str() {
                "AWS" => principal(&name),
                _ => format!("{kind} {name}"),
            });
        }
    }
    Some(found)
}

/// The name of a principal; `*` is shown as a word.
pub(super) fn principal(name: &str) -> String {
    if name == "*" {
        EVERYBODY.to_owned()
    } else {
        name.to_owned()
    }
}

/// One or several values as strings; `None` if one is neither a string nor a function that yields one.
pub(super) fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(values) => values.iter().map(text).collect(),
        one => Some(vec![text(one)?]),
    }
}

/// A string, or a function that yields one.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(shown(value)),
        Value::Object(members) if is_function(members) => Some(shown(value)),
        Value::Object(_) | Value::Array(_) | Value::Null => None,
    }
}

fn is_function(members: &Map<String, Value>) -> bool {
    members.len() == 1
        && members
            .keys()
            .all(|name| name == "Ref" || name.starts_with("Fn::"))
}

/// One value or several.
pub(super) fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(values) => values.iter().collect(),
        one => vec![one],
    }
}
