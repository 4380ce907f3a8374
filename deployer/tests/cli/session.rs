//! A workspace in a temporary folder, and the program run in it.

use std::collections::BTreeSet;
use std::io::{Cursor, Write as _};
use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A template with one function, small enough to read in a test.
pub(crate) const TEMPLATE: &str = include_str!("template.yaml");

/// The template of the artifact bucket.
const BUCKET: &str = "Resources: { Bucket: { Type: AWS::S3::Bucket } }\n";

/// An environment for the template, at a port where nothing listens.
pub(crate) const ENVIRONMENT: &str = r#"account: "000000000000"
region: eu-central-1
stack: orders
architecture: x86_64
endpoint: http://127.0.0.1:9
url: "{endpoint}/_aws/lambda-url/{id}/"
parameters:
  Access: public
tags: { service: orders }
"#;

/// A workspace in which the program runs with only the given variables.
pub(crate) struct Session {
    folder: TempDir,
    variables: Vec<(&'static str, String)>,
}

impl Session {
    /// A workspace with [`TEMPLATE`] and the environments `local` and `staging`.
    pub(crate) fn new() -> Self {
        let session = Self {
            folder: TempDir::new().unwrap(),
            variables: Vec::new(),
        };
        session
            .with_file("templates/event-store.yaml", TEMPLATE)
            .with_file("templates/artifacts.yaml", BUCKET)
            .with_file("environments/local.yaml", ENVIRONMENT)
            .with_file("environments/staging.yaml", ENVIRONMENT)
    }

    /// Writes a file of the workspace.
    pub(crate) fn with_file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    /// Writes a program that the workspace provides: a shell script.
    #[cfg(unix)]
    pub(crate) fn with_tool(self, name: &str, script: &str) -> Self {
        use std::os::unix::fs::PermissionsExt as _;

        let path = format!(".tools/bin/{name}");
        let session = self.with_file(&path, format!("#!/bin/sh\n{script}\n"));
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(session.path(&path), executable).unwrap();
        session
    }

    /// Replaces `from` with `to` in the environment `local`.
    pub(crate) fn with_environment(self, from: &str, to: &str) -> Self {
        assert!(ENVIRONMENT.contains(from), "the environment has `{from}`");
        self.with_file("environments/local.yaml", ENVIRONMENT.replace(from, to))
    }

    /// Replaces `from` with `to` in the template.
    pub(crate) fn with_template(self, from: &str, to: &str) -> Self {
        assert!(TEMPLATE.contains(from), "the template has `{from}`");
        self.with_file("templates/event-store.yaml", TEMPLATE.replace(from, to))
    }

    /// Sets a variable.
    pub(crate) fn with_variable(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// Sets the credentials that an emulator accepts.
    pub(crate) fn with_credentials(self) -> Self {
        self.with_variable("AWS_ACCESS_KEY_ID", "test")
            .with_variable("AWS_SECRET_ACCESS_KEY", "test")
    }

    /// The path of a file in the workspace, which need not exist.
    pub(crate) fn path(&self, path: &str) -> String {
        self.folder.path().join(path).to_str().unwrap().to_owned()
    }

    /// Reads a file of the workspace.
    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(path)).unwrap()
    }

    /// The names of the files in a folder of the workspace.
    pub(crate) fn files(&self, folder: &str) -> BTreeSet<String> {
        let entries = std::fs::read_dir(self.folder.path().join(folder)).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    /// Runs the program in the workspace and records all its output.
    pub(crate) fn run(&self, arguments: &str) -> String {
        self.run_in(self.folder.path(), arguments)
    }

    /// Runs the program through a shell that redirects its output. Returns the exit code and the text on stderr.
    #[cfg(target_os = "linux")]
    pub(crate) fn run_redirected(&self, arguments: &str, redirection: &str) -> (i32, String) {
        let program = assert_cmd::cargo::cargo_bin("deployer");
        let script = format!(
            "set -o pipefail; '{}' {arguments} {redirection}",
            program.display()
        );
        let output = Command::new("bash")
            .current_dir(self.folder.path())
            .args(["-c", &script])
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), stderr)
    }

    /// Runs the program in a folder.
    pub(crate) fn run_in(&self, folder: &Path, arguments: &str) -> String {
        let mut command = Command::cargo_bin("deployer").unwrap();
        command
            .current_dir(folder)
            .args(arguments.split_whitespace())
            .env_clear()
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        let output = command.output().unwrap();
        let exit = format!("exit code: {}\n", output.status.code().unwrap());
        let streams = [("stdout", output.stdout), ("stderr", output.stderr)]
            .into_iter()
            .filter(|(_, bytes)| !bytes.is_empty())
            .map(|(name, bytes)| format!("--- {name}\n{}", String::from_utf8(bytes).unwrap()));
        let text: String = std::iter::once(exit).chain(streams).collect();
        text.replace(self.folder.path().to_str().unwrap(), "<workspace>")
    }
}

/// A zip with one executable file.
pub(crate) fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(name, SimpleFileOptions::default().unix_permissions(0o755))
        .unwrap();
    zip.write_all(content).unwrap();
    zip.finish().unwrap().into_inner()
}

/// An ELF executable for `machine` (62 is `x86_64`, 183 is `arm64`): a header, and one segment that covers the whole
/// file.
pub(crate) fn elf(machine: u8) -> Vec<u8> {
    let mut file = vec![0; 128];
    file[..8].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1, 1, 0]);
    (file[16], file[18], file[20], file[24]) = (2, machine, 1, 120);
    (file[32], file[54], file[56]) = (64, 56, 1);
    (file[64], file[64 + 4], file[64 + 32]) = (1, 5, 128);
    file
}
