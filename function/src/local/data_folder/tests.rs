mod left_behind;

use std::os::unix::fs::{PermissionsExt as _, symlink};

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::local::failure::Hint;
use left_behind::{content, left_behind};

fn folder() -> TempDir {
    TempDir::new().unwrap()
}

fn refusal(path: &Path) -> DataFolderError {
    DataFolder::claim(path).unwrap_err()
}

/// A store's file, as older versions kept it: not closed, with something that is only written ahead.
fn old_file(path: &Path) {
    sign(path, path.to_str().unwrap()).unwrap();
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE a (b); INSERT INTO a VALUES ('kept')")
        .unwrap();
    let (whole, ahead) = (fs::read(path).unwrap(), fs::read(check::log_of(path)).unwrap());
    drop(connection);
    fs::write(path, whole).unwrap();
    fs::write(check::log_of(path), ahead).unwrap();
}

#[test]
fn a_new_folder_is_its_owner_s_signed_and_claimed_again_once_it_is_let_go() {
    let folder = folder();
    let path = folder.path().join("store");
    let claimed = DataFolder::claim(&path).unwrap();
    let events = path.join(EVENTS);
    assert_eq!(Header::read(&events).unwrap(), Header::Store(FORMAT));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    for name in [EVENTS, "lock", "id"] {
        assert_eq!(mode(&path.join(name)), 0o600, "{name}");
    }
    let process = Some(std::process::id());
    assert!(matches!(refusal(&path), DataFolderError::InUse { process: by, .. } if by == process));
    let id = claimed.id().to_owned();
    drop(claimed);
    assert_eq!(DataFolder::claim(&path).unwrap().id(), id);
}

#[test]
fn the_same_file_under_any_other_name_is_in_use_by_the_process_that_has_it() {
    let folder = folder();
    let path = folder.path().join("store");
    let claimed = DataFolder::claim(&path).unwrap();
    let process = Some(std::process::id());
    let [linked, hard, soft] = ["linked", "hard", "soft"].map(|name| folder.path().join(name));
    symlink(&path, &linked).unwrap();
    fs::create_dir(&hard).unwrap();
    fs::hard_link(path.join(EVENTS), hard.join(EVENTS)).unwrap();
    fs::create_dir(&soft).unwrap();
    symlink(path.join(EVENTS), soft.join(EVENTS)).unwrap();
    for other in [&linked, &hard, &soft] {
        let refusal = refusal(other);
        assert!(
            matches!(refusal, DataFolderError::InUse { process: by, .. } if by == process),
            "{refusal}"
        );
    }
    drop(claimed);
    // Even alone: what is written ahead lies beside the one name, and is not found by the other.
    assert!(matches!(refusal(&path), DataFolderError::ManyNames { .. }));
}

#[test]
fn a_lock_that_leads_elsewhere_is_refused_and_what_it_leads_to_is_left() {
    let folder = folder();
    let (path, notes) = (folder.path().join("store"), folder.path().join("notes"));
    fs::create_dir(&path).unwrap();
    fs::write(&notes, "milk, bread").unwrap();
    symlink(&notes, path.join("lock")).unwrap();
    assert!(matches!(refusal(&path), DataFolderError::NoLock { .. }));
    assert_eq!(fs::read_to_string(notes).unwrap(), "milk, bread");
}

#[test]
fn a_name_that_sqlite_would_read_otherwise_is_a_file_s() {
    assert!(Path::new(&location(Path::new(":memory:")).unwrap()).is_absolute());
}

#[test]
fn what_is_not_a_store_s_is_refused_and_left_as_it_is() {
    let folder = folder();
    for (name, content) in [
        ("text", &b"milk, bread"[..]),
        ("database", b"SQLite format 3\0 and more"),
    ] {
        let path = folder.path().join(name);
        fs::create_dir(&path).unwrap();
        fs::write(path.join(EVENTS), content).unwrap();
        let refusal = refusal(&path);
        assert!(
            matches!(
                refusal,
                DataFolderError::NoDatabase { .. } | DataFolderError::OtherDatabase { .. }
            ),
            "{refusal}"
        );
        assert_eq!(fs::read(path.join(EVENTS)).unwrap(), content);
    }
}

#[test]
fn a_folder_of_another_format_is_told_by_its_number() {
    let folder = folder();
    let path = folder.path().join("store");
    drop(DataFolder::claim(&path).unwrap());
    let connection = Connection::open(path.join(EVENTS)).unwrap();
    connection.execute_batch("PRAGMA user_version = 7").unwrap();
    drop(connection);
    let refusal = refusal(&path);
    assert!(
        matches!(refusal, DataFolderError::OtherFormat { format: 7, .. }),
        "{refusal}"
    );
    assert!(refusal.hint().starts_with("use the newer version"));
}

#[test]
fn an_old_file_is_named_with_the_command_that_moves_it_in_and_arrives_with_what_was_written_ahead() {
    let folder = folder();
    let (file, path) = (folder.path().join("store.db"), folder.path().join("store"));
    old_file(&file);
    let refused = refusal(&file);
    let command = format!("`event-store move-in {} {}`", file.display(), path.display());
    assert!(refused.hint().contains(&command), "{}", refused.hint());

    move_in(&file, &path).unwrap();
    assert!(!file.exists() && !check::log_of(&file).exists());
    drop(DataFolder::claim(&path).unwrap());
    let connection = Connection::open(path.join(EVENTS)).unwrap();
    let kept: String = connection
        .query_row("SELECT b FROM a", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, "kept");

    // A second one does not overwrite it.
    old_file(&file);
    assert!(matches!(
        move_in(&file, &path),
        Err(DataFolderError::Taken { .. })
    ));
    assert!(file.exists());
}

#[test]
fn a_file_that_an_older_version_has_open_is_not_moved() {
    let folder = folder();
    let (file, path) = (folder.path().join("store.db"), folder.path().join("store"));
    old_file(&file);
    let held = File::create(folder.path().join("store.db-lock")).unwrap();
    held.lock().unwrap();
    assert!(matches!(
        move_in(&file, &path),
        Err(DataFolderError::InUse { .. })
    ));
    assert!(file.exists() && !path.join(EVENTS).exists());
}

#[test]
fn a_file_that_was_renamed_or_replaced_is_no_longer_there() {
    let folder = folder();
    let path = folder.path().join("store");
    let claimed = DataFolder::claim(&path).unwrap();
    assert_eq!(claimed.identity().harm(), None);
    fs::rename(path.join(EVENTS), path.join("elsewhere")).unwrap();
    assert_eq!(claimed.identity().harm(), Some(Harm::Gone));
    fs::write(path.join(EVENTS), "another").unwrap();
    assert_eq!(claimed.identity().harm(), Some(Harm::Gone));
}

#[test]
fn a_file_that_grows_may_not_become_shorter_again() {
    let folder = folder();
    let path = folder.path().join("store");
    let claimed = DataFolder::claim(&path).unwrap();
    let length = fs::metadata(path.join(EVENTS)).unwrap().len();
    let opened = fs::OpenOptions::new()
        .write(true)
        .open(path.join(EVENTS))
        .unwrap();
    // A new file counts as it was claimed, not as it was before.
    opened.set_len(0).unwrap();
    assert_eq!(claimed.identity().harm(), Some(Harm::CutOff));
    opened.set_len(length).unwrap();
    let file = claimed.identity();
    opened.set_len(length + 4096).unwrap();
    assert_eq!(file.harm(), None);
    // Not shorter than it was opened, but than it was seen since.
    opened.set_len(length).unwrap();
    assert_eq!(file.harm(), Some(Harm::CutOff));
    assert_eq!(claimed.identity().harm(), Some(Harm::CutOff));
}

#[test]
fn a_folder_of_other_files_is_no_store_s_and_one_that_systems_made_is() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("letter"), "dear").unwrap();
    let refused = refusal(path);
    assert!(matches!(refused, DataFolderError::NotEmpty { .. }), "{refused}");
    assert_eq!(content(path).len(), 1);
    fs::remove_file(path.join("letter")).unwrap();
    fs::write(path.join(ARRIVING), "half").unwrap();
    assert!(matches!(refusal(path), DataFolderError::HalfMovedIn { .. }));
    fs::remove_file(path.join(ARRIVING)).unwrap();
    fs::create_dir(path.join("lost+found")).unwrap();
    drop(DataFolder::claim(path).unwrap());
}

#[test]
fn a_folder_by_another_name_is_the_same_folder() {
    let (folder, path) = left_behind(false);
    let linked = folder.path().join("linked");
    symlink(&path, &linked).unwrap();
    let id = DataFolder::claim(&linked).unwrap().id().to_owned();
    assert_eq!(DataFolder::claim(&path).unwrap().id(), id);
    // A name that leads nowhere is not followed into the making of a store.
    fs::remove_dir_all(&path).unwrap();
    let refused = refusal(&linked);
    assert!(refused.to_string().contains("linked"), "{refused}");
    assert!(!path.exists());
}
