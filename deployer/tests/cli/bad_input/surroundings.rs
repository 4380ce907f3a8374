//! The surroundings of the process: variables, credentials, the emulator.

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

#[test]
fn an_endpoint_of_one_service_in_a_profile() {
    let session = Session::new()
        .with_environment(
            "endpoint: http://127.0.0.1:9\nurl: \"{endpoint}/_aws/lambda-url/{id}/\"\n",
            "",
        )
        .with_file(
            "aws-config",
            "[default]\nservices = stray\n[services stray]\ns3 =\n  endpoint_url = http://127.0.0.1:1\n",
        );
    let file = session.path("aws-config");
    let session = session.with_credentials().with_variable("AWS_CONFIG_FILE", file);
    insta::assert_snapshot!(session.run("describe --env local"), @"
    exit code: 64
    --- stderr
    error: `endpoint_url of S3` is set, but the environment has no `endpoint`
      hint: take `endpoint_url` out of the profile and the `services` section that it names, or choose another one with `AWS_PROFILE`
    ");
}

#[test]
fn an_endpoint_elsewhere_without_tls() {
    let session = Session::new().with_environment("http://127.0.0.1:9", "http://emulator.example:4566");
    insta::assert_snapshot!(session.run("render --env local"), @"
    exit code: 64
    --- stderr
    error: the endpoint `http://emulator.example:4566` is on another machine, and what is sent there could be read and changed on its way
      hint: reach it by `https://`, or through a tunnel at `127.0.0.1`; where the network is yours alone, say so with `DEPLOYER_PLAIN_HTTP=true`
    ");
    let told = session.with_variable("DEPLOYER_PLAIN_HTTP", "true");
    assert!(told.run("render --env local").starts_with("exit code: 0"));
}

#[test]
fn a_credential_with_a_control_character_is_an_error_and_no_panic() {
    let session = Session::new()
        .with_variable("AWS_ACCESS_KEY_ID", "test")
        .with_variable("AWS_SECRET_ACCESS_KEY", "test")
        .with_variable("AWS_SESSION_TOKEN", "to\u{7f}ken");
    let told = session.run("describe --env local");
    assert!(told.starts_with("exit code: 1"), "{told}");
    assert!(
        told.contains("the session token holds a space, a control character"),
        "{told}"
    );
    assert!(!told.contains("panicked"), "{told}");
}

#[test]
fn certificates_that_are_none() {
    let session = Session::new().with_file("bundle.pem", "no certificate");
    let file = session.path("bundle.pem");
    let told = session
        .with_variable("AWS_CA_BUNDLE", file)
        .run("describe --env local");
    assert!(told.starts_with("exit code: 64"), "{told}");
    assert!(told.contains("which holds no certificate"), "{told}");
}

/// A server other than AWS that gives every request this response.
fn answers(status: &'static str, body: &'static str) -> u16 {
    answers_with("content-type: text/html", status, body)
}

/// A server that gives every request this response.
fn answers_with(header: &'static str, status: &'static str, body: &'static str) -> u16 {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for connection in listener.incoming().take(20) {
            let mut connection = connection.unwrap();
            let _ = connection.read(&mut [0; 8192]);
            let length = body.len();
            let _ = write!(
                connection,
                "HTTP/1.1 {status}\r\n{header}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
        }
    });
    port
}

#[test]
fn an_answer_that_is_not_awss_is_told_with_its_status_and_first_words() {
    for (status, body, words) in [
        (
            "200 OK",
            "<html><title>Welcome</title>to the hotel",
            "answered 200, and not as AWS does: Welcome to the hotel",
        ),
        (
            "502 Bad Gateway",
            "<h1>502</h1>",
            "answered 502, and not as AWS does: 502",
        ),
        (
            "500 Internal Server Error",
            "",
            "answered 500, and not as AWS does: nothing else",
        ),
        (
            "404 Not Found",
            "404 page not found",
            "answered 404, and not as AWS does: 404 page not found",
        ),
    ] {
        let address = format!("http://127.0.0.1:{}", answers(status, body));
        // A proxy is not used for an endpoint on this machine.
        let session = Session::new()
            .with_environment("http://127.0.0.1:9", &address)
            .with_credentials()
            .with_variable("HTTP_PROXY", "http://127.0.0.1:1")
            .with_variable("http_proxy", "http://127.0.0.1:1")
            .with_variable("ALL_PROXY", "http://127.0.0.1:1")
            .with_variable("HTTPS_PROXY", "http://127.0.0.1:1");
        let told = session.run("describe --env local");
        assert!(told.contains(&format!("`{address}` {words}")), "{told}");
        assert!(told.contains("this is not AWS"), "{told}");
    }
}

const UNREADABLE: &str = r#"{"Table": {"OnDemandThroughput": {"MaxReadRequestUnits": "200", "MaxWriteRequestUnits": "100"}, "TableName": "event-store-local-events"}}"#;

#[test]
fn an_answer_that_cannot_be_read_is_told_whole_with_its_status() {
    for (status, body, words) in [
        ("400 Bad Request", "", "answered with nothing (status 400)"),
        (
            "500 Internal Server Error",
            "oops, the emulator",
            "answered what cannot be read: oops, the emulator (status 500)",
        ),
        // The message contains all of it, from beginning to end.
        (
            "500 Internal Server Error",
            UNREADABLE,
            "answered what cannot be read: {\"Table\": {\"OnDemandThroughput\": {\"MaxReadRequestUnits\": \"200\", \"MaxWriteRequestUnits\": \"100\"}, \"TableName\": \"event-store-local-events\"}} (status 500)",
        ),
        ("200 OK", "", "answered with nothing (status 200)"),
        ("200 OK", UNREADABLE, "(status 200)"),
    ] {
        let address = format!(
            "http://127.0.0.1:{}",
            answers_with("x-amzn-requestid: 1", status, body)
        );
        let session = Session::new()
            .with_environment("http://127.0.0.1:9", &address)
            .with_credentials();
        let told = session.run("describe --env local");
        assert!(told.contains(&format!("failed: `{address}` answered ")), "{told}");
        assert!(told.contains(words) && told.contains(body), "{told}");
    }
}
