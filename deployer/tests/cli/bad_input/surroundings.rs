//! What is around the process: variables, credentials, the emulator.

use crate::session::{ENVIRONMENT, Session};

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
