//! The client's example `projection_worker`, run as a program.

use std::process::Stdio;
use std::time::Duration;

use event_store_e2e::Cloud;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// A running worker. Dropping this kills it.
pub(crate) struct Worker {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    /// Starts a worker with the credentials of `cloud` and these `settings`.
    pub(crate) fn start(cloud: &Cloud, settings: &[(&str, String)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_projection-worker-under-test"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
            command.env_remove(name);
        }
        let mut process = command
            .envs(cloud.variables())
            .envs(settings.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let output = process.stdout.take().unwrap();
        Self {
            process,
            lines: BufReader::new(output).lines(),
        }
    }

    /// The next line that it prints.
    pub(crate) async fn line(&mut self) -> String {
        let line = timeout(Duration::from_mins(1), self.lines.next_line()).await;
        let line = line.expect("the worker prints within a minute").unwrap();
        line.expect("the worker has not ended: its log is above")
    }

    /// Ends it in the middle of its work.
    pub(crate) async fn kill(mut self) {
        self.process.kill().await.unwrap();
    }

    /// Asks it to end, and returns its last output.
    pub(crate) async fn stop(mut self) -> String {
        let id = self.process.id().expect("the worker has not ended");
        let signal = Command::new("kill")
            .args(["-TERM", &id.to_string()])
            .status()
            .await;
        assert!(signal.unwrap().success());
        let last = self.line().await;
        let status = timeout(Duration::from_mins(1), self.process.wait()).await;
        assert!(
            status
                .expect("the worker ends within a minute")
                .unwrap()
                .success()
        );
        last
    }
}
