//! How a failure to start, or to go on, is told.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::data_folder::DataFolderError;

/// A remedy for a failure, beside its message.
pub trait Hint: Error {
    /// The remedy.
    fn hint(&self) -> String;
}

/// Why the store does not start, or ends by itself.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The folder for the events cannot be used.
    #[error(transparent)]
    DataFolder(#[from] DataFolderError),
    /// The database in the file cannot be opened.
    #[error("the database in `{}` cannot be opened", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: dynoxide::DynoxideError,
    },
    /// Another program keeps the file's database locked.
    #[error("the database in `{}` is locked by another program", path.display())]
    DatabaseLocked {
        /// The file.
        path: PathBuf,
    },
    /// The database in memory cannot be made.
    #[error("a database cannot be made in memory")]
    Memory(#[source] dynoxide::DynoxideError),
    /// The tables cannot be made.
    #[error("the tables cannot be made")]
    Tables(#[source] dynoxide::DynoxideError),
    /// No thread can be started for the database.
    #[error("no thread can be started for the database")]
    Thread(#[source] io::Error),
    /// The address cannot be listened on.
    #[error("`{address}` cannot be listened on")]
    Listen {
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// What was appended does not come into the feed and the listing.
    #[error("what was appended does not come into the feed and the listing: {0}")]
    Relay(String),
    /// The process cannot be told its own address, or be told to end.
    #[error("HTTP cannot be served")]
    Serve(#[source] io::Error),
}

impl Hint for Failure {
    fn hint(&self) -> String {
        match self {
            Self::DataFolder(error) => error.hint(),
            Self::Database { .. } => "restore the folder from a copy, or begin with another".to_owned(),
            Self::DatabaseLocked { .. } => {
                "close what has it open for writing, such as a `sqlite3` shell, and start again".to_owned()
            }
            Self::Listen { source, address } => match source.kind() {
                io::ErrorKind::AddrInUse => {
                    format!(
                        "something else serves port {}: choose another with `--port`, or any that is free with `--port 0`",
                        address.port()
                    )
                }
                io::ErrorKind::AddrNotAvailable => {
                    "`--host` takes an address of this machine: `127.0.0.1`, or `0.0.0.0` for all of them"
                        .to_owned()
                }
                _ => "choose another with `--host` and `--port`".to_owned(),
            },
            Self::Memory(_) | Self::Tables(_) | Self::Thread(_) | Self::Relay(_) | Self::Serve(_) => {
                "start again; should it happen twice, report it with the text above".to_owned()
            }
        }
    }
}

/// The text of a failure: the fact, its innermost cause, and what can be done. What lies between are layers that repeat it.
pub(super) fn text(failure: &Failure) -> String {
    let causes = std::iter::successors(failure.source(), |cause: &&(dyn Error + 'static)| {
        (*cause).source()
    });
    let because = causes.last().map(|cause| format!("  because: {cause}\n"));
    format!(
        "error: {failure}\n{}  hint: {}",
        because.unwrap_or_default(),
        failure.hint()
    )
}
