//! What can go wrong with an artifact.

use std::io;
use std::path::PathBuf;

use super::flaw::Flaw;

/// Why an artifact cannot be loaded from a folder.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is no zip for the binary.
    #[error("no artifact for `{binary}`: `{}` does not exist", path.display())]
    Missing {
        /// The requested binary.
        binary: String,
        /// The path where it should be.
        path: PathBuf,
    },
    /// The zip exists but cannot be read.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// Lambda cannot run the zip.
    #[error("`{}` {flaw}", path.display())]
    Rejected {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        flaw: Flaw,
    },
}

/// Why the functions cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// There is no cargo workspace to build.
    #[error("there is no `Cargo.toml` in `{}` or above it, so nothing can be built", folder.display())]
    NoManifest { folder: PathBuf },
    /// A program of the toolchain is not on the search path.
    #[error("`{program}` is not installed")]
    MissingProgram { program: &'static str },
    /// A program of the toolchain could not be started, although it exists.
    #[error("cannot run `{program}`")]
    CannotRun {
        program: &'static str,
        #[source]
        source: io::Error,
    },
    /// A program of the toolchain failed.
    #[error("`{command}` failed ({status})")]
    Failed {
        /// The command as a user would type it.
        command: String,
        /// Its exit status in words.
        status: String,
        /// What it wrote to stderr.
        output: String,
    },
    /// The toolchain lacks the standard library for the processor, and there is no rustup to add it.
    #[error("the Rust target `{target}` is not installed, and there is no `rustup` to add it")]
    MissingTarget { target: &'static str },
    /// The output of a toolchain program differs from its documentation.
    #[error("cannot understand what `{command}` printed: {reason}")]
    Unintelligible {
        command: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// No package of the workspace has the binary that the template asks for.
    #[error("the template asks for a binary `{binary}`, which no package in the workspace has")]
    NoSuchBinary {
        binary: String,
        /// All binaries in the workspace.
        known: Vec<String>,
    },
    /// A built file could not be read, or its zip not written.
    #[error("cannot {action} `{}`", path.display())]
    File {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// The zip format cannot hold the binary.
    #[error("cannot zip `{}`", path.display())]
    Zip {
        /// The binary's file.
        path: PathBuf,
        #[source]
        source: zip::result::ZipError,
    },
    /// Lambda cannot run what was built.
    #[error(transparent)]
    Rejected(#[from] LoadError),
}
