//! The rendering of each template for each environment. A change to either shows here as a change in AWS.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod alarms;
mod consumers;
mod refusals;

use std::fs;
use std::path::Path;

use cfn_template::{Artifacts, Capability, DeletionPolicy, Rendered, Template, render};
use event_store_deployer::environment::{Architecture, Environment, Instance};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

fn template(name: &str) -> Template {
    let file = format!("templates/{name}.yaml");
    Template::parse(&file, &read(&file)).unwrap_or_else(|problems| panic!("{problems}"))
}

fn environment(name: &str, instance: Option<&str>) -> Environment {
    let file = format!("environments/{name}.yaml");
    let instance = instance.map(|instance| instance.parse::<Instance>().unwrap());
    let mut environment = Environment::parse(&file, &read(&file), name, instance.as_ref())
        .unwrap_or_else(|problems| panic!("{problems}"));
    // The rendering must not depend on the processor of the machine that runs the tests.
    if environment.architecture == Architecture::Host {
        environment.architecture = Architecture::X86_64;
    }
    environment
}

fn event_store(environment: &Environment) -> Rendered {
    let processor = environment.architecture.processor();
    let key = |binary: &str| format!("code/{binary}/{processor}/{}.zip", "0".repeat(64));
    let artifacts = Artifacts::in_bucket(environment.artifact_bucket())
        .with("event-store-api", key("event-store-api"))
        .with("event-store-relay", key("event-store-relay"));
    render(&template("event-store"), &environment.values(), &artifacts)
        .unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn the_event_store_of_every_environment() {
    for name in ["local", "staging", "production"] {
        let rendered = event_store(&environment(name, None));
        insta::assert_snapshot!(format!("event-store@{name}"), rendered.json());
    }
    let file = "environments/production.yaml";
    let callers = (1..=5).map(|number| format!("    - arn:aws:iam::222222222222:role/caller-{number}\n"));
    let more = format!("  Callers:\n{}", callers.collect::<String>());
    let text = read(file).replace("  Callers:\n", &more);
    let environment_with_callers = Environment::parse(file, &text, "production", None).unwrap();
    let rendered = event_store(&environment_with_callers);
    insta::assert_snapshot!("event-store@production+callers", rendered.json());
    let rendered = event_store(&environment("staging", Some("pr-42")));
    insta::assert_snapshot!("event-store@staging-pr-42", rendered.json());
}

#[test]
fn a_store_behind_an_endpoint_tells_the_address_that_works_there() {
    let address = |name: &str| {
        let rendered = event_store(&environment(name, None));
        rendered.resource("UrlParameter").unwrap().properties["Value"].clone()
    };
    insta::assert_json_snapshot!(address("production"), @r#"
    {
      "Fn::GetAtt": [
        "ApiUrl",
        "FunctionUrl"
      ]
    }
    "#);
    let address = &address("local")["Fn::Sub"];
    assert_eq!(address[0], "http://127.0.0.1:4566/_aws/lambda-url/${Id}/");
    assert!(address[1]["Id"].to_string().contains("FunctionUrl"), "{address}");
}

#[test]
fn the_artifacts_of_every_environment() {
    for name in ["local", "staging", "production"] {
        let environment = environment(name, None).of_artifacts();
        let artifacts = Artifacts::in_bucket(environment.artifact_bucket());
        let rendered = render(&template("artifacts"), &environment.values(), &artifacts).unwrap();
        insta::assert_snapshot!(format!("artifacts@{name}"), rendered.json());
        let bucket = rendered.resource("ArtifactBucket").unwrap();
        assert_eq!(
            bucket.name.as_deref(),
            Some(environment.artifact_bucket().as_str())
        );
        assert_eq!(bucket.deletion_policy, DeletionPolicy::Retain);
    }
}

#[test]
fn a_rendering_fits_into_a_request() {
    for name in ["local", "staging", "production"] {
        let length = event_store(&environment(name, None)).json().len();
        assert!(length <= 51_200, "{name} has {length} bytes");
    }
}

#[test]
fn the_events_outlive_their_stack_but_not_an_instances() {
    let table = |environment: &Environment| event_store(environment).resource("EventsTable").unwrap().clone();
    let staging = table(&environment("staging", None));
    assert_eq!(staging.deletion_policy, DeletionPolicy::Retain);
    assert_eq!(staging.name.as_deref(), Some("event-store-staging-events"));
    let instance = table(&environment("staging", Some("pr-42")));
    assert_eq!(instance.deletion_policy, DeletionPolicy::Delete);
    assert_eq!(instance.name.as_deref(), Some("event-store-staging-pr-42-events"));
}

#[test]
fn roles_without_names_of_their_own_are_acknowledged_as_such() {
    assert_eq!(
        event_store(&environment("production", None)).capabilities(),
        [Capability::Iam]
    );
}

/// The effects of a customer managed key: on each resource that stores data, and on the roles of the functions.
#[test]
fn a_key_of_ones_own_encrypts_all_that_keeps_something() {
    const KEY: &str = "arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let file = "environments/production.yaml";
    let text = read(file).replace("parameters:\n", &format!("parameters:\n  KmsKeyArn: {KEY}\n"));
    let with_key = event_store(&Environment::parse(file, &text, "production", None).unwrap());
    let without = event_store(&environment("production", None));
    assert!(
        !without.json().contains("kms:"),
        "no trace of a key where none is given"
    );
    let changed: Vec<String> = with_key
        .resources()
        .iter()
        .filter(|resource| resource.properties.to_string().contains(KEY))
        .map(|resource| {
            let before = &without.resource(&resource.logical_id).unwrap().properties;
            let members = resource.properties.as_object().unwrap();
            let changed: Vec<&str> = members
                .iter()
                .filter(|(name, value)| before.get(name) != Some(value))
                .map(|(name, _)| name.as_str())
                .filter(|name| *name != "Description")
                .collect();
            format!("{}: {}", resource.logical_id, changed.join(", "))
        })
        .collect();
    insta::assert_snapshot!(changed.join("\n"), @"
    EventsTable: SSESpecification
    CatalogueTable: SSESpecification
    FeedTable: SSESpecification
    ApiLogGroup: KmsKeyId
    ApiRole: Policies
    ApiFunction: KmsKeyArn
    RelayLogGroup: KmsKeyId
    FailureQueue: KmsMasterKeyId, SqsManagedSseEnabled
    RelayRole: Policies
    RelayFunction: KmsKeyArn
    UpdatesTopic: KmsMasterKeyId
    DeliveryLogGroup: KmsKeyId
    DeliveryFailureLogGroup: KmsKeyId
    ");
    let statements = |role: &str| {
        let role = with_key.resource(role).unwrap();
        role.properties["Policies"][0]["PolicyDocument"]["Statement"]
            .as_array()
            .unwrap()
            .clone()
    };
    for role in ["ApiRole", "RelayRole"] {
        let of_key: Vec<_> = statements(role)
            .into_iter()
            .filter(|statement| statement["Sid"] == "UseKey")
            .collect();
        assert_eq!(of_key.len(), 1, "{role}");
        assert_eq!(of_key[0]["Resource"], KEY);
    }
}
