//! PURE: the JSON Schema with which editors check an environment file.

use schemars::schema_for;
use serde_json::Value;

use super::EnvironmentFile;

/// Writes the JSON Schema of an environment file, as it is stored next to the environments.
pub fn schema() -> String {
    let mut schema = Value::from(schema_for!(EnvironmentFile));
    forbid_null(&mut schema);
    format!("{schema:#}\n")
}

/// A key may be missing, but a key without a value is a mistake. The generated schema would accept it as missing.
fn forbid_null(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    members.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(choices)) = members.get_mut("anyOf") {
                choices.retain(|choice| choice["type"] != "null");
            }
            members.values_mut().for_each(forbid_null);
        }
        Value::Array(items) => items.iter_mut().for_each(forbid_null),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn the_schema_beside_the_environments_is_current() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../environments/environment.schema.json");
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            fs::write(&path, schema()).unwrap();
        }
        let written = fs::read_to_string(&path).unwrap();
        assert!(
            written == schema(),
            "run the deployer's tests with UPDATE_SCHEMA=1, then read what changed"
        );
    }

    #[test]
    fn the_schema_knows_the_keys_that_are_read() {
        let schema: Value = serde_json::from_str(&schema()).unwrap();
        let mut known: Vec<_> = schema["properties"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let mut read = EnvironmentFile::KEYS;
        known.sort_unstable();
        read.sort_unstable();
        assert_eq!(known, read);
        assert_eq!(schema["required"], serde_json::json!(EnvironmentFile::REQUIRED));
        assert_eq!(schema["additionalProperties"], false);
    }
}
