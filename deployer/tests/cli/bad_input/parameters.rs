//! The values that the environment gives the template.

use crate::session::Session;

#[test]
fn an_unknown_parameter() {
    let session = Session::new().with_environment("Access: public", "Access: public\n  MemoryMB: 512");
    insta::assert_snapshot!(session.run("render --env local"), @"
    exit code: 64
    --- stderr
    error: environments/local.yaml:9:3: unknown parameter `MemoryMB`
      hint: did you mean `MemoryMb`?
    ");
}

#[test]
fn a_missing_parameter() {
    let session = Session::new().with_environment("parameters:\n  Access: public\n", "");
    insta::assert_snapshot!(session.run("render --env local"), @"
    exit code: 64
    --- stderr
    error: environments/local.yaml:1:1: the parameter `Access` is missing
      hint: set it under `parameters`; it is declared without a default in templates/event-store.yaml:16
    ");
}

#[test]
fn parameters_out_of_range() {
    let session = Session::new().with_environment("Access: public", "Access: everybody\n  MemoryMb: 64");
    insta::assert_snapshot!(session.run("render --env local"), @"
    exit code: 64
    --- stderr
    error: environments/local.yaml:8:11: the parameter `Access` is `everybody`, which is not an allowed value
      hint: allowed are `iam`, `public`
    error: environments/local.yaml:9:13: the parameter `MemoryMb` is `64`, less than 128
    ");
}

#[test]
fn a_parameter_that_the_deployer_fills_in() {
    let session = Session::new().with_environment("Access: public", "Access: public\n  ApiCodeKey: mine.zip");
    insta::assert_snapshot!(session.run("render --env local"), @"
    exit code: 64
    --- stderr
    error: environments/local.yaml:9:3: the parameter `ApiCodeKey` is filled in by the deployer, with `artifact:orders-api`
    ");
}
