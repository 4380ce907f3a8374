//! The lock that keeps a second process from a data file.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::DataFileError;

/// How long a process that had the file may take to be gone: whoever kills a store and starts another has not waited for it.
const LOCK_PATIENCE: Duration = Duration::from_secs(1);

/// Locks the file beside `path`, and leaves the number of this process in it.
pub(super) fn lock(path: &Path) -> Result<File, DataFileError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push("-lock");
    let beside = PathBuf::from(beside);
    let cannot_write = |source| DataFileError::cannot_write(&beside, source);
    let mut lock = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&beside)
        .map_err(cannot_write)?;
    match lock_within(&lock, LOCK_PATIENCE) {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let path = path.to_owned();
            let process = fs::read_to_string(&beside)
                .ok()
                .and_then(|text| text.trim().parse().ok());
            return Err(DataFileError::InUse { path, process });
        }
        Err(TryLockError::Error(source)) => return Err(cannot_write(source)),
    }
    lock.set_len(0)
        .and_then(|()| writeln!(lock, "{}", std::process::id()))
        .map_err(cannot_write)?;
    Ok(lock)
}

fn lock_within(lock: &File, patience: Duration) -> Result<(), TryLockError> {
    let began = Instant::now();
    loop {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) if began.elapsed() < patience => {
                std::thread::sleep(Duration::from_millis(10));
            }
            settled => return settled,
        }
    }
}
