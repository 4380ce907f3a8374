//! The deployer, run as a program to deploy, describe and delete an environment.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use event_store_deployer::cli::GlobalArgs;
use tokio::process::Command;

use super::error::Failed;

/// The deployer, pointed at one environment.
#[derive(Clone, Debug)]
pub(super) struct Program {
    path: PathBuf,
    about: Vec<OsString>,
    /// Whether its output hides account ids.
    mask: bool,
}

impl Program {
    /// `program`, for the environment that `deployed` names.
    pub(super) fn new(program: PathBuf, deployed: &GlobalArgs) -> Self {
        let mut about = Vec::new();
        let mut option = |name: &str, value: Option<OsString>| {
            if let Some(value) = value {
                about.extend([name.into(), value]);
            }
        };
        option("--env", deployed.env.clone().map(Into::into));
        option("--instance", deployed.instance.clone().map(Into::into));
        option("--environments", deployed.environments.clone().map(Into::into));
        option("--template", deployed.template.clone().map(Into::into));
        about.extend(deployed.verbose.then(|| "--verbose".into()));
        Self {
            path: program,
            about,
            mask: deployed.mask,
        }
    }

    /// The output of `describe --format json`, which checks the account first.
    pub(super) async fn describe(&self) -> Result<String, Failed> {
        let mut command = self.command("describe");
        // Not masked, because the address is needed. Neither the output nor its messages are shown.
        let talk = if self.mask {
            Stdio::null()
        } else {
            Stdio::inherit()
        };
        let described = command
            .args(["--format", "json"])
            .stdout(Stdio::piped())
            .stderr(talk)
            .spawn()
            .map_err(|error| self.not_run(error))?;
        let output = described.wait_with_output().await;
        let output = output.map_err(|error| self.not_run(error))?;
        ended("describe", output.status)?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs `up`. Its outputs are not part of the report.
    ///
    /// It shares its terminal with this program: Ctrl-C reaches it, too, and it restores what it can before it ends.
    pub(super) async fn up(&self, options: &[OsString]) -> Result<(), Failed> {
        let mut command = self.command("up");
        let up = command
            .args(self.masking())
            .arg("--yes")
            .args(options)
            .stdout(Stdio::null());
        let status = up.status().await.map_err(|error| self.not_run(error))?;
        ended("up", status)
    }

    /// Deletes everything, without being interrupted by Ctrl-C.
    pub(super) async fn purge(&self, stack: &str) -> Result<(), Failed> {
        let mut command = self.command("down");
        let down =
            command
                .args(self.masking())
                .args(["--yes", "--wait-for-lock", "--purge", "--confirm", stack]);
        let down = down.stdout(Stdio::null()).process_group(0);
        let status = down.status().await.map_err(|error| self.not_run(error))?;
        ended("down", status)
    }

    /// The command with which a user deletes `stack`.
    pub(super) fn purge_by_hand(&self, stack: &str) -> String {
        let about: Vec<_> = self.about.iter().map(|word| word.to_string_lossy()).collect();
        format!("deployer down {} --purge --confirm {stack}", about.join(" "))
    }

    fn masking(&self) -> Option<&'static str> {
        self.mask.then_some("--mask")
    }

    fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(&self.path);
        command.arg(verb).args(&self.about).stdin(Stdio::null());
        command
    }

    fn not_run(&self, source: io::Error) -> Failed {
        Failed::NotRun {
            program: self.path.display().to_string(),
            source,
        }
    }
}

fn ended(verb: &'static str, status: ExitStatus) -> Result<(), Failed> {
    if status.success() {
        return Ok(());
    }
    Err(Failed::Deployer { verb, status })
}
