//! Each wrong input gets one message that names the place and the remedy, the exit code that scripts act on, and changes nothing.

use tempfile::TempDir;

use crate::session::{ENVIRONMENT, Session, TEMPLATE};

#[test]
fn no_environment_is_named() {
    insta::assert_snapshot!(Session::new().run("render"), @"");
}

#[test]
fn an_unknown_environment() {
    insta::assert_snapshot!(Session::new().run("render --env stagin"), @"");
}

#[test]
fn an_environment_outside_of_the_folder_of_environments() {
    insta::assert_snapshot!(Session::new().run("render --env ../local"), @"");
}

#[test]
fn a_folder_in_no_workspace() {
    let elsewhere = TempDir::new().unwrap();
    let text = Session::new().run_in(elsewhere.path(), "render --env local");
    insta::assert_snapshot!(text.replace(elsewhere.path().to_str().unwrap(), "<elsewhere>"), @"");
}

#[test]
fn an_unknown_command() {
    insta::assert_snapshot!(Session::new().run("deploy --env local"), @"");
}

#[test]
fn an_unknown_flag() {
    insta::assert_snapshot!(Session::new().run("up --env local --yess"), @"");
}

#[test]
fn two_places_for_artifacts() {
    insta::assert_snapshot!(Session::new().run("up --env local --no-build --artifacts zips"), @"");
}

#[test]
fn all_problems_of_an_environment_file_at_once() {
    let file = ENVIRONMENT
        .replace("region: eu-central-1", "reigon: eu-central-1")
        .replace("\"000000000000\"", "\"0000\"");
    let session = Session::new().with_file("environments/local.yaml", file);
    insta::assert_snapshot!(session.run("render --env local"), @"");
}

#[test]
fn problems_are_annotated_in_a_github_workflow() {
    let session = Session::new()
        .with_environment("eu-central-1", "eu-centrall-1")
        .with_variable("GITHUB_ACTIONS", "true");
    insta::assert_snapshot!(session.run("render --env local"), @"");
}

#[test]
fn an_unknown_parameter() {
    let session = Session::new().with_environment("Access: public", "Access: public\n  MemoryMB: 512");
    insta::assert_snapshot!(session.run("render --env local"), @"");
}

#[test]
fn a_missing_parameter() {
    let session = Session::new().with_environment("parameters:\n  Access: public\n", "");
    insta::assert_snapshot!(session.run("render --env local"), @"");
}

#[test]
fn parameters_out_of_range() {
    let session = Session::new().with_environment("Access: public", "Access: everybody\n  MemoryMb: 64");
    insta::assert_snapshot!(session.run("render --env local"), @"");
}

#[test]
fn a_parameter_that_the_deployer_fills_in() {
    let session = Session::new().with_environment("Access: public", "Access: public\n  ApiCodeKey: mine.zip");
    insta::assert_snapshot!(session.run("render --env local"), @"");
}

#[test]
fn a_protected_environment_with_public_access() {
    let session = Session::new().with_environment("stack: orders", "stack: orders\nprotected: true");
    insta::assert_snapshot!(session.run("render --env local"), @"");
}

#[test]
fn an_instance_of_a_protected_environment() {
    let session = Session::new().with_environment("stack: orders", "stack: orders\nprotected: true");
    insta::assert_snapshot!(session.run("render --env local --instance pr-42"), @"");
}

#[test]
fn a_bad_instance() {
    insta::assert_snapshot!(Session::new().run("render --env local --instance PR_42"), @"");
}

#[test]
fn a_template_that_is_not_yaml() {
    let session = Session::new().with_template("Parameters:", "Parameters: [");
    insta::assert_snapshot!(session.run("render --env local"), @"");
}

#[test]
fn a_template_that_refers_to_an_unknown_parameter() {
    let session = Session::new().with_template("MemorySize: !Ref MemoryMb", "MemorySize: !Ref MemoryMB");
    insta::assert_snapshot!(session.run("render --env local"), @"");
}

#[test]
fn a_template_that_repeats_a_key() {
    let session =
        Session::new().with_template("Handler: bootstrap", "Handler: bootstrap\n      Handler: other");
    insta::assert_snapshot!(session.run("render --env local"), @"");
}

#[test]
fn a_template_that_is_not_there() {
    insta::assert_snapshot!(Session::new().run("render --env local --template missing.yaml"), @"");
}

#[test]
fn a_folder_of_artifacts_without_the_one_needed() {
    insta::assert_snapshot!(Session::new().run("render --env local --artifacts zips"), @"");
}

#[test]
fn an_artifact_that_is_not_a_zip() {
    let session = Session::new().with_file("zips/orders-api.zip", "not a zip");
    insta::assert_snapshot!(session.run("render --env local --artifacts zips"), @"");
}

#[test]
fn nothing_was_built_yet() {
    insta::assert_snapshot!(Session::new().with_credentials().run("up --env local --no-build"), @"");
}

#[test]
fn a_variable_that_would_send_calls_elsewhere() {
    let file = ENVIRONMENT.replace(
        "endpoint: http://127.0.0.1:9\nurl: \"{endpoint}/_aws/lambda-url/{id}/\"\n",
        "",
    );
    let session = Session::new()
        .with_file("environments/local.yaml", file)
        .with_variable("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:4566");
    insta::assert_snapshot!(session.run("describe --env local"), @"");
}

#[test]
fn no_credentials() {
    insta::assert_snapshot!(Session::new().run("describe --env local"), @"");
}

#[test]
fn an_emulator_that_does_not_answer() {
    insta::assert_snapshot!(Session::new().with_credentials().run("describe --env local"), @"");
}

#[test]
fn a_purge_without_a_terminal_needs_the_stacks_name() {
    let session = Session::new().with_credentials();
    insta::assert_snapshot!(session.run("down --env local --purge --yes"), @"");
    insta::assert_snapshot!(session.run("down --env local --purge --confirm other"), @"");
}

#[test]
fn a_protected_environment_is_not_taken_down() {
    let file = ENVIRONMENT
        .replace("Access: public", "Access: iam")
        .replace("stack: orders", "stack: orders\nprotected: true");
    let session = Session::new()
        .with_file("environments/local.yaml", file)
        .with_credentials();
    insta::assert_snapshot!(session.run("down --env local --yes"), @"");
}

#[test]
fn the_template_of_these_tests_is_good() {
    let text = Session::new()
        .with_file("templates/event-store.yaml", TEMPLATE)
        .run("render --env local");
    assert!(text.starts_with("exit code: 0\n"), "{text}");
}
