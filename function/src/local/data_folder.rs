//! The folder that the events are kept in: one process's own, and one that a store made.
//!
//! `events.db` is SQLite's, with what it puts beside it (`-wal`, `-shm`); `lock` holds the number of the process that has the folder;
//! `id` tells the store from every other one.

mod check;
mod error;
mod header;
mod identity;
mod lock;
mod move_in;

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

pub use self::error::DataFolderError;
use self::header::{FORMAT, Header, sign};
pub(super) use self::identity::Identity;
pub(super) use self::move_in::move_in;

/// The name of the database's file.
const EVENTS: &str = "events.db";

/// A folder that this process alone has open, as long as it lives.
#[derive(Debug)]
pub(super) struct DataFolder {
    events: PathBuf,
    location: String,
    id: String,
    identity: Identity,
    damage: Option<String>,
    /// The database's file. Its lock is on what was opened and not on a name, so that another name of the same file meets it. It is kept
    /// until SQLite has closed the file, because closing it earlier would let go of SQLite's own locks, too
    /// (<https://www.sqlite.org/howtocorrupt.html>, 2.2).
    _events: File,
    _lock: File,
}

impl DataFolder {
    /// Takes the folder at `path`, which is made when it is not there. After a process that was killed, what it left is checked.
    ///
    /// # Errors
    /// [`DataFolderError`] says why not, before anything of the folder's events was changed.
    pub(super) fn claim(path: &Path) -> Result<Self, DataFolderError> {
        make(path)?;
        let lock = lock::lock_folder(path)?;
        let events = path.join(EVENTS);
        let file = lock::lock_events(path, &events)?;
        let metadata = file
            .metadata()
            .map_err(|source| DataFolderError::cannot_read(&events, source))?;
        if metadata.nlink() > 1 {
            return Err(DataFolderError::ManyNames { path: events });
        }
        let location = location(&events)?;
        match Header::of_file(&file, &events)? {
            Header::Nothing => sign(&events, &location)?,
            Header::Store(FORMAT) => {}
            Header::Store(format) => return Err(DataFolderError::OtherFormat { path: events, format }),
            Header::OtherDatabase => return Err(DataFolderError::OtherDatabase { path: events }),
            Header::NoDatabase => return Err(DataFolderError::NoDatabase { path: events }),
        }
        Ok(Self {
            damage: if check::ended_uncleanly(&events) {
                check::damage(&location)
            } else {
                None
            },
            id: identity::id(path)?,
            identity: Identity::of(&events, &metadata),
            events,
            location,
            _events: file,
            _lock: lock,
        })
    }

    /// The database's file.
    pub(super) fn path(&self) -> &Path {
        &self.events
    }

    /// The database's file as SQLite is to be told it.
    pub(super) fn location(&self) -> &str {
        &self.location
    }

    /// What tells this store from every other one.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Which file it is, whatever becomes of its name.
    pub(super) fn identity(&self) -> Identity {
        self.identity.clone()
    }

    /// What is wrong with the database, where it was found to be damaged.
    pub(super) fn damage(&self) -> Option<&str> {
        self.damage.as_deref()
    }
}

/// Makes the folder, for its owner alone, unless it is there.
fn make(path: &Path) -> Result<(), DataFolderError> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => return Ok(()),
        Ok(_) => {
            let path = path.to_owned();
            return Err(match Header::read(&path)? {
                Header::Store(_) => DataFolderError::OldFile { path },
                _ => DataFolderError::NoFolder { path },
            });
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(source) => return Err(DataFolderError::cannot_read(path, source)),
    }
    if let Some(parent) = parent_of(path).filter(|parent| !parent.is_dir()) {
        return Err(DataFolderError::NoParent {
            path: path.to_owned(),
            parent: parent.to_owned(),
        });
    }
    let made = DirBuilder::new().mode(0o700).create(path);
    match made {
        // Another process may have been first; the lock decides between them.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map_err(|source| DataFolderError::cannot_write(path, source)),
    }
}

/// The folder that a path is in, or `None` for the current one.
fn parent_of(path: &Path) -> Option<&Path> {
    path.parent().filter(|parent| !parent.as_os_str().is_empty())
}

/// The absolute path, because SQLite reads names such as `:memory:` and `file:a` as something else than a file's.
fn location(path: &Path) -> Result<String, DataFolderError> {
    let absolute = std::path::absolute(path).map_err(|source| DataFolderError::cannot_write(path, source))?;
    absolute
        .into_os_string()
        .into_string()
        .map_err(|_| DataFolderError::NoText {
            path: path.to_owned(),
        })
}

#[cfg(test)]
mod tests;
