//! The program, running, and its API as a caller meets it.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// How long anything may take before it counts as never.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The program, without anything around it that could change what it does.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_event-store"));
    command.env_clear().stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// The program, serving.
pub(crate) struct Store {
    child: Child,
    /// What it said on stdout.
    pub(crate) greeting: String,
    url: String,
    http: reqwest::Client,
}

/// An answer of the API.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) json: Value,
}

impl Store {
    /// In memory.
    pub(crate) async fn in_memory() -> Self {
        Self::start(&[]).await
    }

    /// In a folder.
    pub(crate) async fn on(folder: &Path) -> Self {
        Self::start(&["--data", folder.to_str().unwrap()]).await
    }

    /// In a folder, on a port that is known.
    pub(crate) async fn on_port(port: &str, folder: &Path) -> Self {
        let mut command = program();
        command.args(["serve", "--port", port, "--data"]).arg(folder);
        Self::run(command).await.unwrap()
    }

    /// On any free port, with `arguments` besides.
    pub(crate) async fn start(arguments: &[&str]) -> Self {
        let mut command = program();
        command.args(["serve", "--port", "0"]).args(arguments);
        Self::run(command).await.unwrap()
    }

    /// In a folder that may not be opened: then what it says.
    pub(crate) async fn try_on(folder: &Path) -> Result<Self, String> {
        let mut command = program();
        command.args(["serve", "--port", "0", "--data"]).arg(folder);
        Self::run(command).await
    }

    /// The same under `limits`, as a shell sets them.
    pub(crate) async fn limited(limits: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new("sh");
        let script = format!(r#"{limits} && exec "$0" "$@""#);
        command.args(["-c", &script, env!("CARGO_BIN_EXE_event-store")]);
        command.env_clear().stdin(Stdio::null()).kill_on_drop(true);
        command.args(["serve", "--port", "0"]).args(arguments);
        Self::run(command).await.unwrap()
    }

    async fn run(mut command: Command) -> Result<Self, String> {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut greeting = Vec::new();
        while greeting.len() < 6 {
            let line = tokio::time::timeout(PATIENCE, lines.next_line())
                .await
                .unwrap()
                .unwrap();
            match line {
                Some(line) => greeting.push(line),
                None => return Err(said(&mut child).await),
            }
        }
        // Another test may have chosen before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = greeting[0].rsplit(' ').next().unwrap().to_owned();
        Ok(Self {
            child,
            greeting: greeting.join("\n"),
            url,
            http: reqwest::Client::new(),
        })
    }

    /// The address, as the first line of the greeting ends with it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The number of its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id().unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = self.http.get(format!("{}{path}", self.url));
        answer(request).await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        let request = self.http.post(format!("{}{path}", self.url));
        answer(
            request
                .header("content-type", "application/json")
                .body(body.to_string()),
        )
        .await
        .unwrap()
    }

    /// Creates a stream of type `order`, and gives back its id.
    pub(crate) async fn order(&self) -> String {
        let body = json!({"initialEvent": {"eventType": "placed", "payload": {"total": 42}}});
        let created = self.post("/streams/order", &body).await;
        assert_eq!(created.status, 201, "{created:?}");
        created.json["stream"]["streamId"].as_str().unwrap().to_owned()
    }

    /// Appends one event at `revision`.
    pub(crate) async fn append(&self, id: &str, revision: u64) -> Answer {
        let event_id = uuid::Uuid::new_v4().to_string();
        self.try_append(id, revision, &event_id).await.unwrap()
    }

    /// Appends one event at `revision`, and says when nobody answers.
    pub(crate) async fn try_append(
        &self,
        id: &str,
        revision: u64,
        event_id: &str,
    ) -> reqwest::Result<Answer> {
        let body = json!({"event": {"eventType": "changed", "payload": revision, "eventId": event_id}});
        let url = format!("{}/streams/order/{id}/events/{revision}", self.url);
        let request = self.http.put(url).header("content-type", "application/json");
        answer(request.body(body.to_string())).await
    }

    /// The events of a stream: the revision and the id of each.
    pub(crate) async fn events(&self, id: &str) -> Vec<(u64, String)> {
        let page = self.get(&format!("/streams/order/{id}/events")).await.json;
        let page = &page["eventPage"];
        assert_eq!(page["hasMore"], false);
        let events = page["events"].as_array().unwrap().iter();
        events
            .map(|event| {
                let id = event["eventId"].as_str().unwrap().to_owned();
                (event["revision"].as_u64().unwrap(), id)
            })
            .collect()
    }

    /// Waits until the listing, which is filled with a delay, has exactly the streams at these revisions.
    pub(crate) async fn lists(&self, expected: &[(String, u64)]) {
        let mut expected = expected.to_vec();
        expected.sort();
        self.until("listed", async || {
            let mut listed = Vec::new();
            let mut path = "/streams/order?limit=100".to_owned();
            loop {
                let page = self.get(&path).await.json["streamPage"].take();
                listed.extend(page["streams"].as_array().unwrap().iter().map(|stream| {
                    let id = stream["streamId"].as_str().unwrap().to_owned();
                    (id, stream["revision"].as_u64().unwrap())
                }));
                match page["nextPageKey"].as_str() {
                    Some(key) => path = format!("/streams/order?limit=100&stream-next-page-key={key}"),
                    None => break,
                }
            }
            listed.sort();
            (listed == expected)
                .then_some(())
                .ok_or(format!("{listed:?} and not {expected:?}"))
        })
        .await;
    }

    /// Asks until it is so.
    pub(crate) async fn until(&self, what: &str, ask: impl AsyncFn() -> Result<(), String>) {
        until(what, ask).await;
    }

    /// Waits until the program says `text` on stderr, and gives back the whole line.
    pub(crate) async fn says(&mut self, text: &str) -> String {
        let mut lines = BufReader::new(self.child.stderr.as_mut().unwrap()).lines();
        let saying = async {
            loop {
                let Some(line) = lines.next_line().await.unwrap() else {
                    panic!("it ended without saying `{text}`");
                };
                if line.contains(text) {
                    return line;
                }
            }
        };
        tokio::time::timeout(PATIENCE, saying).await.unwrap()
    }

    /// Ends the program as no program can prevent.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// The same, without waiting for it, while others still call.
    pub(crate) fn kill_now(&self) {
        let id = self.child.id().unwrap().to_string();
        let killed = std::process::Command::new("kill").args(["-KILL", &id]).status();
        assert!(killed.unwrap().success());
    }

    /// Tells the program to end, and gives back how it did and what it logged.
    pub(crate) async fn end(mut self) -> (ExitStatus, String) {
        self.tell_to_end().await;
        self.ended().await
    }

    pub(crate) async fn tell_to_end(&self) {
        let id = self.child.id().unwrap().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().await.unwrap();
        assert!(told.success());
    }

    pub(crate) async fn ended(&mut self) -> (ExitStatus, String) {
        let log = tokio::time::timeout(PATIENCE, said(&mut self.child))
            .await
            .unwrap();
        (self.child.wait().await.unwrap(), log)
    }
}

/// Asks until it is so.
pub(crate) async fn until(what: &str, ask: impl AsyncFn() -> Result<(), String>) {
    let waiting = async {
        let mut last = String::new();
        loop {
            match ask().await {
                Ok(()) => return,
                Err(not_yet) if not_yet == last => {}
                Err(not_yet) => {
                    println!("not {what} yet: {not_yet}");
                    last = not_yet;
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .unwrap_or_else(|_| panic!("still not {what}"));
}

/// What the program says on stderr until it ends.
async fn said(child: &mut Child) -> String {
    let mut text = String::new();
    if let Some(mut stderr) = child.stderr.take() {
        stderr.read_to_string(&mut text).await.unwrap();
    }
    text
}

async fn answer(request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
    let response = request.timeout(PATIENCE).send().await?;
    let status = response.status().as_u16();
    let text = response.text().await?;
    Ok(Answer {
        status,
        json: serde_json::from_str(&text).unwrap_or(Value::String(text)),
    })
}
