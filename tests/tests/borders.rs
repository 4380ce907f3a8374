//! What the layout promises of whole folders, and no type holds.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

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
    let members = ["types", "client", "function", "deployer"];
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
fn one_place_puts_into_the_events_table() {
    let putting = sources()
        .into_iter()
        .filter(|source| source.path.starts_with("function/") && source.holds(&["put_item()"]));
    assert_eq!(paths(putting), ["function/src/store/dynamo/events.rs"]);
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
