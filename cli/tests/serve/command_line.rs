//! What the program says of itself, and of what it cannot do.

use std::net::TcpListener;
use std::path::Path;

use tempfile::TempDir;

use crate::process::{Store, program};

/// How a run ended and what it said, with the folder of the test called `<folder>`.
async fn run(folder: &Path, arguments: &[&str]) -> String {
    let output = program()
        .arg("serve")
        .args(arguments)
        .current_dir(folder)
        .output()
        .await
        .unwrap();
    let part = |name: &str, bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        if text.is_empty() {
            String::new()
        } else {
            format!("--- {name}\n{}\n", text.trim_end())
        }
    };
    let code = output.status.code().unwrap();
    let text = format!(
        "exit code: {code}\n{}{}",
        part("stdout", &output.stdout),
        part("stderr", &output.stderr)
    );
    // The number that the system has for an error is its own.
    let text = match text.split_once(" (os error ") {
        Some((before, after)) => format!("{before}{}", after.split_once(')').unwrap().1),
        None => text,
    };
    text.replace(folder.to_str().unwrap(), "<folder>")
}

#[tokio::test]
async fn help() {
    let folder = TempDir::new().unwrap();
    insta::assert_snapshot!("help", run(folder.path(), &["--help"]).await);
}

#[tokio::test]
async fn wrong_arguments() {
    let folder = TempDir::new().unwrap();
    for (name, arguments) in [
        ("an unknown flag", ["--prot", "0"]),
        ("a port that is none", ["--port", "web"]),
        ("a host that is none", ["--host", "localhost"]),
        ("a topic that is none", ["--topic-arn", "updates"]),
        (
            "a topic of the wrong kind",
            [
                "--topic-arn",
                "arn:aws:sns:eu-central-1:000000000000:updates.fifo",
            ],
        ),
        ("an endpoint that is none", ["--sns-endpoint", "localhost:4566"]),
        ("a level that is none", ["--log-level", "loud"]),
        ("sync without a file", ["--sync", "--port=0"]),
    ] {
        insta::assert_snapshot!(name.replace(' ', "_"), run(folder.path(), &arguments).await);
    }
}

#[tokio::test]
async fn a_port_that_is_in_use() {
    let folder = TempDir::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let text = run(folder.path(), &["--port", &port, "--data", "store"]).await;
    insta::assert_snapshot!(text.replace(&port, "<port>"), @"
    exit code: 1
    --- stderr
    error: `127.0.0.1:<port>` cannot be listened on
      because: Address already in use
      hint: something else serves port <port>: choose another with `--port`, or any that is free with `--port 0`
    ");
    assert!(!folder.path().join("store").exists(), "nothing was begun");
}

#[tokio::test]
async fn an_address_of_another_machine() {
    let folder = TempDir::new().unwrap();
    // An address for documentation, which no machine has (RFC 5737).
    insta::assert_snapshot!(run(folder.path(), &["--host", "192.0.2.1", "--port", "8080"]).await, @"
    exit code: 1
    --- stderr
    error: `192.0.2.1:8080` cannot be listened on
      because: Cannot assign requested address
      hint: `--host` takes an address of this machine: `127.0.0.1`, or `0.0.0.0` for all of them
    ");
}

#[tokio::test]
async fn files_that_cannot_be_used() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("notes.txt"), "milk, bread").unwrap();
    let mut said = Vec::new();
    for file in ["nowhere/store", "notes.txt"] {
        said.push(run(folder.path(), &["--port", "0", "--data", file]).await);
    }
    insta::assert_snapshot!(said.join("\n"), @"
    exit code: 1
    --- stderr
    error: `nowhere/store` cannot be made: there is no folder `nowhere`
      hint: run `mkdir -p nowhere` first

    exit code: 1
    --- stderr
    error: `notes.txt` is not a folder
      hint: name a folder, or one that does not exist yet
    ");
}

#[tokio::test]
async fn a_file_that_another_store_has() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("store");
    let store = Store::on(&file).await;
    let text = run(folder.path(), &["--port", "0", "--data", "store"]).await;
    let process = text
        .split("process ")
        .nth(1)
        .and_then(|rest| rest.lines().next())
        .unwrap()
        .to_owned();
    insta::assert_snapshot!(text.replace(&process, "<id>"), @"
    exit code: 1
    --- stderr
    error: `store` is in use by process <id>
      hint: end that process, or name another folder; one store at a time has a folder
    ");
    assert_eq!(store.order().await.len(), 36, "the first goes on");
    // Killed, it has let go.
    store.kill().await;
    Store::on(&file).await;
}

#[tokio::test]
async fn a_file_that_was_damaged() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("store");
    let store = Store::on(&file).await;
    store.order().await;
    store.end().await;
    let mut bytes = std::fs::read(file.join("events.db")).unwrap();
    bytes[100..8_192].fill(0xa5);
    std::fs::write(file.join("events.db"), bytes).unwrap();
    insta::assert_snapshot!(run(folder.path(), &["--port", "0", "--data", "store"]).await, @"
    exit code: 1
    --- stderr
    error: the database in `store/events.db` cannot be opened
      because: Error code 11: The database disk image is malformed
      hint: restore the folder from a copy, or begin with another
    ");
}
