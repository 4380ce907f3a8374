//! What the layout promises of whole folders, and no type holds.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A source file: its path within the workspace, and its text up to its tests.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn holds(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.text.contains(word))
    }
}

fn sources() -> Vec<Source> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let members = [
        "types",
        "client",
        "function",
        "deployer",
        "deployer/template",
        "deployer/engine",
    ];
    let files = members
        .iter()
        .flat_map(|member| files(&workspace.join(member).join("src")));
    files
        .map(|file| {
            let path = file
                .strip_prefix(workspace)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            (file, path)
        })
        .filter(|(file, path)| {
            file.extension().is_some_and(|extension| extension == "rs")
                && !path.ends_with("tests.rs")
                && !path.contains("/tests/")
        })
        .map(|(file, path)| {
            let text = fs::read_to_string(file).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
            Source { path, text }
        })
        .collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}

fn paths(sources: impl IntoIterator<Item = Source>) -> Vec<String> {
    sources.into_iter().map(|source| source.path).collect()
}

#[test]
fn a_module_that_calls_itself_pure_has_no_clock_client_file_system_or_runtime() {
    let impure = [
        "async fn",
        "aws_sdk_",
        "Instant",
        "::now()",
        "::random()",
        "reqwest",
        "std::env",
        "std::fs",
        "std::net",
        "std::process",
        "SystemTime",
        "tokio",
    ];
    let pure: Vec<Source> = sources()
        .into_iter()
        .filter(|source| source.text.starts_with("//! PURE:"))
        .collect();
    assert!(pure.len() > 50, "{} modules call themselves pure", pure.len());
    assert_eq!(
        paths(pure.into_iter().filter(|source| source.holds(&impure))),
        Vec::<String>::new()
    );
}

#[test]
fn what_is_said_of_a_stack_asks_nobody() {
    let asking = sources().into_iter().filter(|source| {
        source.path.starts_with("deployer/engine/src/stack/") && source.holds(&["crate::cloud", "async fn"])
    });
    assert_eq!(paths(asking), Vec::<String>::new());
}

#[test]
fn only_the_deployer_s_adapters_name_an_sdk() {
    let naming = sources().into_iter().filter(|source| {
        source.path.starts_with("deployer/")
            && !source.path.starts_with("deployer/src/aws/")
            && source.holds(&["aws_sdk_", "aws_config::", "aws_smithy_"])
    });
    assert_eq!(paths(naming), Vec::<String>::new());
}

#[test]
fn one_place_puts_into_the_events_table_and_one_into_the_feed() {
    let putting = sources()
        .into_iter()
        .filter(|source| source.path.starts_with("function/") && source.holds(&["put_item()"]));
    let mut putting = paths(putting);
    putting.sort();
    assert_eq!(
        putting,
        [
            "function/src/store/dynamo/events.rs",
            "function/src/store/dynamo/feed.rs"
        ]
    );
}

#[test]
fn the_tests_of_the_function_reach_dynamodb_only_past_the_witness() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let naming = files(&workspace.join("function")).into_iter().filter(|file| {
        let text = fs::read_to_string(file).unwrap_or_default();
        file.extension().is_some_and(|extension| extension == "rs") && text.contains("dynoxide::")
    });
    let naming = naming.map(|file| file.strip_prefix(workspace).unwrap().to_owned());
    // The store in one process has its database within, whose only client is the store.
    let opening: Vec<PathBuf> = naming
        .filter(|file| !file.starts_with("function/src/local"))
        .collect();
    assert_eq!(opening, [Path::new("function/tests/support/dynamodb.rs")]);
}

#[test]
fn only_the_store_s_adapter_names_its_database() {
    let naming = sources().into_iter().filter(|source| {
        source.path.starts_with("function/")
            && !source.path.starts_with("function/src/store/dynamo")
            && source.holds(&["aws_sdk_dynamodb"])
    });
    assert_eq!(paths(naming), Vec::<String>::new());
}

#[test]
fn only_the_deployer_s_user_interface_writes_to_the_terminal() {
    let writing = [
        "println!",
        "eprintln!",
        "print!(",
        "io::stdout",
        "io::stderr",
        "anstream",
    ];
    let strangers = sources().into_iter().filter(|source| {
        source.path.starts_with("deployer/")
            && !source.path.starts_with("deployer/src/ui")
            && source.holds(&writing)
    });
    assert_eq!(paths(strangers), Vec::<String>::new());
}

/// The crates that an artifact is built from, with `arguments` besides what the deployer gives to cargo.
fn crates_of_an_artifact(arguments: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--locked",
            "--package",
            "event-store-function",
        ])
        .args(["--edges", "normal,build", "--prefix", "none", "--format", "{p}"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let names = String::from_utf8(output.stdout).unwrap();
    let name = |line: &str| line.split_once(' ').map(|(name, _)| name.to_owned());
    names.lines().filter_map(name).collect()
}

#[test]
fn no_database_of_its_own_and_no_command_line_is_in_an_artifact() {
    let strangers = ["dynoxide-rs", "rusqlite", "libsqlite3-sys", "clap"];
    let strangers_in = |crates: &[String]| -> Vec<&str> {
        let is_in = |stranger: &&str| crates.iter().any(|name| name == stranger);
        strangers.into_iter().filter(is_in).collect()
    };
    let artifact = crates_of_an_artifact(&[]);
    assert!(
        artifact.iter().any(|name| name == "aws-sdk-dynamodb"),
        "{artifact:?}"
    );
    assert_eq!(strangers_in(&artifact), Vec::<&str>::new());
    // As the store in one process is built, all of them are found.
    let local = crates_of_an_artifact(&["--features", "embedded"]);
    assert_eq!(strangers_in(&local), strangers);
}

#[test]
fn nothing_but_the_store_in_one_process_knows_of_its_database() {
    let naming = sources().into_iter().filter(|source| {
        source.path.starts_with("function/")
            && !source.path.starts_with("function/src/local/")
            && source.holds(&["dynoxide", "rusqlite"])
    });
    assert_eq!(paths(naming), Vec::<String>::new());
}
