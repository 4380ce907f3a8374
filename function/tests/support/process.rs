//! The API's binary.

use std::net::SocketAddr;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::{CATALOGUE_TABLE, EVENTS_TABLE, FEED_TABLE};

const PATIENCE: Duration = Duration::from_mins(1);

/// The binary, running, and what it logs.
pub(crate) struct Process {
    child: Child,
    log: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts it on the database at an address.
    pub(crate) fn start(database: SocketAddr, variables: &[(&str, &str)]) -> Self {
        let mut child = Self::command(database, variables)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let log = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, log }
    }

    /// What starts it, its output left to the caller.
    pub(crate) fn command(database: SocketAddr, variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_event-store-api"));
        command
            .env_clear()
            .env("AWS_ENDPOINT_URL", format!("http://{database}"))
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("EVENTS_TABLE", EVENTS_TABLE)
            .env("CATALOGUE_TABLE", CATALOGUE_TABLE)
            .env("FEED_TABLE", FEED_TABLE)
            .env("EVENT_STORE_MODE", "test")
            .envs(variables.iter().copied())
            .kill_on_drop(true);
        command
    }

    /// The next line of the log that has the member `name`.
    pub(crate) async fn line_with(&mut self, name: &str) -> Value {
        serde_json::from_str(&self.text_with(name).await).unwrap()
    }

    /// The same, as it is written.
    pub(crate) async fn text_with(&mut self, name: &str) -> String {
        tokio::time::timeout(PATIENCE, async {
            loop {
                let text = self.log.next_line().await.unwrap().expect("the log goes on");
                let line: Value = serde_json::from_str(&text).expect("a log line is JSON");
                if line.get(name).is_some() {
                    return text;
                }
            }
        })
        .await
        .unwrap()
    }

    /// The most of its memory that was ever resident, in bytes.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id().unwrap())).unwrap();
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap();
        peak.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
    }

    /// Tells it to end.
    pub(crate) async fn terminate(&self) {
        let id = self.child.id().unwrap().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().await.unwrap();
        assert!(told.success());
    }

    pub(crate) async fn ended(mut self) -> ExitStatus {
        tokio::time::timeout(PATIENCE, self.child.wait())
            .await
            .unwrap()
            .unwrap()
    }
}
