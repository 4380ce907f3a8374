//! What a workflow sees: masked logs, a step's summary, and no questions.

use crate::session::{ENVIRONMENT, Session};

#[test]
fn account_ids_and_arns_can_be_masked_in_everything() {
    let session = Session::new().with_environment("000000000000", "123456789012");
    let rendered = session.run("render --env local --mask");
    assert!(
        rendered.contains("event-store-artifacts-************-eu-central-1"),
        "{rendered}"
    );
    assert!(!rendered.contains("123456789012"));
    let told = session.run("render --env local --mask --verbose");
    assert!(told.contains("account       ************"), "{told}");
    let problem = ENVIRONMENT.replace("region: eu-central-1", "region: '123456789012'");
    let refused = Session::new()
        .with_file("environments/local.yaml", problem)
        .with_variable("GITHUB_ACTIONS", "true")
        .run("render --env local --mask");
    insta::assert_snapshot!(refused.lines().filter(|line| line.contains("unknown region")).collect::<Vec<_>>().join("\n"), @"
    error: environments/local.yaml:2:9: unknown region `************`
    ::error file=environments/local.yaml,line=2,col=9::unknown region `************` (the known ones are af-south-1, ap-east-1, ap-northeast-1, ap-northeast-2, ap-northeast-3, ap-south-1, ap-southeast-1, ap-southeast-2, ap-southeast-3, ca-central-1, eu-central-1, eu-north-1, eu-south-1, eu-west-1, eu-west-2, eu-west-3, me-south-1, mx-central-1, sa-east-1, us-east-1, us-east-2, us-west-1, us-west-2)
    ");
}

#[test]
fn a_mistake_on_the_command_line_is_masked_too() {
    insta::assert_snapshot!(Session::new().run("render --mask arn:aws:iam::123456789012:role/a"), @"
    exit code: 64
    --- stderr
    error: unexpected argument 'arn:aws:iam:***' found

    Usage: deployer render [OPTIONS]

    For more information, try '--help'.
    ");
}

#[test]
fn events_for_programs_are_masked_and_stay_json() {
    let session = Session::new().with_environment("region: eu-central-1", "region: '123456789012'");
    let printed = session.run("up --env local --json --mask --no-build");
    let line = printed.lines().find(|line| line.starts_with('{')).unwrap();
    let event: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(event["event"], "failed");
    assert!(line.contains("unknown region `************`"), "{line}");
}

#[test]
fn a_failure_is_in_the_summary_of_a_step() {
    let session = Session::new().with_environment("region: eu-central-1", "region: eu-centrl-1");
    let file = session.path("summary.md");
    let session = session
        .with_variable("GITHUB_ACTIONS", "true")
        .with_variable("GITHUB_STEP_SUMMARY", file);
    session.run("up --env local --yes --no-build");
    insta::assert_snapshot!(session.read("summary.md"), @"
    ### ✗ `deployer` ended with exit code 64

    ```
    error: environments/local.yaml:2:9: unknown region `eu-centrl-1`
      hint: did you mean `eu-central-1`?
    ```
    ");
}

#[test]
fn without_a_workflow_no_summary_is_written() {
    let session = Session::new();
    let file = session.path("summary.md");
    let session = session.with_variable("GITHUB_STEP_SUMMARY", file);
    session.run("render --env missing");
    assert!(!session.files(".").contains("summary.md"));
}
