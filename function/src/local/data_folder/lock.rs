//! The locks that keep a second process from a data folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::{Duration, Instant};

use super::DataFolderError;

/// How long a process that had the folder may take to be gone: whoever kills a store and starts another has not waited for it.
const LOCK_PATIENCE: Duration = Duration::from_secs(1);

/// Locks the folder, and leaves the number of this process in its file `lock`.
pub(super) fn lock_folder(folder: &Path) -> Result<File, DataFolderError> {
    let path = folder.join("lock");
    // What a link leads to is not the folder's, and is not written to.
    if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
        return Err(DataFolderError::NoLock { path });
    }
    let mut lock = open(&path)?;
    lock_within(&lock, LOCK_PATIENCE, folder, &path)?;
    lock.set_len(0)
        .and_then(|()| writeln!(lock, "{}", std::process::id()))
        .map_err(|source| DataFolderError::cannot_write(&path, source))?;
    Ok(lock)
}

/// Opens the database's file, made if it is not there, and locks it: under each of its names it is the same file.
pub(super) fn lock_events(folder: &Path, events: &Path) -> Result<File, DataFolderError> {
    let file = open(events)?;
    lock_within(&file, LOCK_PATIENCE, folder, &folder.join("lock"))?;
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
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

/// Locks `beside`, as older versions lock the file that they keep a store in.
pub(super) fn lock_beside(file: &Path, beside: &Path) -> Result<File, DataFolderError> {
    let lock = open(beside)?;
    lock_within(&lock, LOCK_PATIENCE, file, beside)?;
    Ok(lock)
}
