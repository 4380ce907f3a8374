//! The folder that contains the events. A store creates it, and only one process uses it at a time.
//!
//! `events.db` belongs to SQLite, with the files next to it (`-wal`, `-shm`). `lock` contains the id of the
//! process that uses the folder. `id` distinguishes the store from all others. If one of them is missing,
//! truncated, or from another store, the folder is refused and left unchanged: starting anew in it would hide
//! that there was a store.

mod check;
mod error;
mod header;
mod identity;
mod lock;
mod move_in;
mod store_id;
mod written_ahead;

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

pub(super) use self::check::Check;
pub use self::error::DataFolderError;
use self::header::{FORMAT, Header, sign};
pub(super) use self::identity::{Harm, Identity};
use self::lock::{FolderLock, LeftOpen};
pub(super) use self::move_in::move_in;

/// The name of the database's file.
const EVENTS: &str = "events.db";
/// The name of the file that is locked.
const LOCK: &str = "lock";
/// The name of the file that holds the store's id.
const ID: &str = "id";
/// The name of the database's file while it is moved in.
const ARRIVING: &str = "events.db.arriving";

/// A folder that this process alone has open, as long as this value lives.
#[derive(Debug)]
pub(super) struct DataFolder {
    events: PathBuf,
    location: String,
    id: String,
    identity: Identity,
    state: State,
    /// The database's file. The lock is on the open file, not on a name, so that it also holds under another
    /// name of the same file. The file stays open until SQLite has closed it, because closing it earlier
    /// would release SQLite's own locks (<https://www.sqlite.org/howtocorrupt.html>, 2.2).
    _events: File,
    lock: FolderLock,
}

/// What is known of a database before it is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It was closed properly, and still must be checked.
    Unchecked,
    /// It was checked, and is intact.
    Whole,
    /// It was checked, and has this damage.
    Damaged(String),
}

impl DataFolder {
    /// Claims the folder at `path`, and creates it if it does not exist. After a kill, it checks what the
    /// killed process left behind.
    ///
    /// # Errors
    /// [`DataFolderError`] gives the reason. The folder's events are then unchanged.
    pub(super) fn claim(path: &Path) -> Result<Self, DataFolderError> {
        make(path)?;
        is_ours(path)?;
        let lock = FolderLock::take(path)?;
        let events = path.join(EVENTS);
        let was_here = was_here(path, &events)?;
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
            Header::Damaged(damage) => return Err(DataFolderError::damaged(&events, damage)),
            // Where there was a store, this was its file.
            Header::OtherDatabase | Header::NoDatabase if was_here => {
                return Err(DataFolderError::damaged(
                    &events,
                    "it does not begin as a store's file does",
                ));
            }
            Header::OtherDatabase => return Err(DataFolderError::OtherDatabase { path: events }),
            Header::NoDatabase => return Err(DataFolderError::NoDatabase { path: events }),
        }
        let log = check::log_of(&events);
        match lock.left_open() {
            Some(_) if !log.exists() => return Err(DataFolderError::LogGone { path: log }),
            Some(LeftOpen::InThisBoot) => check::log_is_whole(&events)?,
            Some(LeftOpen::Before) | None => {}
        }
        let state = if check::ended_uncleanly(&events) {
            check::damage(&location).map_or(State::Whole, State::Damaged)
        } else {
            State::Unchecked
        };
        let id = match &state {
            // A damaged database is no longer written to.
            State::Damaged(_) => store_id::in_file(&path.join(ID))?.unwrap_or_default(),
            State::Whole | State::Unchecked => store_id::settle(path, &events, &location)?,
        };
        // Anew, because a new file has been written since.
        let metadata = file
            .metadata()
            .map_err(|source| DataFolderError::cannot_read(&events, source))?;
        Ok(Self {
            state,
            id: id.to_string(),
            identity: Identity::of(&events, &metadata),
            events,
            location,
            _events: file,
            lock,
        })
    }

    /// Refuses a damaged database, which is checked for it unless [`Self::claim`] did.
    ///
    /// # Errors
    /// [`DataFolderError`] names the damage.
    pub(super) fn whole(mut self) -> Result<Self, DataFolderError> {
        if self.state == State::Unchecked {
            self.state = check::damage(&self.location).map_or(State::Whole, State::Damaged);
        }
        match &self.state {
            State::Damaged(damage) => Err(DataFolderError::damaged(&self.events, damage)),
            State::Whole | State::Unchecked => Ok(self),
        }
    }

    /// The database's file.
    pub(super) fn path(&self) -> &Path {
        &self.events
    }

    /// The path of the database's file for SQLite.
    pub(super) fn location(&self) -> &str {
        &self.location
    }

    /// The id that distinguishes this store from all others.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The identity of the file, independent of its name.
    pub(super) fn identity(&self) -> Identity {
        self.identity.clone()
    }

    /// What is known of the database.
    pub(super) fn state(&self) -> &State {
        &self.state
    }

    /// Records that the database is open, and returns the files that SQLite created next to it: appends reach
    /// them first.
    ///
    /// # Errors
    /// When this cannot be recorded.
    pub(super) fn mark_open(&self) -> Result<Vec<Identity>, DataFolderError> {
        let beside = [check::log_of(&self.events), check::index_of(&self.events)];
        let beside = beside
            .iter()
            .filter_map(|path| Some(Identity::of(path, &fs::metadata(path).ok()?)))
            .collect();
        self.lock.mark_open()?;
        Ok(beside)
    }

    /// Records that the database was closed, and releases the folder.
    pub(super) fn close(self) {
        self.lock.mark_closed();
    }
}

/// Whether the folder contained a store before, judging by the files next to its database.
///
/// # Errors
/// When it did, and the database is gone.
fn was_here(folder: &Path, events: &Path) -> Result<bool, DataFolderError> {
    let traces = [folder.join(ID), check::log_of(events)];
    let Some(trace) = traces
        .into_iter()
        .find(|path| fs::metadata(path).is_ok_and(|found| found.len() > 0))
    else {
        return Ok(false);
    };
    match fs::metadata(events) {
        Ok(found) if found.len() > 0 => Ok(true),
        found => Err(DataFolderError::EventsGone {
            path: events.to_owned(),
            is_empty: found.is_ok(),
            trace,
        }),
    }
}

/// Checks that a folder without a store is empty, apart from files that systems put everywhere.
fn is_ours(folder: &Path) -> Result<(), DataFolderError> {
    const ANYWHERE: [&str; 3] = [LOCK, "lost+found", ".DS_Store"];
    let cannot_read = |source| DataFolderError::cannot_read(folder, source);
    let mut other = None;
    for entry in fs::read_dir(folder).map_err(cannot_read)? {
        let name = entry.map_err(cannot_read)?.file_name();
        let is = |known: &str| name == *known;
        if is(EVENTS) || is(ID) {
            return Ok(());
        }
        if !ANYWHERE.iter().any(|known| is(known)) {
            other = other.max(Some(name));
        }
    }
    match other {
        None => Ok(()),
        Some(other) if other == *ARRIVING => Err(DataFolderError::HalfMovedIn {
            path: folder.to_owned(),
        }),
        // Files that SQLite wrote ahead are reported with the database that they belong to.
        Some(other) if other.to_string_lossy().starts_with(EVENTS) => Ok(()),
        Some(other) => Err(DataFolderError::NotEmpty {
            path: folder.to_owned(),
            holds: PathBuf::from(other),
        }),
    }
}

/// Creates the folder, accessible to its owner only, unless it exists.
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
        // Another process may have been faster; the lock decides between them.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map_err(|source| DataFolderError::cannot_write(path, source)),
    }
}

/// The folder that a path is in, or `None` for the current one.
fn parent_of(path: &Path) -> Option<&Path> {
    path.parent().filter(|parent| !parent.as_os_str().is_empty())
}

/// The absolute path, because SQLite does not treat names such as `:memory:` and `file:a` as file names.
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
