//! The tables of the store in one process are those of the template.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use cfn_template::{Artifacts, Template, render};
use event_store_deployer::environment::Environment;
use serde_json::{Map, Value};

/// What of a table stays out: nobody reads its stream in one process, and nobody protects it from its only user.
const LEFT_OUT: &[&str] = &[
    "DeletionProtectionEnabled",
    "PointInTimeRecoverySpecification",
    "StreamSpecification",
];

fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(workspace(path)).unwrap()
}

/// The template's tables by their logical ids, as rendered for the environment `local`.
fn rendered() -> Map<String, Value> {
    let file = "environments/local.yaml";
    let environment =
        Environment::parse(file, &read(file), "local", None).unwrap_or_else(|problems| panic!("{problems}"));
    let file = "templates/event-store.yaml";
    let template = Template::parse(file, &read(file)).unwrap_or_else(|problems| panic!("{problems}"));
    let artifacts = Artifacts::in_bucket(environment.artifact_bucket())
        .with("event-store-api", "api.zip".to_owned())
        .with("event-store-relay", "relay.zip".to_owned());
    let rendered =
        render(&template, &environment.values(), &artifacts).unwrap_or_else(|problems| panic!("{problems}"));
    let mut rendered: Value = serde_json::from_str(rendered.json()).unwrap();
    let Value::Object(resources) = rendered["Resources"].take() else {
        panic!("a template has resources")
    };
    let tables = resources
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
    const FILE: &str = "function/src/local/tables.json";
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
