//! The sources of credentials.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use crate::session::Session;

/// What `aws login` writes to a profile and to its cache. The cache file's name is the SHA-256 of the session.
const PROFILE: &str = "[default]\nlogin_session = arn:aws:iam::000000000000:user/jo\n";
const CACHED: &str = "login/5d1ea18877fa5f94209ab3efb6f2232aec0520ee0a74a7e224298ffeb41a1760.json";
const TOKEN: &str = r#"{
  "accessToken": {"accessKeyId": "ASIAFROMLOGIN", "secretAccessKey": "secret", "sessionToken": "session",
                  "accountId": "000000000000", "expiresAt": "2099-01-01T00:00:00Z"},
  "tokenType": "aws_sigv4", "refreshToken": "refresh", "idToken": "id",
  "clientId": "arn:aws:signin:::devtools/same-device", "dpopKey": "key"}"#;

/// A server that refuses everything, and the first request that it receives.
fn refusing() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, received) = channel();
    std::thread::spawn(move || {
        for connection in listener.incoming().take(20) {
            let mut connection = connection.unwrap();
            let mut head = [0; 8192];
            let length = connection.read(&mut head).unwrap_or_default();
            let _ = sender.send(String::from_utf8_lossy(&head[..length]).into_owned());
            let _ = write!(
                connection,
                "HTTP/1.1 403 Forbidden\r\nx-amzn-requestid: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
        }
    });
    (address, received)
}

#[test]
fn a_profile_that_aws_login_has_written_is_signed_with() {
    let (address, received) = refusing();
    let session = Session::new()
        .with_environment("http://127.0.0.1:9", &address)
        .with_file("config", PROFILE)
        .with_file(CACHED, TOKEN);
    let (config, cache) = (session.path("config"), session.path("login"));
    let session = session
        .with_variable("AWS_CONFIG_FILE", config)
        .with_variable("AWS_LOGIN_CACHE_DIRECTORY", cache);
    let told = session.run("describe --env local");
    assert!(told.starts_with("exit code: 1"), "{told}");
    let request = received
        .try_recv()
        .unwrap_or_else(|_| panic!("nothing was sent: {told}"));
    assert!(request.contains("Credential=ASIAFROMLOGIN/"), "{request}");
}

#[test]
fn a_login_that_is_not_in_the_cache_is_told_with_what_helps() {
    let session = Session::new().with_file("config", PROFILE);
    let (config, cache) = (session.path("config"), session.path("login"));
    let session = session
        .with_variable("AWS_CONFIG_FILE", config)
        .with_variable("AWS_LOGIN_CACHE_DIRECTORY", cache);
    insta::assert_snapshot!(session.run("describe --env local"), @"
    exit code: 1
    --- stderr
    error: `sts:GetCallerIdentity` failed: no credentials found
      because: failed to read `<workspace>/login/5d1ea18877fa5f94209ab3efb6f2232aec0520ee0a74a7e224298ffeb41a1760.json`
      because: No such file or directory (os error 2)
      hint: an emulator takes any: set `AWS_ACCESS_KEY_ID=test` and `AWS_SECRET_ACCESS_KEY=test`
    ");
}
