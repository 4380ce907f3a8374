//! Checks whether a database is intact.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, InterruptHandle};

use super::{DataFolderError, written_ahead};

/// The maximum number of errors to report.
const TOLD: u32 = 3;

/// SQLite's write-ahead log, next to `events`. It is gone once a database has been closed.
pub(super) fn log_of(events: &Path) -> PathBuf {
    beside(events, "-wal")
}

/// The log's index, which processes share.
pub(super) fn index_of(events: &Path) -> PathBuf {
    beside(events, "-shm")
}

pub(super) fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut beside = file.as_os_str().to_owned();
    beside.push(suffix);
    beside.into()
}

/// Whether the last process ended without closing the database.
pub(super) fn ended_uncleanly(events: &Path) -> bool {
    fs::metadata(log_of(events)).is_ok_and(|found| found.len() > 0)
}

/// Compares a killed process's write-ahead log with the log's index. SQLite would silently ignore missing
/// parts.
///
/// # Errors
/// When acknowledged commits are lost, or a file cannot be read.
pub(super) fn log_is_whole(events: &Path) -> Result<(), DataFolderError> {
    let Some(committed) = read(&index_of(events))?
        .as_deref()
        .and_then(written_ahead::committed)
    else {
        return Ok(());
    };
    let path = log_of(events);
    let readable = written_ahead::readable(&read(&path)?.unwrap_or_default());
    if readable < committed {
        return Err(DataFolderError::LogLost {
            damage: format!("{readable} of the {committed} pages that were written into it last can be read"),
            path,
        });
    }
    Ok(())
}

/// The file's content, or `None` when it is not there.
fn read(path: &Path) -> Result<Option<Vec<u8>>, DataFolderError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(DataFolderError::cannot_read(path, source)),
    }
}

/// Describes the damage of the database, if there is any.
pub(super) fn damage(location: &str) -> Option<String> {
    match Connection::open(location) {
        Ok(connection) => damage_in(&connection),
        Err(error) => Some(error.to_string()),
    }
}

/// Describes the damage of the database, if there is any
/// (<https://www.sqlite.org/pragma.html#pragma_integrity_check>). The quick check would not find a commit
/// that no index refers to.
fn damage_in(connection: &Connection) -> Option<String> {
    let found = connection
        .prepare(&format!("PRAGMA integrity_check({TOLD})"))
        .and_then(|mut statement| {
            let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
            lines.collect::<Result<Vec<_>, _>>()
        });
    match found {
        Ok(lines) if lines == ["ok"] => None,
        Ok(lines) => Some(lines.join("; ").replace('\n', " ")),
        Err(error) => Some(error.to_string()),
    }
}

/// A check of a database while it is served, on its own thread, until it finishes or is stopped.
pub(in crate::local) struct Check {
    thread: JoinHandle<()>,
    interrupt: InterruptHandle,
    is_wanted: Arc<AtomicBool>,
}

impl fmt::Debug for Check {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Check").finish_non_exhaustive()
    }
}

impl Check {
    /// Checks the database at `location`, and reports what is wrong with it.
    ///
    /// # Errors
    /// When it cannot be opened once more, or no thread be started.
    pub(in crate::local) fn begin(
        location: &str,
        tell: impl FnOnce(&str) + Send + 'static,
    ) -> io::Result<Self> {
        let connection = Connection::open(location).map_err(io::Error::other)?;
        let interrupt = connection.get_interrupt_handle();
        let is_wanted = Arc::new(AtomicBool::new(true));
        let wanted = is_wanted.clone();
        let thread = std::thread::Builder::new()
            .name("check".to_owned())
            .spawn(move || {
                let damage = damage_in(&connection);
                if let Some(damage) = damage.filter(|_| wanted.load(Ordering::Relaxed)) {
                    tell(&damage);
                }
            })?;
        Ok(Self {
            thread,
            interrupt,
            is_wanted,
        })
    }

    /// Stops it, and waits until it has closed the database.
    pub(in crate::local) fn end(self) {
        self.is_wanted.store(false, Ordering::Relaxed);
        while !self.thread.is_finished() {
            // An interrupt before the check begins has no effect.
            self.interrupt.interrupt();
            std::thread::sleep(Duration::from_millis(1));
        }
        if self.thread.join().is_err() {
            tracing::error!("the check of the database panicked");
        }
    }
}
