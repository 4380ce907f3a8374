//! The git checkout of a workspace.

use std::path::Path;
use std::process::Stdio;

use cfn_deploy::stack::release::SourceRevision;
use tokio::process::Command;

/// The suffix with which `git describe` marks changed tracked files.
const DIRTY: &str = "-dirty";

/// The commit that is checked out in `folder`; `None` outside a checkout, before its first commit, and without git.
pub async fn revision(folder: &Path) -> Option<SourceRevision> {
    let mut command = Command::new("git");
    // Without tags, git prints the whole hash of the commit.
    command.args(["describe", "--always", "--exclude=*", "--abbrev=64", "--dirty"]);
    let output = command
        .current_dir(folder)
        // Takes no locks, because another git process may be running.
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .ok()?;
    if !output.status.success() {
        return None;
    }
    let text = String::from_utf8(output.stdout).ok()?;
    parse(text.trim())
}

fn parse(text: &str) -> Option<SourceRevision> {
    let (commit, dirty) = match text.strip_suffix(DIRTY) {
        Some(commit) => (commit, true),
        None => (text, false),
    };
    let is_hash = !commit.is_empty() && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| SourceRevision {
        commit: commit.to_owned(),
        dirty,
    })
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use tempfile::TempDir;

    use super::*;

    fn git(folder: &Path, arguments: &[&str]) {
        let status = Command::new("git")
            .current_dir(folder)
            .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(status.unwrap().success(), "git {arguments:?}");
    }

    #[tokio::test]
    async fn a_commit_is_told_whole_and_whether_files_were_changed_since() {
        let folder = TempDir::new().unwrap();
        let (path, file) = (folder.path(), folder.path().join("a"));
        git(path, &["init", "--quiet"]);
        assert_eq!(revision(path).await, None, "nothing is committed");
        std::fs::write(&file, "1").unwrap();
        git(path, &["add", "."]);
        git(path, &["commit", "--quiet", "--message", "a"]);
        git(path, &["tag", "v1"]);
        let clean = revision(path).await.unwrap();
        assert_eq!((clean.commit.len(), clean.dirty), (40, false));
        std::fs::write(&file, "2").unwrap();
        let dirty = revision(path).await.unwrap();
        assert_eq!((dirty.commit, dirty.dirty), (clean.commit, true));
    }

    #[tokio::test]
    async fn outside_a_checkout_there_is_none() {
        assert_eq!(revision(TempDir::new().unwrap().path()).await, None);
    }
}
