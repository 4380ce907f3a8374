//! Builds functions with cargo-lambda.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use super::check::BOOTSTRAP;
use super::error::BuildError;
use super::flags::{self, Folders};
use super::load::{load, zip_path};
use super::package::packages_of;
use super::{Artifact, Processor, zip};
use crate::environment::Profile;

/// What a build needs to know about this machine.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The search path for programs.
    pub path: OsString,
    /// Cargo's home folder.
    pub cargo_home: PathBuf,
    /// The names of all environment variables of this process.
    pub variables: Vec<String>,
}

/// Progress of a build.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BuildNote<'line> {
    /// The toolchain lacks this target; the build adds it with rustup.
    AddingTarget(&'static str),
    /// A line of a tool's output.
    Line(&'line str),
}

/// A build of binaries for one processor.
#[derive(Debug)]
pub struct Build<'build> {
    /// The workspace that contains the binaries.
    pub workspace: &'build Path,
    /// The binaries, as the template names them.
    pub binaries: &'build BTreeSet<String>,
    pub processor: Processor,
    /// How they are compiled. [`Profile::Dev`] compiles for this machine, whatever the processor.
    pub profile: Profile,
    /// The machine that builds.
    pub machine: &'build Machine,
}

impl Build<'_> {
    /// Builds the binaries and packs each as `<binary>.zip` in the [output folder](Self::output).
    ///
    /// The bytes of the zips depend only on the sources, the lock file and the toolchain. The machine's folders and
    /// flags leave no trace, except in a development build.
    ///
    /// # Errors
    /// A tool is missing or fails, or its output is not a program that Lambda can run.
    pub async fn run(&self, note: &mut dyn FnMut(BuildNote<'_>)) -> Result<Vec<Artifact>, BuildError> {
        let metadata = self.metadata().await?;
        let packages = packages_of(self.binaries, &metadata)?;
        let folder = Self::output(self.workspace, self.processor, self.profile);
        match self.profile {
            Profile::Release => {
                let rustc = self.rustc().await?;
                self.ensure_target(&rustc, note).await?;
                self.compile(&rustc, &packages, note).await?;
                for binary in self.binaries {
                    let program = folder.join(binary).join(BOOTSTRAP);
                    pack(binary, &program, &zip_path(&folder, binary))?;
                }
            }
            Profile::Dev => self.develop(&metadata, &folder, note).await?,
        }
        Ok(load(
            &folder,
            self.binaries.iter().map(String::as_str),
            self.processor,
        )?)
    }

    /// The folder of a workspace's zips: one for each processor, and one for development builds.
    pub fn output(workspace: &Path, processor: Processor, profile: Profile) -> PathBuf {
        workspace.join("target/lambda").join(match profile {
            Profile::Release => processor.name(),
            Profile::Dev => profile.written(),
        })
    }

    /// Runs `cargo metadata` for the workspace.
    pub(super) async fn metadata(&self) -> Result<Vec<u8>, BuildError> {
        let metadata = self.output_of("cargo", &["metadata", "--no-deps", "--format-version", "1"]);
        let mut folders = self.workspace.ancestors();
        match metadata.await {
            Err(BuildError::Failed { .. }) if !folders.any(|folder| folder.join("Cargo.toml").is_file()) => {
                Err(BuildError::NoManifest {
                    folder: self.workspace.to_owned(),
                })
            }
            other => other,
        }
    }

    pub(super) async fn rustc(&self) -> Result<Rustc, BuildError> {
        let sysroot = self.output_of("rustc", &["--print", "sysroot"]).await?;
        let version = self.output_of("rustc", &["--version", "--verbose"]).await?;
        let version = String::from_utf8_lossy(&version);
        let commit = version
            .lines()
            .find_map(|line| line.strip_prefix("commit-hash: "))
            .unwrap_or("unknown");
        Ok(Rustc {
            sysroot: PathBuf::from(String::from_utf8_lossy(&sysroot).trim()),
            commit: commit.to_owned(),
        })
    }

    async fn ensure_target(
        &self,
        rustc: &Rustc,
        note: &mut dyn FnMut(BuildNote<'_>),
    ) -> Result<(), BuildError> {
        let target = self.processor.rust_target();
        if rustc.has(target) {
            return Ok(());
        }
        note(BuildNote::AddingTarget(target));
        match self.output_of("rustup", &["target", "add", target]).await {
            Ok(_) => Ok(()),
            Err(BuildError::MissingProgram { .. }) => Err(BuildError::MissingTarget { target }),
            Err(other) => Err(other),
        }
    }

    async fn compile(
        &self,
        rustc: &Rustc,
        packages: &BTreeSet<String>,
        note: &mut dyn FnMut(BuildNote<'_>),
    ) -> Result<(), BuildError> {
        let folders = Folders {
            cargo_home: &self.machine.cargo_home,
            workspace: self.workspace,
            sysroot: &rustc.sysroot,
            rustc_commit: &rustc.commit,
        };
        let target = self.processor.rust_target();
        let mut command = self.command("cargo-lambda");
        // Uses the workspace's own release profile; cargo-lambda's profile would abort the process on a panic.
        command
            .args([
                "lambda",
                "build",
                "--release",
                "--disable-optimizations",
                "--locked",
                "--color",
                "never",
            ])
            .args(["--target", &flags::versioned_target(target), "--lambda-dir"])
            .arg(Self::output(self.workspace, self.processor, self.profile));
        for package in packages {
            command.args(["--package", package]);
        }
        for binary in self.binaries {
            command.args(["--bin", binary]);
        }
        for variable in self
            .machine
            .variables
            .iter()
            .filter(|variable| flags::changes_code(variable))
        {
            command.env_remove(variable);
        }
        let c_target = target.replace('-', "_");
        command
            .env("CARGO_ENCODED_RUSTFLAGS", folders.rust_flags())
            .env("CARGO_TARGET_DIR", self.workspace.join("target"))
            .env("CC_SHELL_ESCAPED_FLAGS", "1")
            .env(format!("CFLAGS_{c_target}"), folders.c_flags())
            .env(format!("CXXFLAGS_{c_target}"), folders.c_flags())
            .env("SOURCE_DATE_EPOCH", flags::SOURCE_DATE_EPOCH);
        follow(command, "cargo-lambda", "cargo lambda build", note).await
    }

    pub(super) async fn output_of(
        &self,
        program: &'static str,
        arguments: &[&str],
    ) -> Result<Vec<u8>, BuildError> {
        let mut command = self.command(program);
        command.args(arguments);
        let Output {
            status,
            stdout,
            stderr,
        } = command
            .output()
            .await
            .map_err(|error| cannot_run(program, error))?;
        if status.success() {
            return Ok(stdout);
        }
        Err(BuildError::Failed {
            command: format!("{program} {}", arguments.join(" ")),
            status: status.to_string(),
            output: String::from_utf8_lossy(&stderr).trim_end().to_owned(),
        })
    }

    /// Prepares a command of the toolchain. Tools pinned by the workspace take precedence over those of the machine.
    pub(super) fn command(&self, program: &str) -> Command {
        let pinned = self.workspace.join(".tools/bin");
        let folders = std::iter::once(pinned).chain(std::env::split_paths(&self.machine.path));
        let mut command = Command::new(program);
        command
            .current_dir(self.workspace)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        // The command runs the build scripts and procedural macros of every dependency, so it must not see secrets.
        for secret in self
            .machine
            .variables
            .iter()
            .filter(|name| flags::is_secret(name))
        {
            command.env_remove(secret);
        }
        command.env("CARGO_HOME", &self.machine.cargo_home);
        // The folders cannot be joined if one contains a colon; then the machine's own path must do.
        command.env(
            "PATH",
            std::env::join_paths(folders).unwrap_or_else(|_| self.machine.path.clone()),
        );
        command
    }
}

pub(super) struct Rustc {
    sysroot: PathBuf,
    commit: String,
}

impl Rustc {
    /// Tells whether the toolchain has the standard library for a target.
    pub(super) fn has(&self, target: &str) -> bool {
        self.sysroot.join("lib/rustlib").join(target).join("lib").is_dir()
    }
}

/// Runs a program and passes its output on, line by line. `called` is the command as a user would type it.
pub(super) async fn follow(
    mut command: Command,
    program: &'static str,
    called: &str,
    note: &mut dyn FnMut(BuildNote<'_>),
) -> Result<(), BuildError> {
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| cannot_run(program, error))?;
    let mut output = String::new();
    if let Some(stderr) = child.stderr.take() {
        let mut lines = BufReader::new(stderr).lines();
        while let Some(line) = lines
            .next_line()
            .await
            .map_err(|error| cannot_run(program, error))?
        {
            note(BuildNote::Line(&line));
            output.push_str(&line);
            output.push('\n');
        }
    }
    let status = child.wait().await.map_err(|error| cannot_run(program, error))?;
    if status.success() {
        return Ok(());
    }
    Err(BuildError::Failed {
        command: called.to_owned(),
        status: status.to_string(),
        output,
    })
}

fn cannot_run(program: &'static str, source: io::Error) -> BuildError {
    match source.kind() {
        io::ErrorKind::NotFound => BuildError::MissingProgram { program },
        _ => BuildError::CannotRun { program, source },
    }
}

/// Packs a program as the `bootstrap` of a zip.
fn pack(binary: &str, program: &Path, path: &Path) -> Result<(), BuildError> {
    write(path, &zipped(binary, program, &read(program)?)?)
}

pub(super) fn zipped(binary: &str, program: &Path, code: &[u8]) -> Result<Vec<u8>, BuildError> {
    zip::pack(binary, &BTreeMap::from([(BOOTSTRAP, code)])).map_err(|source| BuildError::Zip {
        path: program.to_owned(),
        source,
    })
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, BuildError> {
    std::fs::read(path).map_err(|source| BuildError::File {
        action: "read",
        path: path.to_owned(),
        source,
    })
}

pub(super) fn write(path: &Path, content: &[u8]) -> Result<(), BuildError> {
    std::fs::write(path, content).map_err(|source| BuildError::File {
        action: "write",
        path: path.to_owned(),
        source,
    })
}
