//! A headless Chromium, spoken to in its developer tools' protocol (<https://chromedevtools.github.io/devtools-protocol/>).
//!
//! The protocol goes over two pipes, each message ended by a zero byte: it needs neither a port nor a crate, and the browser
//! ends with the test, however that ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// How long a browser may take for what it is told.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A browser that runs, and what it told.
pub(crate) struct DevTools {
    process: Child,
    commands: ChildStdin,
    messages: Receiver<Value>,
    profile: TempDir,
    session: Option<String>,
    last_id: u64,
    events: Vec<Value>,
}

impl DevTools {
    /// Starts a browser that knows nothing of any other.
    pub(crate) fn start(chromium: &Path) -> Self {
        let profile = TempDir::new().unwrap();
        // The protocol's pipes are the descriptors 3 and 4 of the browser, and its only ones to the test.
        let mut process = Command::new("sh")
            .args([
                "-c",
                r#"log=$1; shift; exec "$@" 3<&0 4>&1 </dev/null >"$log" 2>&1"#,
                "sh",
            ])
            .arg(profile.path().join("log"))
            .arg(chromium)
            .args([
                "--remote-debugging-pipe",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            commands: process.stdin.take().unwrap(),
            messages: messages_of(process.stdout.take().unwrap()),
            process,
            profile,
            session: None,
            last_id: 0,
            events: Vec::new(),
        }
    }

    /// Speaks from now on with one page, and hears of what happens there.
    pub(crate) fn attach(&mut self, domains: &[&str]) {
        let target = self.call("Target.createTarget", &json!({"url": "about:blank"}));
        let session = self.call(
            "Target.attachToTarget",
            &json!({"targetId": target["targetId"], "flatten": true}),
        );
        self.session = Some(session["sessionId"].as_str().unwrap().to_owned());
        for domain in domains {
            self.call(&format!("{domain}.enable"), &json!({}));
        }
    }

    /// Has a command done, and gives back its result.
    pub(crate) fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.last_id += 1;
        let mut command = json!({"id": self.last_id, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            command["sessionId"] = json!(session);
        }
        let mut message = command.to_string().into_bytes();
        message.push(0);
        if let Err(error) = self.commands.write_all(&message) {
            panic!("the browser does not listen: {error}\n{}", self.log());
        }
        loop {
            let Ok(mut message) = self.messages.recv_timeout(PATIENCE) else {
                panic!("the browser does not answer `{method}`\n{}", self.log());
            };
            if message["id"] != self.last_id {
                self.events.push(message);
                continue;
            }
            assert_eq!(message["error"], Value::Null, "{method}");
            return message["result"].take();
        }
    }

    /// What the events of a name told.
    pub(crate) fn events<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Value> {
        self.events
            .iter()
            .filter(move |event| event["method"] == name)
            .map(|event| &event["params"])
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.profile.path().join("log")).unwrap_or_default()
    }
}

fn messages_of(pipe: impl Read + Send + 'static) -> Receiver<Value> {
    let (sender, messages) = channel();
    thread::spawn(move || {
        for message in BufReader::new(pipe).split(0).map_while(Result::ok) {
            let message = serde_json::from_slice(&message).expect("the browser speaks JSON");
            if sender.send(message).is_err() {
                break;
            }
        }
    });
    messages
}

impl Drop for DevTools {
    fn drop(&mut self) {
        // It writes into its profile until it has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
