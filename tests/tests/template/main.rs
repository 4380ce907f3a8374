//! The facts on which the template and the code must agree.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod metrics;
mod tables;

use std::fs;
use std::path::{Path, PathBuf};

use cfn_template::{Artifacts, Template, render};
use event_store_deployer::environment::Environment;
use serde_json::{Map, Value};

fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(workspace(path)).unwrap()
}

/// The template's resources by their logical ids, as rendered for an environment.
fn resources(environment: &str) -> Map<String, Value> {
    let file = format!("environments/{environment}.yaml");
    let environment = Environment::parse(&file, &read(&file), environment, None)
        .unwrap_or_else(|problems| panic!("{problems}"));
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
    resources
}
