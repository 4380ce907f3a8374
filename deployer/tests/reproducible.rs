//! Two checkouts in different folders, with different cargo homes, give the same bytes.
//!
//! A tiny crate stands for the functions. It contains what leaves paths in a stripped binary: a dependency from the
//! registry, and panics in both. It is built from what cargo has already downloaded for the workspace.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::io::{Cursor, Read as _};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use event_store_deployer::artifact::{Artifact, Build, Machine, Processor};
use event_store_deployer::environment::Profile;
use event_store_deployer::process_env::ProcessEnv;
use tempfile::TempDir;

/// The dependency's version is the one that the workspace has locked and thus downloaded.
const MANIFEST: &str = r#"
[workspace]

[package]
name = "fixture"
version = "0.1.0"
edition = "2024"

[dependencies]
bytes = "=VERSION"

[profile.release]
opt-level = "s"
lto = true
codegen-units = 1
strip = true
"#;

const SOURCE: &str = r#"
fn main() {
    let count = std::env::args().count();
    println!("{:?}", bytes::Bytes::from_static(b"arguments").slice(count..));
    assert!(count < 3, "too many arguments");
}
"#;

#[tokio::test]
async fn two_checkouts_with_different_homes_give_one_hash() {
    let folder = TempDir::new().unwrap();
    let one = build(&folder.path().join("one"), &folder.path().join("home")).await;
    let other = build(
        &folder.path().join("the other/of two"),
        &folder.path().join("another home"),
    )
    .await;

    assert_eq!(one.key(), other.key());
    let code = bootstrap(&folder.path().join("one"));
    assert!(
        holds(&code, "/cargo/registry/src/"),
        "the dependency's path is in the code, under its other name"
    );
    let here = folder.path().to_str().unwrap();
    assert!(!holds(&code, here), "no path of this machine is in the code");
}

#[tokio::test]
async fn a_development_build_is_cargos_own_and_made_once() {
    let folder = TempDir::new().unwrap();
    let (workspace, home) = (folder.path().join("one"), folder.path().join("home"));
    let machine = prepare(&workspace, &home);
    let (first, notes) = run(&workspace, &machine, Profile::Dev).await;
    assert!(notes.contains("Compiling fixture"), "{notes}");
    let own = std::fs::read(target_folder(&workspace).join("debug/fixture")).unwrap();
    assert_eq!(
        bootstrap_of(&first),
        own,
        "what is packed is cargo's development build"
    );
    let cargo = Command::new(env!("CARGO"))
        .args(["build", "--workspace", "--bin", "fixture"])
        .current_dir(&workspace)
        .env("CARGO_HOME", &home)
        .output()
        .unwrap();
    let cargo = String::from_utf8(cargo.stderr).unwrap();
    assert!(
        cargo.contains("Finished") && !cargo.contains("Compiling"),
        "{cargo}"
    );
    let (second, notes) = run(&workspace, &machine, Profile::Dev).await;
    assert!(!notes.contains("Compiling"), "{notes}");
    assert_eq!(first.key(), second.key());
}

/// The folder in which cargo builds; a variable may have moved it.
fn target_folder(workspace: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from)
}

async fn build(workspace: &Path, cargo_home: &Path) -> Artifact {
    let machine = prepare(workspace, cargo_home);
    run(workspace, &machine, Profile::Release).await.0
}

/// Writes the crate for a machine with its own cargo home.
fn prepare(workspace: &Path, cargo_home: &Path) -> Machine {
    let machine = machine(cargo_home);
    std::fs::create_dir_all(workspace.join("src")).unwrap();
    let manifest = MANIFEST.replace("VERSION", &locked("bytes"));
    std::fs::write(workspace.join("Cargo.toml"), manifest).unwrap();
    std::fs::write(workspace.join("src/main.rs"), SOURCE).unwrap();
    let lock = Command::new(env!("CARGO"))
        .args(["generate-lockfile", "--offline", "--quiet"])
        .current_dir(workspace)
        .env("CARGO_HOME", cargo_home)
        .status()
        .unwrap();
    assert!(lock.success());
    machine
}

/// Builds the crate, and returns the artifact with all messages of the build.
async fn run(workspace: &Path, machine: &Machine, profile: Profile) -> (Artifact, String) {
    let build = Build {
        workspace,
        binaries: &BTreeSet::from(["fixture".to_owned()]),
        processor: host(),
        profile,
        machine,
    };
    let mut notes = Vec::new();
    let outcome = build.run(&mut |note| notes.push(format!("{note:?}"))).await;
    let notes = notes.join("\n");
    let mut artifacts = outcome.unwrap_or_else(|error| panic!("{error}\n{notes}"));
    (artifacts.remove(0), notes)
}

/// The version of a package in the workspace's lock file.
fn locked(package: &str) -> String {
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    let lock = std::fs::read_to_string(lock).unwrap();
    let entry = lock
        .split_once(&format!("name = \"{package}\"\nversion = \""))
        .unwrap()
        .1;
    entry.split('"').next().unwrap().to_owned()
}

/// This machine with its own cargo home, in which nothing needs to be downloaded.
fn machine(cargo_home: &Path) -> Machine {
    let machine = ProcessEnv::of_this_process().machine();
    std::fs::create_dir_all(cargo_home).unwrap();
    symlink(machine.cargo_home.join("registry"), cargo_home.join("registry")).unwrap();
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/bin");
    let folders = std::iter::once(tools).chain(std::env::split_paths(&machine.path));
    let path = std::env::join_paths(folders).unwrap();
    Machine {
        path,
        cargo_home: cargo_home.to_path_buf(),
        ..machine
    }
}

fn host() -> Processor {
    if cfg!(target_arch = "aarch64") {
        Processor::Arm64
    } else {
        Processor::X86_64
    }
}

fn bootstrap(workspace: &Path) -> Vec<u8> {
    let built: PathBuf = workspace
        .join("target/lambda")
        .join(host().name())
        .join("fixture/bootstrap");
    std::fs::read(built).unwrap()
}

/// The packed program.
fn bootstrap_of(artifact: &Artifact) -> Vec<u8> {
    let mut zip = zip::ZipArchive::new(Cursor::new(artifact.zip())).unwrap();
    let mut code = Vec::new();
    zip.by_name("bootstrap").unwrap().read_to_end(&mut code).unwrap();
    code
}

fn holds(code: &[u8], text: &str) -> bool {
    code.windows(text.len()).any(|window| window == text.as_bytes())
}
