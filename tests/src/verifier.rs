//! The program that verifies a store, run as a user runs it.

use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::Command;

use crate::{Cloud, Deployment, workspace};

/// The program that verifies a store.
#[derive(Clone, Debug)]
pub struct Verifier {
    program: PathBuf,
    deployer: PathBuf,
}

impl Verifier {
    /// The program at `program`, which uses the deployer at `deployer`.
    pub fn at(program: impl Into<PathBuf>, deployer: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            deployer: deployer.into(),
        }
    }

    /// The command that verifies `deployment` as `caller`, without any other AWS configuration.
    pub fn of(&self, deployment: &Deployment, caller: &Cloud, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars() {
            if ["AWS_", "DEPLOYER_", "GITHUB_"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
            {
                command.env_remove(name);
            }
        }
        let variables = caller.variables();
        // The environment file names its endpoint.
        let variables = variables
            .into_iter()
            .filter(|(name, _)| *name != "AWS_ENDPOINT_URL");
        command
            .args(["--env", deployment.environment().name()])
            .args(["--environments", &deployment.environments()])
            .args(arguments)
            .current_dir(workspace::root())
            .env("DEPLOYER", &self.deployer)
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }
}
