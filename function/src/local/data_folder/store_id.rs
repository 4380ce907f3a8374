//! The identity of a folder's store: an id in its file `id`, and the same one in the database.
//!
//! It distinguishes cached pages from those of other stores. It exists twice, so that a store notices if its
//! database was lost, or came from the folder of another store.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _};
use uuid::Uuid;

use super::{DataFolderError, ID};

/// The table of the database that holds it, in one row. DynamoDB's tables are beside it.
const TABLE: &str =
    "CREATE TABLE IF NOT EXISTS _store (only_one INTEGER PRIMARY KEY CHECK (only_one = 1), id TEXT NOT NULL)";

/// Returns the id of the store in `folder`. Writes it where one of the two places lacks it, and creates a new
/// one if both do.
///
/// # Errors
/// When they differ, or one cannot be read or written.
pub(super) fn settle(folder: &Path, events: &Path, location: &str) -> Result<Uuid, DataFolderError> {
    let path = folder.join(ID);
    let named = in_file(&path)?;
    let held = in_database(location).map_err(|source| DataFolderError::cannot_open(events, source))?;
    let id = match (named, held) {
        (Some(named), Some(held)) if named != held => {
            return Err(DataFolderError::OtherStore {
                path: events.to_owned(),
                named,
                held,
            });
        }
        (named, held) => named.or(held).unwrap_or_else(Uuid::new_v4),
    };
    if held.is_none() {
        put_into_database(location, id).map_err(|source| DataFolderError::cannot_make(events, source))?;
    }
    if named.is_none() {
        put_into_file(&path, id).map_err(|source| DataFolderError::cannot_write(&path, source))?;
    }
    Ok(id)
}

/// The id in the file, if there is a readable one.
pub(super) fn in_file(path: &Path) -> Result<Option<Uuid>, DataFolderError> {
    match fs::read(path) {
        Ok(bytes) => Ok(std::str::from_utf8(&bytes)
            .ok()
            .and_then(|text| Uuid::parse_str(text.trim()).ok())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(DataFolderError::cannot_read(path, source)),
    }
}

fn put_into_file(path: &Path, id: Uuid) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{id}")
}

fn in_database(location: &str) -> rusqlite::Result<Option<Uuid>> {
    let connection = Connection::open(location)?;
    if !connection.table_exists(None, "_store")? {
        return Ok(None);
    }
    let id: Option<String> = connection
        .query_row("SELECT id FROM _store", [], |row| row.get(0))
        .optional()?;
    Ok(id.and_then(|id| Uuid::parse_str(&id).ok()))
}

fn put_into_database(location: &str, id: Uuid) -> rusqlite::Result<()> {
    let connection = Connection::open(location)?;
    connection.execute(TABLE, [])?;
    connection.execute("INSERT OR REPLACE INTO _store VALUES (1, ?1)", [id.to_string()])?;
    Ok(())
}
