//! The command line by itself.

use crate::session::Session;

#[test]
fn an_unknown_command() {
    insta::assert_snapshot!(Session::new().run("deploy --env local"), @"
    exit code: 64
    --- stderr
    error: unrecognized subcommand 'deploy'

      tip: a similar subcommand exists: 'up'

    Usage: deployer [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
}

#[test]
fn an_unknown_flag() {
    insta::assert_snapshot!(Session::new().run("up --env local --yess"), @"
    exit code: 64
    --- stderr
    error: unexpected argument '--yess' found

      tip: a similar argument exists: '--yes'

    Usage: deployer up --env <NAME> --yes

    For more information, try '--help'.
    ");
}

#[test]
fn an_old_word_leads_to_the_new_one() {
    let session = Session::new();
    let told = [
        "describe --env local --output json",
        "describe --env local -o json",
        "describe --env local --output=json",
        "build --env local --output zips",
        "proxy --env local --output EsUrl",
        "up --env local --wait",
        "down --env local --wait",
        "gc --env local --young 0s",
        "diff --env local --offline",
        "man --dir pages",
        "policy --env local --for deployer",
    ]
    .map(|arguments| {
        let told = session.run(arguments);
        assert!(told.starts_with("exit code: 64\n"), "{told}");
        let tip: Vec<&str> = told.lines().filter(|line| line.contains("tip:")).collect();
        format!("{arguments}\n{}", tip.join("\n"))
    });
    insta::assert_snapshot!(told.join("\n"), @"
    describe --env local --output json
      tip: '--output' is called '--format' now
    describe --env local -o json
      tip: '-o' is called '--format' now
    describe --env local --output=json
      tip: '--output' is called '--format' now
    build --env local --output zips
      tip: '--output' is called '--to' now
    proxy --env local --output EsUrl
      tip: '--output' is called '--url-from' now
    up --env local --wait
      tip: '--wait' is called '--wait-for-lock' now
    down --env local --wait
      tip: '--wait' is called '--wait-for-lock' now
    gc --env local --young 0s
      tip: '--young' is called '--min-age' now
    diff --env local --offline
      tip: '--offline' is called '--no-change-set' now
    man --dir pages
      tip: '--dir' is called '--to' now
    policy --env local --for deployer
      tip: 'deployer' is called 'execution-role' now
    ");
}

#[test]
fn an_environment_without_its_flag() {
    insta::assert_snapshot!(Session::new().run("up demo"), @"
    exit code: 64
    --- stderr
    error: unexpected argument 'demo' found

      tip: an environment is named by '--env demo'

    Usage: deployer up [OPTIONS]

    For more information, try '--help'.
    ");
}

#[test]
fn two_places_for_artifacts() {
    insta::assert_snapshot!(Session::new().run("up --env local --no-build --artifacts zips"), @"
    exit code: 64
    --- stderr
    error: the argument '--no-build' cannot be used with '--artifacts <DIR>'

    Usage: deployer up --env <NAME> --no-build

    For more information, try '--help'.
    ");
}

#[test]
fn outputs_for_a_step_of_github_actions_outside_of_one() {
    insta::assert_snapshot!(Session::new().run("describe --env local --format github"), @"
    exit code: 64
    --- stderr
    error: `GITHUB_OUTPUT` is not set
      hint: GitHub Actions sets it in every step; elsewhere take `--format env`
    ");
}

#[test]
fn a_purge_of_another_stack() {
    let session = Session::new().with_credentials();
    insta::assert_snapshot!(session.run("down --env local --purge --confirm other"), @"
    exit code: 64
    --- stderr
    error: `--confirm other` does not match the stack `orders`
      hint: to delete its data, say `--purge --confirm orders`
    ");
}

#[test]
fn a_confirmation_without_a_purge() {
    insta::assert_snapshot!(Session::new().run("down --env local --confirm orders"), @"
    exit code: 64
    --- stderr
    error: the following required arguments were not provided:
      --purge

    Usage: deployer down --purge --env <NAME> --confirm <STACK>

    For more information, try '--help'.
    ");
}

#[test]
fn a_release_that_can_be_none() {
    insta::assert_snapshot!(Session::new().run("rollback --env local --to yesterday"), @"
    exit code: 64
    --- stderr
    error: invalid value 'yesterday' for '--to <RELEASE|TIME>': `yesterday` is neither the name of a release, such as `20261123T233618.123Z` or its beginning, nor a time, such as `2026-11-23T23:36:18Z`

    For more information, try '--help'.
    ");
}
