//! The verbs of `event-store` that ask a store, run against `event-store serve`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod asking;
mod moving;
#[allow(dead_code, reason = "each program of tests uses its part of it")]
#[path = "../serve/process.rs"]
mod process;

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use process::Store;

const ORDER: &str = "2886e475-d5cc-40f7-aec5-401071388b3c";
const INVOICE: &str = "63d76d59-dde0-46f1-bf00-4671d4a7fd99";

/// What a command answered.
#[derive(Debug)]
struct Told {
    code: i32,
    stdout: String,
    stderr: String,
}

/// A verb, asked of a store.
fn verb(url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_event-store"));
    command
        .env_clear()
        .env("EVENT_STORE_URL", url)
        .args(arguments)
        .stdin(Stdio::null());
    command
}

fn ask(store: &Store, arguments: &[&str]) -> Told {
    told(verb(store.url(), arguments).output().unwrap())
}

fn ask_with(store: &Store, arguments: &[&str], stdin: &str) -> Told {
    let mut child = verb(store.url(), arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    told(child.wait_with_output().unwrap())
}

fn told(output: Output) -> Told {
    Told {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A store with an order of three events and an invoice.
async fn filled() -> Store {
    let store = Store::in_memory().await;
    for arguments in [
        [
            "append",
            &format!("order/{ORDER}"),
            "order-placed",
            r#"{"total":42.0,"by":"ada"}"#,
        ],
        [
            "append",
            &format!("order/{ORDER}"),
            "order-changed",
            "{\n  \"total\": 40\n}",
        ],
        [
            "append",
            &format!("invoice/{INVOICE}"),
            "invoice-sent",
            r#"["A-1"]"#,
        ],
        ["append", &format!("order/{ORDER}"), "order-paid", "null"],
    ] {
        let appended = ask(&store, &arguments);
        assert_eq!(appended.code, 0, "{appended:?}");
        // So that the feed has them in this order.
        in_feed(&store, arguments[2]).await;
    }
    store
}

/// Waits until the feed has an event of a type.
async fn in_feed(store: &Store, event_type: &str) {
    for _ in 0..600 {
        let feed = store.get(&format!("/feed?event-type={event_type}")).await;
        if feed.json["feedPage"]["events"]
            .as_array()
            .is_some_and(|events| !events.is_empty())
        {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("`{event_type}` never came into the feed");
}
