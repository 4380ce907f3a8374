//! Which store a folder holds, and which file its database is.

use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::DataFolderError;

/// A file that is open, and the name that it was opened by.
#[derive(Clone, Debug)]
pub(in crate::local) struct Identity {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl Identity {
    pub(super) fn of(path: &Path, opened: &Metadata) -> Self {
        Self {
            path: path.to_owned(),
            device: opened.dev(),
            inode: opened.ino(),
        }
    }

    /// The name that it was opened by.
    pub(in crate::local) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the name still leads to the file that is open. It is looked up and not opened: to close it again would let go of SQLite's
    /// locks.
    pub(in crate::local) fn is_there(&self) -> bool {
        fs::metadata(&self.path).is_ok_and(|found| (found.dev(), found.ino()) == (self.device, self.inode))
    }
}

/// The store's id, which is made when there is none that can be read.
pub(super) fn id(folder: &Path) -> Result<String, DataFolderError> {
    let path = folder.join("id");
    let known = match fs::read_to_string(&path) {
        Ok(text) => Uuid::parse_str(text.trim()).ok(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(source) => return Err(DataFolderError::cannot_read(&path, source)),
    };
    if let Some(known) = known {
        return Ok(known.to_string());
    }
    let id = Uuid::new_v4().to_string();
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)
        .and_then(|mut file| writeln!(file, "{id}"))
        .map_err(|source| DataFolderError::cannot_write(&path, source))?;
    Ok(id)
}
