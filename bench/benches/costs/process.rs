//! A process of the API, and Linux's figures about it.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

use super::Result;
use super::database::{CATALOGUE_TABLE, Database, EVENTS_TABLE, FEED_TABLE};

/// A process of the API; dropping this ends it.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    id: u32,
}

impl Process {
    /// Starts `program` on `database` with only these variables, and with its log in `log`.
    pub(crate) fn start(
        program: &Path,
        database: &Database,
        variables: &[(&str, String)],
        log: Stdio,
    ) -> Result<Self> {
        let child = Command::new(program)
            .env_clear()
            .env("AWS_ENDPOINT_URL", format!("http://{}", database.address))
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("EVENTS_TABLE", EVENTS_TABLE)
            .env("CATALOGUE_TABLE", CATALOGUE_TABLE)
            .env("FEED_TABLE", FEED_TABLE)
            .env("EVENT_STORE_MODE", "bench")
            .envs(variables.iter().map(|(name, value)| (*name, value.as_str())))
            .stdout(log)
            .kill_on_drop(true)
            .spawn()?;
        Self::of(child)
    }

    /// A process that was just started.
    pub(crate) fn of(child: Child) -> Result<Self> {
        let id = child.id().ok_or("a process that was just started has an id")?;
        Ok(Self { child, id })
    }

    /// Starts `program` as a function behind Lambda's runtime API at `runtime_api`, with its log in `log`.
    pub(crate) fn on_lambda(
        program: &Path,
        database: &Database,
        runtime_api: SocketAddr,
        log: Stdio,
    ) -> Result<Self> {
        Self::function(program, database, runtime_api, log, &[])
    }

    /// Starts the relay behind Lambda's runtime API, with its topic at `topic`.
    pub(crate) fn relay_on_lambda(
        program: &Path,
        database: &Database,
        runtime_api: SocketAddr,
        topic: SocketAddr,
    ) -> Result<Self> {
        let variables = [
            ("AWS_ENDPOINT_URL_SNS", format!("http://{topic}")),
            (
                "TOPIC_ARN",
                "arn:aws:sns:eu-central-1:123456789012:updates".to_owned(),
            ),
            (
                "FAILURE_QUEUE_URL",
                format!("http://{topic}/123456789012/failures"),
            ),
        ];
        Self::function(program, database, runtime_api, Stdio::null(), &variables)
    }

    fn function(
        program: &Path,
        database: &Database,
        runtime_api: SocketAddr,
        log: Stdio,
        more: &[(&str, String)],
    ) -> Result<Self> {
        let variables = [
            ("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string()),
            ("AWS_LAMBDA_FUNCTION_NAME", "function".to_owned()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128".to_owned()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1".to_owned()),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "group".to_owned()),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "stream".to_owned()),
        ];
        Self::start(program, database, &[&variables, more].concat(), log)
    }

    /// The process's output.
    pub(crate) fn stdout(&mut self) -> Result<tokio::process::ChildStdout> {
        Ok(self
            .child
            .stdout
            .take()
            .ok_or("stdout is read by somebody else")?)
    }

    /// The processor time of its threads.
    ///
    /// It is exact to the nanosecond for a sleeping thread; for a running one it is as of the last tick.
    pub(crate) fn processor_time(&self) -> Result<Duration> {
        let mut sum = 0;
        for thread in std::fs::read_dir(format!("/proc/{}/task", self.id))? {
            let text = std::fs::read_to_string(thread?.path().join("schedstat"))?;
            let nanoseconds = text.split(' ').next().unwrap_or_default();
            sum += nanoseconds.parse::<u64>()?;
        }
        Ok(Duration::from_nanos(sum))
    }

    /// Its resident memory now, in MB.
    pub(crate) fn resident_now(&self) -> Result<f64> {
        self.status("VmRSS:")
    }

    /// The peak of its resident memory, in MB.
    pub(crate) fn resident_peak(&self) -> Result<f64> {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> Result<f64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.id))?;
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        let kilobytes: f64 = kilobytes.ok_or("Linux tells the memory of a process")?.parse()?;
        Ok(kilobytes * 1024.0 / 1e6)
    }
}
