//! The locks that keep a second process from a data folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{DataFolderError, LOCK};

/// How long to wait for the previous process to end: a user who kills a store and starts another does not
/// wait for it.
const LOCK_PATIENCE: Duration = Duration::from_secs(1);

/// A folder's lock, released on drop. Its file `lock` contains the id of the process that uses the folder.
/// While that process has the database open, it also contains a second line: `open` and the id of the
/// machine's current boot. A killed process leaves that line behind.
#[derive(Debug)]
pub(super) struct FolderLock {
    path: PathBuf,
    file: File,
    left_open: Option<LeftOpen>,
}

/// The last process of a folder was killed while it had the database open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeftOpen {
    /// The machine has not restarted since: everything that the process wrote is there.
    InThisBoot,
    /// The machine may have lost power, and with it the last writes.
    Before,
}

/// How the second line of the file begins.
const OPEN: &str = "open";

impl FolderLock {
    /// Locks the folder, and leaves the number of this process there.
    pub(super) fn take(folder: &Path) -> Result<Self, DataFolderError> {
        let path = folder.join(LOCK);
        // A link leads out of the folder, where the store must not write.
        if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
            return Err(DataFolderError::NoLock { path });
        }
        let file = open(&path)?;
        lock_within(&file, LOCK_PATIENCE, folder, &path)?;
        let left = fs::read_to_string(&path).map_err(|source| DataFolderError::cannot_read(&path, source))?;
        let lock = Self {
            left_open: left_open(&left),
            path,
            file,
        };
        // The mark of the last process stays until the database is open: if this process is refused, the next
        // one must be, too.
        if lock.left_open.is_none() {
            lock.write(None)?;
        }
        Ok(lock)
    }

    /// Says whether the last process was killed while it had the database open, and when.
    pub(super) fn left_open(&self) -> Option<LeftOpen> {
        self.left_open
    }

    /// Marks the database as open in this process.
    pub(super) fn mark_open(&self) -> Result<(), DataFolderError> {
        self.write(Some(boot().as_deref().unwrap_or("unknown")))
    }

    /// Marks it as closed.
    pub(super) fn mark_closed(&self) {
        // If this fails, the next process merely checks more than it needs to.
        let _ = self.file.set_len(0);
    }

    fn write(&self, open_in: Option<&str>) -> Result<(), DataFolderError> {
        let open = open_in.map_or_else(String::new, |boot| format!("{OPEN} {boot}\n"));
        let text = format!("{}\n{open}", std::process::id());
        self.file
            .set_len(0)
            .and_then(|()| self.file.write_all_at(text.as_bytes(), 0))
            .map_err(|source| DataFolderError::cannot_write(&self.path, source))
    }
}

/// Parses what a process left in its lock.
fn left_open(text: &str) -> Option<LeftOpen> {
    let mark = text.lines().nth(1)?.strip_prefix(OPEN)?.trim();
    Some(match boot() {
        Some(boot) if boot == mark => LeftOpen::InThisBoot,
        _ => LeftOpen::Before,
    })
}

/// The id of this boot of the machine, where the system has one
/// ([`random`](https://man7.org/linux/man-pages/man4/random.4.html)).
fn boot() -> Option<String> {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned())
}

/// Opens the database's file, creates it if necessary, and locks it. The lock covers all names of the file.
pub(super) fn lock_events(folder: &Path, events: &Path) -> Result<File, DataFolderError> {
    let file = open(events)?;
    lock_within(&file, LOCK_PATIENCE, folder, &folder.join(LOCK))?;
    Ok(file)
}

fn open(path: &Path) -> Result<File, DataFolderError> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(|source| DataFolderError::cannot_write(path, source))
}

fn lock_within(
    file: &File,
    patience: Duration,
    folder: &Path,
    told_in: &Path,
) -> Result<(), DataFolderError> {
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if began.elapsed() < patience => {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(TryLockError::WouldBlock) => {
                return Err(DataFolderError::InUse {
                    path: folder.to_owned(),
                    process: holder(file).or_else(|| number_in(told_in)),
                });
            }
            Err(TryLockError::Error(source)) => return Err(DataFolderError::cannot_write(folder, source)),
            Ok(()) => return Ok(()),
        }
    }
}

/// The process that has the lock of `file`, where the system lists them: a line each of
/// `1: FLOCK  ADVISORY  WRITE 4711 08:01:131074 0 EOF`, with the process, the device and the inode
/// ([`proc_locks`](https://man7.org/linux/man-pages/man5/proc_locks.5.html)).
fn holder(file: &File) -> Option<u32> {
    let inode = file.metadata().ok()?.ino().to_string();
    let locks = fs::read_to_string("/proc/locks").ok()?;
    locks.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, "FLOCK", _, _, process, place, ..] = fields.as_slice() else {
            return None;
        };
        (place.rsplit(':').next() == Some(inode.as_str()))
            .then(|| process.parse().ok())
            .flatten()
    })
}

fn number_in(path: &Path) -> Option<u32> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().next()?.trim().parse().ok()
}

/// Locks `beside`, as older versions lock the file that they keep a store in.
pub(super) fn lock_beside(file: &Path, beside: &Path) -> Result<File, DataFolderError> {
    let lock = open(beside)?;
    lock_within(&lock, LOCK_PATIENCE, file, beside)?;
    Ok(lock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_was_killed_is_told_from_one_that_ended_and_from_one_before_a_restart() {
        let open = |boot: &str| format!("4711\n{OPEN} {boot}\n");
        assert_eq!(left_open(""), None);
        assert_eq!(left_open("4711\n"), None);
        assert_eq!(left_open(&open("unknown")), Some(LeftOpen::Before));
        if let Some(boot) = boot() {
            assert_eq!(left_open(&open(&boot)), Some(LeftOpen::InThisBoot));
        }
    }
}
