//! Each wrong input gets one message that names the place and the remedy, the exit code that scripts act on, and changes nothing.

use tempfile::TempDir;

use crate::session::{ENVIRONMENT, Session, TEMPLATE, elf, zip};

#[test]
fn no_environment_is_named() {
    insta::assert_snapshot!(Session::new().run("render"), @"
    exit code: 64
    --- stderr
    error: no environment is named
      hint: name one with `--env NAME` or `DEPLOYER_ENV`: `local`, `staging`
    ");
}

#[test]
fn an_unknown_environment() {
    insta::assert_snapshot!(Session::new().run("render --env stagin"), @"
    exit code: 64
    --- stderr
    error: unknown environment `stagin`: `environments/stagin.yaml` does not exist
      hint: did you mean `staging`? There are `local`, `staging`
    ");
}

#[test]
fn an_environment_outside_of_the_folder_of_environments() {
    insta::assert_snapshot!(Session::new().run("render --env ../local"), @"
    exit code: 64
    --- stderr
    error: unknown environment `../local`: `environments/../local.yaml` does not exist
      hint: did you mean `local`? There are `local`, `staging`
    ");
}

#[test]
fn a_folder_in_no_workspace() {
    let elsewhere = TempDir::new().unwrap();
    let text = Session::new().run_in(elsewhere.path(), "render --env local");
    insta::assert_snapshot!(text.replace(elsewhere.path().to_str().unwrap(), "<elsewhere>"), @"
    exit code: 64
    --- stderr
    error: `<elsewhere>` is in no workspace: neither it nor a folder above it has `environments`
      hint: run this in a workspace, or give both `--environments DIR` and `--template FILE`
    ");
}

#[test]
fn outputs_for_a_step_of_github_actions_outside_of_one() {
    insta::assert_snapshot!(Session::new().run("describe --env local --output github"), @"
    exit code: 64
    --- stderr
    error: `GITHUB_OUTPUT` is not set
      hint: GitHub Actions sets it in every step; elsewhere take `--output env`
    ");
}

#[test]
fn an_unknown_command() {
    insta::assert_snapshot!(Session::new().run("deploy --env local"), @"
    exit code: 64
    --- stderr
    error: unrecognized subcommand 'deploy'

      tip: a similar subcommand exists: 'proxy'

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
fn all_problems_of_an_environment_file_at_once() {
    let file = ENVIRONMENT
        .replace("region: eu-central-1", "reigon: eu-central-1")
        .replace("\"000000000000\"", "\"0000\"");
    let session = Session::new().with_file("environments/local.yaml", file);
    insta::assert_snapshot!(session.run("render --env local"), @"
    exit code: 64
    --- stderr
    error: environments/local.yaml:1:1: the key `region` is missing
    error: environments/local.yaml:1:10: the account `0000` has not 12 digits
    error: environments/local.yaml:2:1: unknown key `reigon`
      hint: did you mean `region`?
    ");
}

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

#[test]
fn a_protected_environment_with_public_access() {
    let session = Session::new().with_environment("stack: orders", "stack: orders\nprotected: true");
    insta::assert_snapshot!(session.run("render --env local"), @"
    exit code: 64
    --- stderr
    error: environments/local.yaml:9:11: a protected environment is not public
      hint: the rule `ProtectedIsNotPublic` is in templates/event-store.yaml:22
    ");
}

#[test]
fn an_instance_of_a_protected_environment() {
    let session = Session::new().with_environment("stack: orders", "stack: orders\nprotected: true");
    insta::assert_snapshot!(session.run("render --env local --instance pr-42"), @"
    exit code: 64
    --- stderr
    error: environments/local.yaml:4:12: a protected environment has no instance `pr-42`
      hint: leave out `--instance`, or choose another environment
    ");
}

#[test]
fn a_bad_instance() {
    insta::assert_snapshot!(Session::new().run("render --env local --instance PR_42"), @"
    exit code: 64
    --- stderr
    error: the instance `PR_42` is not a letter followed by at most 19 letters, digits or hyphens, in lower case
      hint: an instance is named like `pr-42`
    ");
}

#[test]
fn a_template_that_is_not_yaml() {
    let session = Session::new().with_template("Parameters:", "Parameters: [");
    insta::assert_snapshot!(session.run("render --env local"), @"
    exit code: 64
    --- stderr
    error: templates/event-store.yaml:12:3: not valid YAML: while parsing a flow mapping, did not find expected ',' or '}'
    ");
}

#[test]
fn a_template_that_refers_to_an_unknown_parameter() {
    let session = Session::new().with_template("MemorySize: !Ref MemoryMb", "MemorySize: !Ref MemoryMB");
    insta::assert_snapshot!(session.run("render --env local"), @"
    exit code: 64
    --- stderr
    error: templates/event-store.yaml:31:19: unknown parameter or resource `MemoryMB`
      hint: did you mean `MemoryMb`?
    ");
}

#[test]
fn a_template_that_repeats_a_key() {
    let session =
        Session::new().with_template("Handler: bootstrap", "Handler: bootstrap\n      Handler: other");
    insta::assert_snapshot!(session.run("render --env local"), @"
    exit code: 64
    --- stderr
    error: templates/event-store.yaml:30:7: the key `Handler` is repeated; it was first given in line 29
    ");
}

#[test]
fn a_template_that_is_not_there() {
    insta::assert_snapshot!(Session::new().run("render --env local --template missing.yaml"), @"
    exit code: 64
    --- stderr
    error: cannot read `missing.yaml`
      because: No such file or directory (os error 2)
    ");
}

#[test]
fn a_folder_of_artifacts_without_the_one_needed() {
    insta::assert_snapshot!(Session::new().run("render --env local --artifacts zips"), @"
    exit code: 64
    --- stderr
    error: no artifact for `orders-api`: `zips/orders-api.zip` does not exist
      hint: `deployer up` without `--no-build` and `--artifacts` builds it
    ");
}

#[test]
fn an_artifact_that_is_not_a_zip() {
    let session = Session::new().with_file("zips/orders-api.zip", "not a zip");
    insta::assert_snapshot!(session.run("render --env local --artifacts zips"), @"
    exit code: 64
    --- stderr
    error: `zips/orders-api.zip` is not a zip: Could not find EOCD
      hint: build it again: `deployer up` without `--artifacts` does, and leaves the zips in `target/lambda`
    ");
}

#[test]
fn nothing_was_built_yet() {
    insta::assert_snapshot!(Session::new().with_credentials().run("up --env local --no-build"), @"
    exit code: 64
    --- stderr
    error: no artifact for `orders-api`: `<workspace>/target/lambda/x86_64/orders-api.zip` does not exist
      hint: `deployer up` without `--no-build` and `--artifacts` builds it
    ");
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
    insta::assert_snapshot!(session.run("describe --env local"), @"
    exit code: 64
    --- stderr
    error: `AWS_ENDPOINT_URL_S3` is set, but the environment has no `endpoint`
      hint: unset `AWS_ENDPOINT_URL_S3`, or give the environment an `endpoint` if it is meant to be somewhere else than AWS
    ");
}

#[test]
fn no_credentials() {
    insta::assert_snapshot!(Session::new().run("describe --env local"), @"
    exit code: 1
    --- stderr
    error: `sts:GetCallerIdentity` failed: no credentials found
      because: no credentials found in chain. Attempted:
          Environment: the credential provider was not enabled: environment variable not set
          Profile: the credential provider was not enabled
          WebIdentityToken: the credential provider was not enabled: $AWS_WEB_IDENTITY_TOKEN_FILE was not set
          EcsContainer: the credential provider was not enabled: ECS provider not configured
          Ec2InstanceMetadata: the credential provider was not enabled: IMDS disabled by AWS_EC2_METADATA_DISABLED env var set to `true`
      hint: an emulator takes any: set `AWS_ACCESS_KEY_ID=test` and `AWS_SECRET_ACCESS_KEY=test`
    ");
}

#[test]
fn an_emulator_that_does_not_answer() {
    insta::assert_snapshot!(Session::new().with_credentials().run("describe --env local"), @"
    exit code: 1
    --- stderr
    error: `sts:GetCallerIdentity` failed: no answer from `http://127.0.0.1:9`
      because: Connection refused (os error 111)
      hint: start the emulator: `./justw emulator`
    ");
}

#[test]
fn a_purge_of_another_stack() {
    let session = Session::new().with_credentials();
    insta::assert_snapshot!(session.run("down --env local --purge --confirm other"), @"
    exit code: 64
    --- stderr
    error: `--confirm other` does not name the stack `orders`
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
fn an_artifact_without_bootstrap() {
    let session = Session::new().with_file("zips/orders-api.zip", zip("orders-api", &elf(62)));
    insta::assert_snapshot!(session.run("up --env local --artifacts zips"), @"
    exit code: 64
    --- stderr
    error: `zips/orders-api.zip` holds no `bootstrap`, only `orders-api`
      hint: the executable has to be called `bootstrap` and lie at the top of the zip
    ");
}

#[test]
fn an_artifact_for_another_processor() {
    let session = Session::new().with_file("zips/orders-api.zip", zip("bootstrap", &elf(183)));
    insta::assert_snapshot!(session.run("up --env local --artifacts zips"), @"
    exit code: 64
    --- stderr
    error: `zips/orders-api.zip` holds code for `arm64`, but the environment asks for `x86_64`
      hint: build it for `x86_64-unknown-linux-gnu`, or change `architecture` in the environment's file
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

#[test]
fn a_protected_environment_is_not_taken_down() {
    let file = ENVIRONMENT
        .replace("Access: public", "Access: iam")
        .replace("stack: orders", "stack: orders\nprotected: true");
    let session = Session::new()
        .with_file("environments/local.yaml", file)
        .with_credentials();
    insta::assert_snapshot!(session.run("down --env local --yes"), @"
    exit code: 4
    --- stderr
    error: stack `orders` is protected
      hint: set `protected: false` in `environments/local.yaml` and run `deployer up --env local`, if it really has to go
    ");
}

#[test]
fn the_template_of_these_tests_is_good() {
    let text = Session::new()
        .with_file("templates/event-store.yaml", TEMPLATE)
        .run("render --env local");
    assert!(text.starts_with("exit code: 0\n"), "{text}");
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

#[test]
fn a_push_to_a_protected_environment() {
    let file = ENVIRONMENT
        .replace("Access: public", "Access: iam")
        .replace("stack: orders", "stack: orders\nprotected: true");
    let session = Session::new().with_file("environments/local.yaml", file);
    insta::assert_snapshot!(session.run("push --env local"), @"
    exit code: 4
    --- stderr
    error: stack `orders` is protected: its code is changed by a deployment alone
      hint: deploy it with `deployer up --env local`
    ");
}
