use std::fs;

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::local::failure::Hint;

fn folder() -> TempDir {
    TempDir::new().unwrap()
}

fn refusal(path: &Path) -> DataFileError {
    DataFile::claim(path).unwrap_err()
}

#[test]
fn a_new_file_is_signed_and_claimed_again_once_it_is_let_go() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let claimed = DataFile::claim(&path).unwrap();
    assert_eq!(Header::read(&path).unwrap(), Header::Store(FORMAT));
    let process = Some(std::process::id());
    assert!(matches!(refusal(&path), DataFileError::InUse { process: by, .. } if by == process));
    drop(claimed);
    DataFile::claim(&path).unwrap();
}

#[test]
fn an_empty_file_becomes_a_store_s() {
    let folder = folder();
    let path = folder.path().join("store.db");
    File::create(&path).unwrap();
    DataFile::claim(&path).unwrap();
    assert_eq!(Header::read(&path).unwrap(), Header::Store(FORMAT));
}

#[test]
fn a_name_that_sqlite_would_read_otherwise_is_a_file_s() {
    let folder = folder();
    for name in [":memory:", "file:a?mode=memory"] {
        let claimed = DataFile::claim(&folder.path().join(name)).unwrap();
        assert!(Path::new(claimed.location()).is_absolute());
        assert!(folder.path().join(name).is_file(), "{name}");
    }
    assert!(Path::new(&location(Path::new(":memory:")).unwrap()).is_absolute());
}

#[test]
fn what_is_not_a_store_s_is_refused_and_left_as_it_is() {
    let folder = folder();
    let text = folder.path().join("notes.txt");
    fs::write(&text, "milk, bread").unwrap();
    assert!(matches!(refusal(&text), DataFileError::NoDatabase { .. }));
    assert_eq!(fs::read_to_string(&text).unwrap(), "milk, bread");

    let other = folder.path().join("other.db");
    let connection = Connection::open(&other).unwrap();
    connection.execute_batch("CREATE TABLE a (b)").unwrap();
    drop(connection);
    let before = fs::read(&other).unwrap();
    assert!(matches!(refusal(&other), DataFileError::OtherDatabase { .. }));
    assert_eq!(fs::read(&other).unwrap(), before);
}

#[test]
fn a_file_of_another_format_is_told_by_its_number() {
    let folder = folder();
    let path = folder.path().join("store.db");
    drop(DataFile::claim(&path).unwrap());
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("PRAGMA user_version = 7").unwrap();
    drop(connection);
    let refusal = refusal(&path);
    assert!(
        matches!(refusal, DataFileError::OtherFormat { format: 7, .. }),
        "{refusal}"
    );
    assert!(refusal.hint().starts_with("use the newer version"));
}
