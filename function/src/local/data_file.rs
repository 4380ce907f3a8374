//! The file that the events are kept in: one process's own, and one that a store made.

mod error;
mod header;
mod lock;

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

pub use self::error::DataFileError;
use self::header::{FORMAT, Header, sign};
use self::lock::lock;

/// A file that this process alone has open, as long as it lives.
#[derive(Debug)]
pub(super) struct DataFile {
    path: PathBuf,
    location: String,
    /// Held until the file is let go of. Beside the data file and not on it, because closing it would let go of SQLite's own
    /// locks, too (<https://www.sqlite.org/howtocorrupt.html>, 2.2).
    _lock: File,
}

impl DataFile {
    /// Takes the file at `path`, which is made when it is not there.
    ///
    /// # Errors
    /// [`DataFileError`] says why not, before anything of the file was changed.
    pub(super) fn claim(path: &Path) -> Result<Self, DataFileError> {
        let path = path.to_owned();
        if path.is_dir() {
            return Err(DataFileError::Folder { path });
        }
        if let Some(folder) = folder_of(&path).filter(|folder| !folder.is_dir()) {
            let folder = folder.to_owned();
            return Err(DataFileError::NoFolder { path, folder });
        }
        let location = location(&path)?;
        let lock = lock(&path)?;
        match Header::read(&path)? {
            Header::Nothing => sign(&path, &location)?,
            Header::Store(FORMAT) => {}
            Header::Store(format) => return Err(DataFileError::OtherFormat { path, format }),
            Header::OtherDatabase => return Err(DataFileError::OtherDatabase { path }),
            Header::NoDatabase => return Err(DataFileError::NoDatabase { path }),
        }
        // What cannot be written to is found now, and not at the first append.
        OpenOptions::new()
            .append(true)
            .open(&path)
            .map_err(|source| DataFileError::cannot_write(&path, source))?;
        Ok(Self {
            path,
            location,
            _lock: lock,
        })
    }

    /// The file as it was named.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The file as SQLite is to be told it.
    pub(super) fn location(&self) -> &str {
        &self.location
    }
}

/// The folder that a file is in, or `None` for the current one.
fn folder_of(path: &Path) -> Option<&Path> {
    path.parent().filter(|folder| !folder.as_os_str().is_empty())
}

/// The absolute path, because SQLite reads names such as `:memory:` and `file:a` as something else than a file's.
fn location(path: &Path) -> Result<String, DataFileError> {
    let absolute = std::path::absolute(path).map_err(|source| DataFileError::cannot_write(path, source))?;
    absolute
        .into_os_string()
        .into_string()
        .map_err(|_| DataFileError::NoText {
            path: path.to_owned(),
        })
}

#[cfg(test)]
mod tests;
