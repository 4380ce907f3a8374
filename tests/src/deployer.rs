//! The deployer's program, run as a user runs it.

use std::fmt;
use std::path::PathBuf;
use std::process::Stdio;

use aws_credential_types::Credentials;
use tokio::process::{Child, Command};

use crate::{Cloud, Terminal, workspace};

/// The deployer's program.
#[derive(Clone, Debug)]
pub struct Deployer {
    program: PathBuf,
    credentials: Credentials,
}

impl Deployer {
    /// The program at `program`.
    pub fn at(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            credentials: Credentials::new("test", "test", None, None, "owner"),
        }
    }

    /// The same program, run by another caller than the account's owner.
    #[must_use]
    pub fn run_by(&self, caller: &Cloud) -> Self {
        Self {
            credentials: caller.credentials(),
            ..self.clone()
        }
    }

    /// Runs it with `arguments` in the workspace, with the emulator's keys and no other AWS configuration.
    #[must_use = "a run may have failed"]
    pub async fn run<Argument: AsRef<str>>(&self, arguments: &[Argument]) -> Run {
        let arguments: Vec<&str> = arguments.iter().map(AsRef::as_ref).collect();
        let output = self
            .command(&arguments)
            .output()
            .await
            .unwrap_or_else(|error| panic!("{} cannot be run: {error}", self.program.display()));
        Run {
            command: arguments.join(" "),
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Starts it like [`Self::run`], without waiting for its end.
    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{} cannot be run: {error}", self.program.display()))
    }

    /// Runs it like [`Self::run`], at a terminal with this number of columns.
    pub fn at_a_terminal(&self, columns: u16, arguments: &[&str]) -> Terminal {
        Terminal::run(self.command(arguments), columns)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars() {
            if ["AWS_", "DEPLOYER_", "GITHUB_"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
            {
                command.env_remove(name);
            }
        }
        command
            .args(arguments)
            .current_dir(workspace::root())
            .env("PATH", workspace::search_path())
            .env("AWS_ACCESS_KEY_ID", self.credentials.access_key_id())
            .env("AWS_SECRET_ACCESS_KEY", self.credentials.secret_access_key())
            .envs(
                self.credentials
                    .session_token()
                    .map(|token| ("AWS_SESSION_TOKEN", token)),
            )
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }
}

/// How many of a run's last lines a failure shows first.
const LAST_WORDS: usize = 8;

/// A run of the deployer that has ended.
#[derive(Clone, Debug)]
pub struct Run {
    command: String,
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// The text of stdout.
    pub stdout: String,
    /// The text of stderr.
    pub stderr: String,
}

#[expect(
    clippy::return_self_not_must_use,
    reason = "they are called for what they assert, and what they return is there for who wants to read on"
)]
impl Run {
    /// The run itself.
    ///
    /// # Panics
    /// The exit code was not 0.
    pub fn succeeded(self) -> Self {
        self.ended_with(0)
    }

    /// The run itself.
    ///
    /// # Panics
    /// The exit code was not `code`.
    pub fn ended_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }
}

impl fmt::Display for Run {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            command,
            code,
            stdout,
            stderr,
        } = self;
        // The last lines first: they have the reason, and a report of many failures may be cut off.
        let lines: Vec<&str> = stderr.lines().collect();
        let last = lines[lines.len().saturating_sub(LAST_WORDS)..].join("\n");
        write!(
            formatter,
            "`deployer {command}` ended with {code:?}\n{last}\n\nAll that it said:\n{stdout}\n{stderr}"
        )
    }
}
