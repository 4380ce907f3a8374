//! The tables of the store in one process are those of the template.

use std::fs;

use serde_json::{Map, Value};

use super::{read, resources, workspace};

/// The properties of a table that the store in one process omits: its stream, which nobody reads, and its protection, which one user does not need.
const LEFT_OUT: &[&str] = &[
    "DeletionProtectionEnabled",
    "PointInTimeRecoverySpecification",
    "StreamSpecification",
];

/// The template's tables by their logical ids, as rendered for the environment `local`.
fn rendered() -> Map<String, Value> {
    let tables = resources("local")
        .into_iter()
        .filter(|(_, resource)| resource["Type"] == "AWS::DynamoDB::Table");
    tables
        .map(|(name, mut table)| {
            let properties = table["Properties"].as_object_mut().unwrap();
            properties.retain(|property, _| !LEFT_OUT.contains(&property.as_str()));
            (name, table["Properties"].take())
        })
        .collect()
}

#[test]
fn the_store_in_one_process_has_the_tables_of_the_template() {
    const FILE: &str = "function/src/dynamo/tables.json";
    let expected = rendered();
    assert_eq!(expected.len(), 3, "{:?}", expected.keys());
    let text = serde_json::to_string_pretty(&expected).unwrap() + "\n";
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(workspace(FILE), &text).unwrap();
    }
    assert_eq!(
        read(FILE),
        text,
        "{FILE} is not what the template renders to; `INSTA_UPDATE=always` rewrites it"
    );
}
