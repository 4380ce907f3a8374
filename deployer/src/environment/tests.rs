//! What a user sees of an environment file, right or wrong.

use super::*;

const PRODUCTION: &str = r#"
account: "123456789012"
region: eu-central-1
stack: store
protected: true
architecture: x86_64
parameters:
  Access: iam
  Callers: [arn:aws:iam::123456789012:role/orders, 210987654321]
  ApiMemoryMb: 512
  Tracing: true
tags: { service: event-store, cost: 42 }
executionRole: arn:aws:iam::123456789012:role/deploy
permissionsBoundary: arn:aws:iam::123456789012:policy/boundary
"#;

fn parse(text: &str) -> Result<Environment, Problems> {
    Environment::parse("environments/staging.yaml", text, "staging", None)
}

fn refused(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

fn instance(name: &str) -> Instance {
    name.parse().unwrap()
}

#[test]
fn a_file_is_read_whole() {
    let environment = parse(PRODUCTION).unwrap();
    assert_eq!(environment.name.as_str(), "staging");
    assert_eq!(environment.account.as_str(), "123456789012");
    assert_eq!(environment.region.as_str(), "eu-central-1");
    assert_eq!(environment.stack.as_str(), "store");
    assert!(environment.protected);
    assert_eq!(environment.architecture, Architecture::X86_64);
    assert_eq!(
        environment.execution_role.as_ref().unwrap().as_str(),
        "arn:aws:iam::123456789012:role/deploy"
    );
    assert!(environment.permissions_boundary.is_some());
    assert_eq!(
        environment.artifact_bucket(),
        "event-store-artifacts-123456789012-eu-central-1"
    );
    assert_eq!(environment.tags["cost"], "42");
}

#[test]
fn numbers_and_truth_values_of_parameters_become_texts() {
    let environment = parse(PRODUCTION).unwrap();
    let value = |name: &str| environment.parameters[name].value.clone();
    assert_eq!(value("ApiMemoryMb"), ParameterValue::Text("512".to_owned()));
    assert_eq!(value("Tracing"), ParameterValue::Text("true".to_owned()));
    let callers = ["arn:aws:iam::123456789012:role/orders", "210987654321"].map(str::to_owned);
    assert_eq!(value("Callers"), ParameterValue::List(callers.to_vec()));
    assert_eq!(
        environment.parameters["ApiMemoryMb"].at,
        Location { line: 10, column: 16 }
    );
}

#[test]
fn what_is_left_out_has_a_default() {
    let environment = parse("account: '000000000000'\nregion: eu-west-1\n").unwrap();
    assert_eq!(environment.stack.as_str(), "event-store-staging");
    assert_eq!(environment.architecture, Architecture::Arm64);
    assert!(!environment.protected);
    assert!(environment.parameters.is_empty());
    assert!(environment.tags.is_empty());
    assert_eq!(environment.endpoint, None);
}

#[test]
fn an_instance_is_a_suffix_of_the_stack() {
    let text = "account: '000000000000'\nregion: eu-west-1\n";
    let environment = Environment::parse(
        "environments/staging.yaml",
        text,
        "staging",
        Some(&instance("pr-42")),
    )
    .unwrap();
    assert_eq!(environment.stack.as_str(), "event-store-staging-pr-42");
    assert_eq!(environment.instance, Some(instance("pr-42")));
}

#[test]
fn an_instance_of_a_protected_environment_is_refused() {
    let problems = Environment::parse(
        "environments/production.yaml",
        PRODUCTION,
        "production",
        Some(&instance("pr-42")),
    )
    .unwrap_err();
    insta::assert_snapshot!(problems, @"");
}

#[test]
fn an_instance_counts_towards_the_length_of_the_stack() {
    let text = "account: '000000000000'\nregion: eu-west-1\nstack: event-store-of-the-orders-team\n";
    let problems = Environment::parse(
        "environments/staging.yaml",
        text,
        "staging",
        Some(&instance("pr-42")),
    )
    .unwrap_err();
    insta::assert_snapshot!(problems, @"");
}

#[test]
fn an_endpoint_has_its_own_function_urls() {
    let text = "account: '000000000000'\nregion: eu-west-1\nendpoint: http://127.0.0.1:4566\n\
                url: '{endpoint}/_aws/lambda-url/{id}/'\n";
    let environment = parse(text).unwrap();
    let endpoint = environment.endpoint.unwrap();
    let address = environment.url.unwrap().address(&endpoint, "abc");
    assert_eq!(address, "http://127.0.0.1:4566/_aws/lambda-url/abc/");
}

#[test]
fn all_problems_are_in_one_message() {
    let text = r"
acount: 123456789012
region: eu-centrl-1
stack: event_store
protected: maybe
architecture: arm46
parameters:
  Access:
  Callers: [a, [b], 'c,d']
  Nested: { a: 1 }
tags: { 'aws:cost': 1, 'a|b': 2, empty: }
executionRole: deploy
permissionsBoundary: !Ref Boundary
endpoint: 127.0.0.1:4566
url: http://127.0.0.1/
";
    insta::assert_snapshot!(refused(text), @"");
}

#[test]
fn an_empty_file_and_one_that_is_no_mapping_are_refused() {
    insta::assert_snapshot!(refused(""), @"");
    insta::assert_snapshot!(refused("- account\n"), @"");
}

#[test]
fn missing_keys_and_missing_values_are_told_apart() {
    insta::assert_snapshot!(refused("region:\n"), @"");
}

#[test]
fn repeated_keys_are_refused() {
    insta::assert_snapshot!(refused("region: eu-west-1\nregion: eu-west-2\n"), @"");
}

#[test]
fn a_region_without_function_urls_names_those_with() {
    insta::assert_snapshot!(refused("account: '000000000000'\nregion: eu-central-2\n"), @"");
}

#[test]
fn a_url_needs_an_endpoint() {
    insta::assert_snapshot!(
        refused("account: '000000000000'\nregion: eu-west-1\nurl: '{endpoint}/{id}'\n"), @"");
}

#[test]
fn a_stack_has_at_most_fifty_tags() {
    let tags: String = (0..51).map(|number| format!("  tag{number}: x\n")).collect();
    insta::assert_snapshot!(
        refused(&format!("account: '000000000000'\nregion: eu-west-1\ntags:\n{tags}")), @"");
}

#[test]
fn the_name_of_the_file_is_checked_as_well() {
    let text = "account: '000000000000'\nregion: eu-west-1\n";
    let problems = Environment::parse("environments/My Env.yaml", text, "My Env", None).unwrap_err();
    insta::assert_snapshot!(problems, @"");
}
