//! Whether a database that was not closed is whole.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

/// How many of the things that are wrong are told.
const TOLD: u32 = 3;

/// The file that SQLite writes ahead into, beside `events`. It is gone once a database has been closed.
pub(super) fn written_ahead(events: &Path) -> PathBuf {
    let mut beside = events.as_os_str().to_owned();
    beside.push("-wal");
    PathBuf::from(beside)
}

/// Whether the last process that had the database did not come to close it.
pub(super) fn ended_uncleanly(events: &Path) -> bool {
    fs::metadata(written_ahead(events)).is_ok_and(|found| found.len() > 0)
}

/// What is wrong with the database, if something is (<https://www.sqlite.org/pragma.html#pragma_integrity_check>): not the quick check,
/// which does not find a commit that no index leads to.
pub(super) fn damage(location: &str) -> Option<String> {
    let found = Connection::open(location).and_then(|connection| {
        let mut statement = connection.prepare(&format!("PRAGMA integrity_check({TOLD})"))?;
        let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
        lines.collect::<Result<Vec<_>, _>>()
    });
    match found {
        Ok(lines) if lines == ["ok"] => None,
        Ok(lines) => Some(lines.join("; ").replace('\n', " ")),
        Err(error) => Some(error.to_string()),
    }
}
