//! The file that the events are kept in: one process's own, and one that a store made.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::failure::Hint;

/// What a store's file says that it is: `EvSt`, in the place of its header where SQLite has applications sign
/// (<https://www.sqlite.org/fileformat2.html#application_id>).
const APPLICATION: i32 = i32::from_be_bytes(*b"EvSt");

/// How tables and items are laid out, in the place of the header for that. Counted up when an older program could not read what a
/// newer one writes, or the other way round.
pub(super) const FORMAT: i32 = 1;

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

/// Locks the file beside `path`, and leaves the number of this process in it.
fn lock(path: &Path) -> Result<File, DataFileError> {
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

/// How long a process that had the file may take to be gone: whoever kills a store and starts another has not waited for it.
const LOCK_PATIENCE: Duration = Duration::from_secs(1);

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

/// What the beginning of a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Header {
    /// There is no file, or nothing in it.
    Nothing,
    /// A store wrote it, in this format.
    Store(i32),
    /// Another application wrote it.
    OtherDatabase,
    /// It is not SQLite's.
    NoDatabase,
}

impl Header {
    fn read(path: &Path) -> Result<Self, DataFileError> {
        let cannot_read = |source| DataFileError::CannotRead {
            path: path.to_owned(),
            source,
        };
        let mut beginning = Vec::new();
        match File::open(path) {
            Ok(file) => file.take(100).read_to_end(&mut beginning).map_err(cannot_read)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(cannot_read(error)),
        };
        Ok(Self::of(&beginning))
    }

    /// Reads the first 100 bytes of a file (<https://www.sqlite.org/fileformat2.html#the_database_header>).
    fn of(beginning: &[u8]) -> Self {
        if beginning.is_empty() {
            return Self::Nothing;
        }
        let number = |at: usize| {
            let bytes = beginning.get(at..at + 4)?.try_into().ok()?;
            Some(i32::from_be_bytes(bytes))
        };
        match (number(60), number(68)) {
            _ if !beginning.starts_with(b"SQLite format 3\0") => Self::NoDatabase,
            (Some(format), Some(APPLICATION)) => Self::Store(format),
            _ => Self::OtherDatabase,
        }
    }
}

/// Makes a database that says that it is a store's, and nothing else.
fn sign(path: &Path, location: &str) -> Result<(), DataFileError> {
    let statements = format!(
        "BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {FORMAT}; COMMIT;"
    );
    Connection::open(location)
        .and_then(|connection| connection.execute_batch(&statements))
        .map_err(|source| DataFileError::CannotMake {
            path: path.to_owned(),
            source,
        })
}

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataFileError {
    /// It is a folder.
    #[error("`{}` is a folder", path.display())]
    Folder {
        /// The file.
        path: PathBuf,
    },
    /// The folder that it would be in is not there.
    #[error("`{}` cannot be made: there is no folder `{}`", path.display(), folder.display())]
    NoFolder {
        /// The file.
        path: PathBuf,
        /// Its folder.
        folder: PathBuf,
    },
    /// Its name is not UTF-8, which SQLite's names are.
    #[error("the name of `{}` is not UTF-8", path.display())]
    NoText {
        /// The file.
        path: PathBuf,
    },
    /// Another process has it.
    #[error("`{}` is in use{}", path.display(), by(*process))]
    InUse {
        /// The file.
        path: PathBuf,
        /// The number of the process, if it is known.
        process: Option<u32>,
    },
    /// It holds something else than a database.
    #[error("`{}` is not a database", path.display())]
    NoDatabase {
        /// The file.
        path: PathBuf,
    },
    /// It holds a database of something else than an event store.
    #[error("`{}` is a database, but not an event store's", path.display())]
    OtherDatabase {
        /// The file.
        path: PathBuf,
    },
    /// Another version of the store wrote it.
    #[error("`{}` has format {format}, and this version of the store knows format {FORMAT}", path.display())]
    OtherFormat {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: i32,
    },
    /// It cannot be read.
    #[error("`{}` cannot be read", path.display())]
    CannotRead {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It, or what belongs beside it, cannot be written to.
    #[error("`{}` cannot be written to", path.display())]
    CannotWrite {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// No database can be made of it.
    #[error("`{}` cannot be made", path.display())]
    CannotMake {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: rusqlite::Error,
    },
}

fn by(process: Option<u32>) -> String {
    process.map_or_else(String::new, |process| format!(" by process {process}"))
}

impl DataFileError {
    fn cannot_write(path: &Path, source: io::Error) -> Self {
        Self::CannotWrite {
            path: path.to_owned(),
            source,
        }
    }
}

impl Hint for DataFileError {
    fn hint(&self) -> String {
        match self {
            Self::Folder { path } => format!("name a file, such as `{}`", path.join("store.db").display()),
            Self::NoFolder { folder, .. } => format!("run `mkdir -p {}` first", folder.display()),
            Self::NoText { .. } => "give it, and the folders that it is in, names in UTF-8".to_owned(),
            Self::InUse { .. } => {
                "end that process, or name another file; one store at a time has a file".to_owned()
            }
            Self::NoDatabase { .. } | Self::OtherDatabase { .. } => {
                "name a file that a store made, or one that does not exist yet; this one was left as it is"
                    .to_owned()
            }
            Self::OtherFormat { format, .. } => {
                let which = if *format > FORMAT { "newer" } else { "older" };
                format!(
                    "use the {which} version that wrote it, or begin with another file; this one was left as it is"
                )
            }
            Self::CannotRead { .. } | Self::CannotWrite { .. } | Self::CannotMake { .. } => {
                "see to its permissions and to the space on its disk, or name another file".to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn folder() -> TempDir {
        TempDir::new().unwrap()
    }

    fn refusal(path: &Path) -> DataFileError {
        DataFile::claim(path).unwrap_err()
    }

    #[test]
    fn a_new_file_is_signed_and_claimed_again_once_it_is_let_go() {
        let folder = folder();
        let path = folder.path().join("store.db");
        let claimed = DataFile::claim(&path).unwrap();
        assert_eq!(Header::read(&path).unwrap(), Header::Store(FORMAT));
        let process = Some(std::process::id());
        assert!(matches!(refusal(&path), DataFileError::InUse { process: by, .. } if by == process));
        drop(claimed);
        DataFile::claim(&path).unwrap();
    }

    #[test]
    fn an_empty_file_becomes_a_store_s() {
        let folder = folder();
        let path = folder.path().join("store.db");
        File::create(&path).unwrap();
        DataFile::claim(&path).unwrap();
        assert_eq!(Header::read(&path).unwrap(), Header::Store(FORMAT));
    }

    #[test]
    fn a_name_that_sqlite_would_read_otherwise_is_a_file_s() {
        let folder = folder();
        for name in [":memory:", "file:a?mode=memory"] {
            let claimed = DataFile::claim(&folder.path().join(name)).unwrap();
            assert!(Path::new(claimed.location()).is_absolute());
            assert!(folder.path().join(name).is_file(), "{name}");
        }
        assert!(Path::new(&location(Path::new(":memory:")).unwrap()).is_absolute());
    }

    #[test]
    fn what_is_not_a_store_s_is_refused_and_left_as_it_is() {
        let folder = folder();
        let text = folder.path().join("notes.txt");
        fs::write(&text, "milk, bread").unwrap();
        assert!(matches!(refusal(&text), DataFileError::NoDatabase { .. }));
        assert_eq!(fs::read_to_string(&text).unwrap(), "milk, bread");

        let other = folder.path().join("other.db");
        let connection = Connection::open(&other).unwrap();
        connection.execute_batch("CREATE TABLE a (b)").unwrap();
        drop(connection);
        let before = fs::read(&other).unwrap();
        assert!(matches!(refusal(&other), DataFileError::OtherDatabase { .. }));
        assert_eq!(fs::read(&other).unwrap(), before);
    }

    #[test]
    fn a_file_of_another_format_is_told_by_its_number() {
        let folder = folder();
        let path = folder.path().join("store.db");
        drop(DataFile::claim(&path).unwrap());
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch("PRAGMA user_version = 7").unwrap();
        drop(connection);
        let refusal = refusal(&path);
        assert!(
            matches!(refusal, DataFileError::OtherFormat { format: 7, .. }),
            "{refusal}"
        );
        assert!(refusal.hint().starts_with("use the newer version"));
    }

    #[test]
    fn a_beginning_that_is_cut_off_is_no_store_s() {
        let mut whole = b"SQLite format 3\0".to_vec();
        assert_eq!(Header::of(&whole), Header::OtherDatabase);
        whole.resize(60, 0);
        whole.extend(FORMAT.to_be_bytes());
        whole.extend([0; 4]);
        assert_eq!(Header::of(&whole), Header::OtherDatabase);
        whole.extend(APPLICATION.to_be_bytes());
        assert_eq!(Header::of(&whole), Header::Store(FORMAT));
        assert_eq!(Header::of(&whole[1..]), Header::NoDatabase);
    }

    #[test]
    fn the_format_is_counted_up_when_the_tables_change() {
        use sha2::{Digest as _, Sha256};
        let tables = Sha256::digest(crate::local::tables::DEFINITIONS);
        let digest = tables[..4]
            .iter()
            .fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        assert_eq!(
            (FORMAT, digest.as_str()),
            (1, "8726ed52"),
            "a file that was made with other tables must be told apart"
        );
    }
}
