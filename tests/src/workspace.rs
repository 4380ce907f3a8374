//! Paths of the workspace.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The workspace's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate lies in the workspace")
}

/// The folder for files that a run leaves for inspection.
pub(crate) fn records() -> PathBuf {
    target().join("e2e")
}

/// The folder of functions built for this machine, as the deployer builds them.
pub(crate) fn functions() -> PathBuf {
    let architecture = match env::consts::ARCH {
        "aarch64" => "arm64",
        other => other,
    };
    target().join("lambda").join(architecture)
}

/// Cargo's target folder.
fn target() -> PathBuf {
    let program = env::current_exe().expect("a test knows its own program");
    // target/<profile>/deps/<program>
    program
        .ancestors()
        .nth(3)
        .expect("cargo puts tests three folders below its target folder")
        .to_path_buf()
}

/// `PATH` with the workspace's tools first.
pub(crate) fn search_path() -> OsString {
    let inherited = env::var_os("PATH").unwrap_or_default();
    let folders = [root().join(".tools/bin")]
        .into_iter()
        .chain(env::split_paths(&inherited));
    env::join_paths(folders).expect("the folders come from a search path")
}

/// The tool called `name`.
///
/// # Panics
/// The tool is not installed; the message has the remedy.
pub(crate) fn tool(name: &str) -> PathBuf {
    env::split_paths(&search_path())
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
        .unwrap_or_else(|| panic!("`{name}` is not installed. Run `./justw test`, which installs it"))
}
