//! The API as a server, outside Lambda.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use event_store_bench::Call;
use event_store_function::store::Consumed;
use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::ChildStdout;

use super::Result;
use super::database::Database;
use super::process::Process;

/// A server, and its log.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) process: Process,
    pub(crate) client: Client,
    log: Lines<BufReader<ChildStdout>>,
}

/// The part of a log line with the address of the server, or the units of a request.
#[derive(Debug, Deserialize)]
struct Line {
    address: Option<String>,
    status: Option<u16>,
    /// The line omits it if it is one.
    #[serde(default = "one")]
    requests: u32,
    #[serde(default)]
    wru: f64,
    #[serde(default)]
    rru: f64,
}

fn one() -> u32 {
    1
}

impl Server {
    /// Starts a server, and returns when it is ready.
    pub(crate) async fn start(program: &Path, database: &Database) -> Result<Self> {
        let variables = [("PORT", "0".to_owned())];
        let mut process = Process::start(program, database, &variables, Stdio::piped())?;
        let mut log = BufReader::new(process.stdout()?).lines();
        let serving = line(&mut log, |line| line.address.is_some()).await?;
        Ok(Self {
            process,
            client: Client::to(&serving.address.unwrap_or_default())?,
            log,
        })
    }

    /// Sends `call`, and returns its units according to the server's log, which is what an operator sees.
    pub(crate) async fn taken_by(&mut self, call: Call) -> Result<Consumed> {
        self.client.send(&call).await?;
        let Line {
            requests, wru, rru, ..
        } = line(&mut self.log, |line| line.status.is_some()).await?;
        Ok(Consumed { requests, wru, rru })
    }

    /// The same server, with its log read and discarded.
    pub(crate) fn with_log_passed_over(self) -> (Process, Client) {
        let mut log = self.log;
        tokio::spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
        (self.process, self.client)
    }
}

async fn line(log: &mut Lines<BufReader<ChildStdout>>, is_it: impl Fn(&Line) -> bool) -> Result<Line> {
    while let Some(text) = log.next_line().await? {
        let line: Line = serde_json::from_str(&text)?;
        if is_it(&line) {
            return Ok(line);
        }
    }
    Err("the server has ended".into())
}

/// A client that keeps its connections open.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    origin: Arc<str>,
}

impl Client {
    pub(crate) fn to(address: &str) -> Result<Self> {
        // Another client may have installed the provider before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self {
            http: reqwest::Client::builder().no_proxy().build()?,
            origin: format!("http://{address}").into(),
        })
    }

    /// Sends `call` and reads the answer, which may be anything but a server error.
    pub(crate) async fn send(&self, call: &Call) -> Result<()> {
        let (status, body) = self.exchange(call).await?;
        if status.is_server_error() {
            return Err(format!("{status}: {body}").into());
        }
        Ok(())
    }

    /// Sends `call`, which must succeed, and returns the answer's body.
    pub(crate) async fn answer(&self, call: &Call) -> Result<String> {
        let (status, body) = self.exchange(call).await?;
        if status.is_success() {
            Ok(body)
        } else {
            Err(format!("{} {}: {status}: {body}", call.method, call.target()).into())
        }
    }

    async fn exchange(&self, call: &Call) -> Result<(StatusCode, String)> {
        let url = format!("{}{}", self.origin, call.target());
        let mut request = self.http.request(call.method.clone(), url);
        if let Some(body) = &call.body {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone());
        }
        let answer = request.send().await?;
        Ok((answer.status(), answer.text().await?))
    }
}
