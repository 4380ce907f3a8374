//! The plan to apply.

use crate::session::Session;

#[test]
fn a_plan_that_is_none() {
    let session = Session::new().with_file("plan.json", "{}");
    insta::assert_snapshot!(session.run("up --env local --apply plan.json"), @"
    exit code: 64
    --- stderr
    error: `plan.json` cannot be applied
      because: it is not a plan
      hint: `deployer up --plan FILE --env local` writes one
    ");
}

#[test]
fn a_plan_that_is_not_there() {
    insta::assert_snapshot!(Session::new().run("up --env local --apply plan.json"), @"
    exit code: 64
    --- stderr
    error: cannot read `plan.json`
      because: No such file or directory (os error 2)
    ");
}

#[test]
fn a_plan_that_is_applied_and_built() {
    insta::assert_snapshot!(Session::new().run("up --env local --apply plan.json --no-build"), @"
    exit code: 64
    --- stderr
    error: the argument '--apply <FILE>' cannot be used with '--no-build'

    Usage: deployer up --env <NAME> --apply <FILE>

    For more information, try '--help'.
    ");
}
