//! What is found where a store was left, whole or damaged.

use super::*;

/// A folder that a store had, and what it holds: `killed` leaves what a process that did not end leaves.
pub(super) fn left_behind(killed: bool) -> (TempDir, PathBuf) {
    let folder = folder();
    let path = folder.path().join("store");
    let claimed = DataFolder::claim(&path).unwrap();
    let connection = Connection::open(claimed.location()).unwrap();
    connection
        .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE a (b)")
        .unwrap();
    for number in 0..20 {
        connection.execute("INSERT INTO a VALUES (?1)", [number]).unwrap();
    }
    claimed.mark_open().unwrap();
    let content: Vec<(PathBuf, Vec<u8>)> = fs::read_dir(&path)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.clone(), fs::read(path).unwrap())
        })
        .collect();
    drop(connection);
    claimed.close();
    if killed {
        for (path, bytes) in content {
            fs::write(path, bytes).unwrap();
        }
    }
    (folder, path)
}

/// All files of a folder with what they hold, but for what tells who has it.
pub(super) fn content(folder: &Path) -> Vec<(std::ffi::OsString, Vec<u8>)> {
    let mut content: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_name() != LOCK)
        .map(|entry| (entry.file_name(), fs::read(entry.path()).unwrap()))
        .collect();
    content.sort();
    content
}

#[test]
fn a_folder_that_was_left_whole_is_taken_and_what_was_killed_is_checked() {
    let (_folder, path) = left_behind(false);
    assert_eq!(DataFolder::claim(&path).unwrap().state(), &State::Unchecked);
    let (_folder, path) = left_behind(true);
    assert!(check::ended_uncleanly(&path.join(EVENTS)));
    let claimed = DataFolder::claim(&path).unwrap();
    assert_eq!(claimed.state(), &State::Whole);
    let count: i64 = Connection::open(claimed.location())
        .unwrap()
        .query_row("SELECT count(*) FROM a", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, 20);
}

#[test]
fn what_is_missing_of_a_store_is_named_with_the_remedy_and_nothing_is_made_in_its_place() {
    type Harm = fn(&Path);
    let harms: [(bool, Harm, &str, &str); 9] = [
        (
            false,
            |store| fs::remove_file(store.join(EVENTS)).unwrap(),
            "is not there",
            "remove `",
        ),
        (
            false,
            |store| fs::write(store.join(EVENTS), "").unwrap(),
            "is empty",
            "remove `",
        ),
        (
            true,
            |store| fs::remove_file(store.join(EVENTS)).unwrap(),
            "is not there",
            "remove `",
        ),
        (
            true,
            |store| {
                fs::remove_file(store.join(ID)).unwrap();
                fs::write(store.join(EVENTS), "").unwrap();
            },
            "events.db-wal` shows",
            "events.db-wal`",
        ),
        (
            true,
            |store| fs::remove_file(store.join("events.db-wal")).unwrap(),
            "is not there",
            "lock`",
        ),
        (
            true,
            |store| {
                fs::remove_file(store.join("events.db-wal")).unwrap();
                fs::remove_file(store.join("events.db-shm")).unwrap();
            },
            "is not there",
            "lock`",
        ),
        (
            true,
            |store| {
                let log = fs::read(store.join("events.db-wal")).unwrap();
                fs::write(store.join("events.db-wal"), &log[..log.len() / 2]).unwrap();
            },
            "is damaged: ",
            "lock`",
        ),
        (
            false,
            |store| {
                let bytes = fs::read(store.join(EVENTS)).unwrap();
                fs::write(store.join(EVENTS), &bytes[..50]).unwrap();
            },
            "is damaged: it does not begin as",
            "from a copy",
        ),
        (
            false,
            |store| {
                let mut bytes = fs::read(store.join(EVENTS)).unwrap();
                bytes[20] = 8;
                fs::write(store.join(EVENTS), bytes).unwrap();
            },
            "byte 20 of its header",
            "from a copy",
        ),
    ];
    for (killed, harm, said, remedy) in harms {
        let (_folder, path) = left_behind(killed);
        harm(&path);
        let before = content(&path);
        // The second time as well: the first has changed nothing.
        for _ in 0..2 {
            let refusal = refusal(&path);
            assert!(refusal.to_string().contains(said), "{refusal}");
            assert!(refusal.hint().contains(remedy), "{refusal}: {}", refusal.hint());
            assert!(content(&path) == before, "{refusal}");
        }
    }
}

#[test]
fn what_was_lost_with_the_power_is_not_taken_for_damage() {
    let (_folder, path) = left_behind(true);
    let log = fs::read(path.join("events.db-wal")).unwrap();
    fs::write(path.join("events.db-wal"), &log[..log.len() / 2]).unwrap();
    fs::write(path.join(LOCK), "4711\nopen another-boot\n").unwrap();
    assert_eq!(DataFolder::claim(&path).unwrap().state(), &State::Whole);
}

#[test]
fn each_bit_of_what_was_written_ahead_counts() {
    let (_folder, path) = left_behind(true);
    let log_path = path.join("events.db-wal");
    let log = fs::read(&log_path).unwrap();
    for seed in 0..20 {
        let place = seed * (log.len() - 1) / 19;
        let mut damaged = log.clone();
        damaged[place] ^= 1 << (seed % 8);
        fs::write(&log_path, damaged).unwrap();
        let refusal = refusal(&path);
        assert!(
            matches!(refusal, DataFolderError::LogLost { .. }),
            "{place}: {refusal}"
        );
    }
    fs::write(&log_path, log).unwrap();
    assert_eq!(DataFolder::claim(&path).unwrap().state(), &State::Whole);
}

#[test]
fn a_lost_id_comes_back_from_the_database_and_that_of_another_store_is_refused() {
    let (_one, one) = left_behind(false);
    let (_other, other) = left_behind(false);
    let id = fs::read_to_string(one.join(ID)).unwrap();
    for harm in [None, Some("no id"), Some("")] {
        match harm {
            None => fs::remove_file(one.join(ID)).unwrap(),
            Some(text) => fs::write(one.join(ID), text).unwrap(),
        }
        assert_eq!(DataFolder::claim(&one).unwrap().id(), id.trim());
        assert_eq!(fs::read_to_string(one.join(ID)).unwrap(), id);
    }
    fs::copy(other.join(EVENTS), one.join(EVENTS)).unwrap();
    let refused = refusal(&one);
    assert!(matches!(refused, DataFolderError::OtherStore { .. }), "{refused}");
    // As the hint says.
    fs::remove_file(one.join(ID)).unwrap();
    drop(DataFolder::claim(&one).unwrap());
    assert_eq!(
        fs::read_to_string(one.join(ID)).unwrap(),
        fs::read_to_string(other.join(ID)).unwrap()
    );
}
