//! Every wrong input gets one message that names the place and the remedy, and an exit code for scripts. It changes
//! nothing.

mod arguments;
mod artifacts;
mod environment;
mod network;
mod parameters;
mod plan;
mod protection;
mod surroundings;
mod template;

use crate::session::Session;

#[test]
fn problems_are_annotated_in_a_github_workflow() {
    let session = Session::new()
        .with_environment("eu-central-1", "eu-centrall-1")
        .with_variable("GITHUB_ACTIONS", "true");
    insta::assert_snapshot!(session.run("render --env local"), @"
    exit code: 64
    --- stderr
    error: environments/local.yaml:2:9: unknown region `eu-centrall-1`
      hint: did you mean `eu-central-1`?
    ::error file=environments/local.yaml,line=2,col=9::unknown region `eu-centrall-1` (did you mean `eu-central-1`?)
    ");
}

#[test]
fn failures_are_events_where_events_are_asked_for() {
    insta::assert_snapshot!(Session::new().with_credentials().run("down --env local --yes --json"), @r#"
    exit code: 1
    --- stdout
    {"error":"`sts:GetCallerIdentity` failed: no answer from `http://127.0.0.1:9`","event":"failed","exitCode":1,"hints":["start the emulator: `./justw emulator`"],"notes":[],"problems":[]}
    --- stderr
    error: `sts:GetCallerIdentity` failed: no answer from `http://127.0.0.1:9`
      because: Connection refused (os error 111)
      hint: start the emulator: `./justw emulator`
    "#);
}
