//! What shells and `man` are given.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Output, Stdio};

use tempfile::TempDir;

use crate::process::program;

const VERBS: [&str; 12] = [
    "serve",
    "move-in",
    "types",
    "streams",
    "read",
    "append",
    "tail",
    "export",
    "import",
    "verify",
    "completions",
    "man",
];

async fn output(arguments: &[&str]) -> Output {
    program().args(arguments).output().await.unwrap()
}

#[tokio::test]
async fn each_shell_is_told_every_verb() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = String::from_utf8(output(&["completions", shell]).await.stdout).unwrap();
        for verb in VERBS {
            assert!(script.contains(verb), "{shell} does not know `{verb}`");
        }
    }
    let refused = output(&["completions", "cmd"]).await;
    assert_eq!(refused.status.code(), Some(64));
}

#[tokio::test]
async fn every_verb_has_a_manual_page() {
    let folder = TempDir::new().unwrap();
    let pages = folder.path().join("share/man1");
    let written = output(&["man", "--to", pages.to_str().unwrap()]).await;
    assert!(written.status.success());
    let names: BTreeSet<_> = fs::read_dir(&pages)
        .unwrap()
        .map(|page| page.unwrap().file_name().into_string().unwrap())
        .collect();
    let expected: BTreeSet<_> = VERBS
        .map(|verb| format!("event-store-{verb}.1"))
        .into_iter()
        .chain(["event-store.1".to_owned()])
        .collect();
    assert_eq!(names, expected);
    let page = String::from_utf8(output(&["man"]).await.stdout).unwrap();
    assert!(page.contains(".TH event-store 1"), "{page}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_told() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let refused = output(&["man", "--to", file.join("pages").to_str().unwrap()]).await;
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(
        said.replace(folder.path().to_str().unwrap(), "<folder>"),
        "error: cannot write manual pages to `<folder>/file/pages`\n  because: Not a directory (os error 20)\n"
    );
}

#[tokio::test]
async fn a_reader_that_stops_early_is_no_error() {
    let mut child = program()
        .args(["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().await.unwrap();
    assert!(ended.status.success());
    assert_eq!(String::from_utf8(ended.stderr).unwrap(), "");
}
