//! Which file a name leads to, and whether it still holds what was written.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A file that is open, and the name that it was opened by.
#[derive(Clone, Debug)]
pub(in crate::local) struct Identity {
    path: PathBuf,
    device: u64,
    inode: u64,
    /// The greatest length that it was seen with. While it is open, SQLite makes neither the database nor what lies beside it shorter: nothing
    /// is vacuumed, and the write-ahead log has no limit of size (<https://www.sqlite.org/pragma.html#pragma_journal_size_limit>).
    longest: Arc<AtomicU64>,
}

/// What others did to a file that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::local) enum Harm {
    /// Its name leads elsewhere, or nowhere.
    Gone,
    /// It is shorter than it was.
    CutOff,
}

impl Identity {
    pub(super) fn of(path: &Path, opened: &Metadata) -> Self {
        Self {
            path: path.to_owned(),
            device: opened.dev(),
            inode: opened.ino(),
            longest: Arc::new(AtomicU64::new(opened.len())),
        }
    }

    /// The name that it was opened by.
    pub(in crate::local) fn path(&self) -> &Path {
        &self.path
    }

    /// What others did to the file; `None` while it is as SQLite left it. The file is looked up, not opened, because closing it again would
    /// release SQLite's locks.
    pub(in crate::local) fn harm(&self) -> Option<Harm> {
        match fs::metadata(&self.path) {
            Ok(found) if (found.dev(), found.ino()) == (self.device, self.inode) => {
                let longest = self.longest.fetch_max(found.len(), Ordering::Relaxed);
                (found.len() < longest).then_some(Harm::CutOff)
            }
            _ => Some(Harm::Gone),
        }
    }
}
