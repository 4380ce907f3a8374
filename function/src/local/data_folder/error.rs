//! Why a file cannot be used, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::header::FORMAT;
use super::{ID, LOCK};
use crate::local::failure::Hint;

/// Why a folder cannot be used, or a file not be moved into one.
#[derive(Debug, thiserror::Error)]
pub enum DataFolderError {
    /// It is the file of an older version.
    #[error("`{}` is a file, as older versions kept a store in; now it is a folder", path.display())]
    OldFile {
        /// The file.
        path: PathBuf,
    },
    /// It is no folder.
    #[error("`{}` is not a folder", path.display())]
    NoFolder { path: PathBuf },
    /// The folder that it would be in is not there.
    #[error("`{}` cannot be made: there is no folder `{}`", path.display(), parent.display())]
    NoParent {
        /// The folder.
        path: PathBuf,
        /// What it would be in.
        parent: PathBuf,
    },
    /// There is no file to move in.
    #[error("there is no store in `{}`", path.display())]
    NoFile {
        /// The file.
        path: PathBuf,
    },
    /// There is a store already where one was to be moved in.
    #[error("there is a store already: `{}`", path.display())]
    Taken {
        /// Its file.
        path: PathBuf,
    },
    /// The folder holds other things, and no store.
    #[error("`{}` holds other files (such as `{}`), and no store", path.display(), holds.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
        /// One of the names in it.
        holds: PathBuf,
    },
    /// The file of an older version was on its way in.
    #[error("a file was being moved into `{}`, which did not come to its end", path.display())]
    HalfMovedIn {
        /// The folder.
        path: PathBuf,
    },
    /// There was a store, and its database is gone.
    #[error(
        "there was a store in this folder, as `{}` shows, and `{}` is {}",
        trace.display(), path.display(), if *is_empty { "empty" } else { "not there" }
    )]
    EventsGone {
        /// The database's file.
        path: PathBuf,
        /// Whether it is there, with nothing in it.
        is_empty: bool,
        /// What shows that there was one.
        trace: PathBuf,
    },
    /// The database is that of another store.
    #[error("`{}` is the database of the store {held}, and this is the folder of the store {named}", path.display())]
    OtherStore {
        /// The database's file.
        path: PathBuf,
        /// The store that the folder names.
        named: Uuid,
        /// The store that the database names.
        held: Uuid,
    },
    /// The file into which a process that was killed had written its newest commits is gone.
    #[error(
        "`{}` is not there, into which the last process wrote the newest events before it was killed", path.display()
    )]
    LogGone {
        /// The file.
        path: PathBuf,
    },
    /// A part of the newest commits cannot be read.
    #[error("`{}` is damaged: {damage}; events that were acknowledged are in the others", path.display())]
    LogLost {
        /// The file.
        path: PathBuf,
        /// How much of it can be read.
        damage: String,
    },
    /// A database is damaged.
    #[error("the database in `{}` is damaged: {damage}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        damage: String,
    },
    /// A copy is not what was copied.
    #[error("`{}` is not the same as what was copied", path.display())]
    NotTheSame {
        /// The copy.
        path: PathBuf,
    },
    /// The lock is no file of the folder's own.
    #[error("`{}` is not a file", path.display())]
    NoLock {
        /// The lock.
        path: PathBuf,
    },
    /// The database has a second name, under which its newest events would not be found.
    #[error("`{}` has another name (a hard link)", path.display())]
    ManyNames {
        /// The file.
        path: PathBuf,
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
        /// The folder.
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
    /// SQLite does not open it.
    #[error("the database in `{}` cannot be opened", path.display())]
    CannotOpen {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: rusqlite::Error,
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

impl DataFolderError {
    pub(super) fn cannot_write(path: &Path, source: io::Error) -> Self {
        Self::CannotWrite {
            path: path.to_owned(),
            source,
        }
    }

    pub(super) fn cannot_open(path: &Path, source: rusqlite::Error) -> Self {
        Self::CannotOpen {
            path: path.to_owned(),
            source,
        }
    }

    pub(super) fn cannot_make(path: &Path, source: rusqlite::Error) -> Self {
        Self::CannotMake {
            path: path.to_owned(),
            source,
        }
    }

    pub(super) fn damaged(path: &Path, damage: &str) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            damage: damage.to_owned(),
        }
    }

    pub(super) fn cannot_read(path: &Path, source: io::Error) -> Self {
        Self::CannotRead {
            path: path.to_owned(),
            source,
        }
    }
}

impl Hint for DataFolderError {
    fn hint(&self) -> String {
        match self {
            Self::OldFile { path } => {
                let folder = path.with_extension("");
                let folder = if folder == *path { path.with_extension("store") } else { folder };
                let folder = folder.display();
                format!(
                    "run `event-store move-in {} {folder}` once, and then serve with `--data {folder}`",
                    path.display()
                )
            }
            Self::NoFolder { .. } => "name a folder, or one that does not exist yet".to_owned(),
            Self::NoParent { parent, .. } => format!("run `mkdir -p {}` first", parent.display()),
            Self::NoFile { .. } => "name the file that an older version was given with `--data`".to_owned(),
            Self::Taken { .. } => "name a folder that holds none; both were left as they are".to_owned(),
            Self::NotEmpty { path, .. } => format!(
                "name a folder that a store made, or one that does not exist yet, such as `{}`",
                path.join("store").display()
            ),
            Self::HalfMovedIn { .. } => {
                "run the same `event-store move-in FILE DIR` once more: the file is where it was, whole".to_owned()
            }
            Self::EventsGone { trace, .. } => format!(
                "put the folder back from a copy, all of it; to begin with an empty store in its place, remove `{}`",
                trace.display()
            ),
            Self::OtherStore { path, .. } => format!(
                "put the database back that belongs here; to take this one as the folder's own, remove `{}`",
                path.with_file_name(ID).display()
            ),
            Self::LogGone { path } | Self::LogLost { path, .. } => format!(
                "put it back, or the whole folder from a copy; to go on without what is lost, remove `{}`",
                path.with_file_name(LOCK).display()
            ),
            Self::Damaged { .. } => "restore it from a copy; it was left as it is".to_owned(),
            Self::CannotOpen { .. } => "restore the folder from a copy, or begin with another".to_owned(),
            Self::NotTheSame { .. } => "see to the disk; the file was left as it is".to_owned(),
            Self::NoLock { .. } => "remove it: the store makes a file of its own".to_owned(),
            Self::ManyNames { .. } => {
                "remove the other name, or make a copy: a store's newest events lie in a file beside it, which the other name does \
                 not lead to"
                    .to_owned()
            }
            Self::NoText { .. } => "give it, and the folders that it is in, names in UTF-8".to_owned(),
            Self::InUse { .. } => {
                "end that process, or name another folder; one store at a time has a folder".to_owned()
            }
            Self::NoDatabase { .. } | Self::OtherDatabase { .. } => {
                "name a folder that a store made, or one that does not exist yet; this one was left as it is"
                    .to_owned()
            }
            Self::OtherFormat { format, .. } => {
                let which = if *format > FORMAT { "newer" } else { "older" };
                format!(
                    "use the {which} version that wrote it, or begin with another folder; this one was left as it is"
                )
            }
            Self::CannotRead { .. } | Self::CannotWrite { .. } | Self::CannotMake { .. } => {
                "see to its permissions and to the space on its disk, or name another folder".to_owned()
            }
        }
    }
}
