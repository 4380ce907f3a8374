//! PURE: finds the references in a value of a rendered template.

use serde_json::Value;

/// The logical ids and pseudo parameters that a value refers to by `Ref`, `Fn::GetAtt` and `Fn::Sub`.
pub(super) fn references(value: &Value) -> Vec<&str> {
    let mut names = Vec::new();
    collect(value, &mut names);
    names
}

fn collect<'v>(value: &'v Value, names: &mut Vec<&'v str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        Value::Object(members) => {
            for (key, value) in members {
                match (key.as_str(), value) {
                    ("Ref", Value::String(name)) => names.push(name),
                    ("Fn::GetAtt", Value::String(path)) => names.extend(path.split('.').next()),
                    ("Fn::GetAtt", Value::Array(path)) => {
                        names.extend(path.first().and_then(Value::as_str));
                    }
                    ("Fn::Sub", Value::String(text)) => variables(text, names),
                    ("Fn::Sub", Value::Array(parts)) => {
                        if let Some(text) = parts.first().and_then(Value::as_str) {
                            variables(text, names);
                        }
                        parts.iter().skip(1).for_each(|part| collect(part, names));
                    }
                    _ => collect(value, names),
                }
            }
        }
        _ => {}
    }
}

fn variables<'v>(text: &'v str, names: &mut Vec<&'v str>) {
    for part in text.split("${").skip(1) {
        if let Some((name, _)) = part.split_once('}')
            && !name.starts_with('!')
        {
            names.extend(name.trim().split('.').next());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_way_to_refer_is_found() {
        let value = json!({
            "a": {"Ref": "A"},
            "b": [{"Fn::GetAtt": ["B", "Arn"]}, {"Fn::GetAtt": "C.Arn"}],
            "c": {"Fn::Sub": "${D}-${E.Arn}-${!F}"},
            "d": {"Fn::Sub": ["${G}${x}", {"x": {"Ref": "H"}}]},
            "e": "plain ${J}",
        });
        assert_eq!(references(&value), ["A", "B", "C", "D", "E", "G", "x", "H"]);
    }
}
