//! Which file a name leads to.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

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

    /// Whether the name still leads to the open file. The file is looked up, not opened, because closing it again would
    /// release SQLite's locks.
    pub(in crate::local) fn is_there(&self) -> bool {
        fs::metadata(&self.path).is_ok_and(|found| (found.dev(), found.ino()) == (self.device, self.inode))
    }
}
