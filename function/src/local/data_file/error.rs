//! Why a file cannot be used, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use super::header::FORMAT;
use crate::local::failure::Hint;

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
    pub(super) fn cannot_write(path: &Path, source: io::Error) -> Self {
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
