//! PURE: compares two JSON values, and formats a value.

use serde::Serialize;
use serde_json::{Map, Value};

/// A value that differs between two templates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ValueChange {
    /// Its path, such as `Properties.Timeout`.
    pub path: String,
    /// The old value; `None` if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The new value; `None` if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// The members that can name an element of a list, in order of preference.
const NAMES: [&str; 7] = [
    "Sid",
    "PolicyName",
    "IndexName",
    "AttributeName",
    "Protocol",
    "Key",
    "Name",
];

/// Lists the differences between two values, as deep as possible.
pub(super) fn changes(before: &Value, after: &Value) -> Vec<ValueChange> {
    let mut found = Vec::new();
    compare(&mut found, String::new(), Some(before), Some(after));
    found
}

fn compare(found: &mut Vec<ValueChange>, path: String, before: Option<&Value>, after: Option<&Value>) {
    if before == after {
        return;
    }
    // An added or removed value is reported as a whole.
    match (before.and_then(members), after.and_then(members)) {
        (Some(old), Some(new)) => {
            let is_list = before.is_some_and(Value::is_array);
            let below = |name: &str| match (path.is_empty(), is_list) {
                (_, true) => format!("{path}[{name}]"),
                (true, false) => name.to_owned(),
                (false, false) => format!("{path}.{name}"),
            };
            for (name, value) in &old {
                compare(found, below(name), Some(value), new.get(name));
            }
            for (name, value) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
                compare(found, below(name), None, Some(value));
            }
        }
        _ => found.push(ValueChange {
            path,
            before: before.cloned(),
            after: after.cloned(),
        }),
    }
}

/// The named members of a value; `None` if it must be compared as a whole.
fn members(value: &Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(_) if intrinsic(value).is_some() => None,
        Value::Object(members) => Some(members.clone()),
        Value::Array(elements) => {
            let mut named = Map::new();
            for element in elements {
                let name = NAMES.iter().find_map(|name| element.get(name)?.as_str())?;
                if named.insert(name.to_owned(), element.clone()).is_some() {
                    return None;
                }
            }
            (!named.is_empty()).then_some(named)
        }
        _ => None,
    }
}

/// The name and the argument of an intrinsic function.
fn intrinsic(value: &Value) -> Option<(&str, &Value)> {
    let members = value.as_object().filter(|members| members.len() == 1)?;
    let (name, argument) = members.iter().next()?;
    let name = name.strip_prefix("Fn::").or((name == "Ref").then_some("Ref"))?;
    Some((name, argument))
}

/// Formats a value on one line, as in a YAML template.
pub fn shown(value: &Value) -> String {
    match (intrinsic(value), value) {
        (Some(("GetAtt", Value::Array(path))), _) => {
            let path: Vec<&str> = path.iter().filter_map(Value::as_str).collect();
            format!("!GetAtt {}", path.join("."))
        }
        (Some((name, Value::String(argument))), _) => format!("!{name} {argument}"),
        (Some((name, argument)), _) => format!("!{name} {}", shown(argument)),
        (None, Value::Object(members)) => {
            let members: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{name}: {}", shown(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        (None, Value::Array(elements)) => {
            let elements: Vec<String> = elements.iter().map(shown).collect();
            format!("[{}]", elements.join(", "))
        }
        (None, other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn functions_are_shown_as_in_yaml() {
        for (value, text) in [
            (json!({"Ref": "Table"}), "!Ref Table"),
            (
                json!({"Fn::GetAtt": ["Table", "StreamArn"]}),
                "!GetAtt Table.StreamArn",
            ),
            (
                json!({"Fn::GetAtt": "Table.StreamArn"}),
                "!GetAtt Table.StreamArn",
            ),
            (
                json!({"Fn::Sub": "${Table.Arn}/index/a"}),
                "!Sub ${Table.Arn}/index/a",
            ),
            (
                json!({"Fn::Join": ["/", [{"Ref": "A"}]]}),
                "!Join [\"/\", [!Ref A]]",
            ),
            (json!([1, "a", true, null]), "[1, \"a\", true, null]"),
            (json!({"a": {"Ref": "B"}}), "{a: !Ref B}"),
        ] {
            assert_eq!(shown(&value), text);
        }
    }

    #[test]
    fn a_function_is_compared_as_a_whole() {
        let found = changes(
            &json!({"a": {"Fn::GetAtt": ["A", "Arn"]}}),
            &json!({"a": {"Fn::GetAtt": ["B", "Arn"]}}),
        );
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, "a");
    }

    #[test]
    fn two_elements_of_one_name_are_compared_as_one_list() {
        let list = |last: &str| json!({"l": [{"Key": "a", "v": 1}, {"Key": "a", "v": last}]});
        assert_eq!(changes(&list("x"), &list("y"))[0].path, "l");
    }
}
