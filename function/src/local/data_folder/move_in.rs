//! Moves a store's file of an older version into a folder.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

use super::header::{FORMAT, Header};
use super::lock::{self, FolderLock};
use super::{ARRIVING, DataFolderError, EVENTS, ID, check, is_ours, location, make};

/// Moves the store in `file` into `folder`, and returns its size in bytes. The file is removed last, after
/// its copy was verified.
///
/// # Errors
/// [`DataFolderError`]. The file is then still in its place, intact.
pub(in crate::local) fn move_in(file: &Path, folder: &Path) -> Result<u64, DataFolderError> {
    match Header::read(file)? {
        Header::Store(FORMAT) => {}
        Header::Nothing => {
            return Err(DataFolderError::NoFile {
                path: file.to_owned(),
            });
        }
        Header::Store(format) => {
            return Err(DataFolderError::OtherFormat {
                path: file.to_owned(),
                format,
            });
        }
        Header::OtherDatabase => {
            return Err(DataFolderError::OtherDatabase {
                path: file.to_owned(),
            });
        }
        Header::NoDatabase => {
            return Err(DataFolderError::NoDatabase {
                path: file.to_owned(),
            });
        }
        Header::Damaged(damage) => return Err(DataFolderError::damaged(file, damage)),
    }
    make(folder)?;
    match is_ours(folder) {
        // An interrupted move is continued.
        Err(DataFolderError::HalfMovedIn { .. }) => {}
        other => other?,
    }
    let _folder = FolderLock::take(folder)?;
    // The lock of older versions, next to the file.
    let beside = check::beside(file, "-lock");
    let _file = lock::lock_beside(file, &beside)?;
    let events = folder.join(EVENTS);
    // An id without a database is left over from a lost one.
    for taken in [&events, &folder.join(ID)] {
        if fs::symlink_metadata(taken).is_ok() {
            return Err(DataFolderError::Taken { path: taken.clone() });
        }
    }
    let at = location(file)?;
    gather(file, &at)?;
    if let Some(damage) = check::damage(&at) {
        return Err(DataFolderError::Damaged {
            path: file.to_owned(),
            damage,
        });
    }
    let arriving = folder.join(ARRIVING);
    let size = copy(file, &arriving)?;
    if digest(file)? != digest(&arriving)? {
        return Err(DataFolderError::NotTheSame { path: arriving });
    }
    let cannot_write = |source| DataFolderError::cannot_write(&events, source);
    fs::rename(&arriving, &events).map_err(cannot_write)?;
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(cannot_write)?;
    fs::remove_file(file).map_err(|source| DataFolderError::cannot_write(file, source))?;
    // It was empty, and nobody looks for it again.
    let _ = fs::remove_file(beside);
    Ok(size)
}

/// Moves everything that was written ahead into the file itself.
fn gather(file: &Path, location: &str) -> Result<(), DataFolderError> {
    let gathered = Connection::open(location).and_then(|connection| {
        // It fails while another program has the database, and answers with the mode that it is in.
        connection.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get::<_, String>(0))
    });
    let left = || check::ended_uncleanly(file);
    match gathered {
        Ok(mode) if mode == "delete" && !left() => Ok(()),
        Ok(mode) => Err(DataFolderError::Damaged {
            path: file.to_owned(),
            damage: format!("what was written ahead cannot be moved into it (mode `{mode}`)"),
        }),
        Err(source) => Err(DataFolderError::CannotMake {
            path: file.to_owned(),
            source,
        }),
    }
}

fn copy(from: &Path, to: &Path) -> Result<u64, DataFolderError> {
    let mut source = File::open(from).map_err(|source| DataFolderError::cannot_read(from, source))?;
    let copied = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(to)
        .and_then(|mut target| {
            let size = io::copy(&mut source, &mut target)?;
            target.sync_all()?;
            Ok(size)
        });
    copied.map_err(|source| DataFolderError::cannot_write(to, source))
}

fn digest(path: &Path) -> Result<[u8; 32], DataFolderError> {
    let cannot_read = |source| DataFolderError::cannot_read(path, source);
    let mut file = File::open(path).map_err(cannot_read)?;
    let (mut hash, mut piece) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut piece).map_err(cannot_read)? {
            0 => return Ok(hash.finalize().into()),
            read => hash.update(&piece[..read]),
        }
    }
}
