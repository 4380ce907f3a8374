//! `event-store serve`: the API, the relay and the database in one process.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use event_store_bench::Call;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use super::Result;
use super::process::Process;
use super::server::Client;

/// An in-memory store; dropping this ends it.
#[derive(Debug)]
pub(crate) struct OneProcess {
    pub(crate) process: Process,
    pub(crate) client: Client,
}

impl OneProcess {
    /// Starts `program`, and returns when it serves.
    pub(crate) async fn start(program: &Path) -> Result<Self> {
        let child = Command::new(program)
            .args(["serve", "--port", "0", "--log-level", "warn"])
            .env_clear()
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut process = Process::of(child)?;
        let mut lines = BufReader::new(process.stdout()?).lines();
        let serving = lines.next_line().await?.ok_or("the store has ended")?;
        let address = serving.rsplit("http://").next().unwrap_or_default();
        Ok(Self {
            process,
            client: Client::to(address.trim_end_matches('/'))?,
        })
    }

    /// Waits until the feed holds all appended events, which is when its end stops moving.
    pub(crate) async fn relayed_all(&self) -> Result<()> {
        let mut end = None;
        loop {
            let answer: Value = serde_json::from_str(&self.client.answer(&Call::feed_end()).await?)?;
            let next = Some(answer["feedPage"]["next"].clone());
            if end == next {
                return Ok(());
            }
            end = next;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}
