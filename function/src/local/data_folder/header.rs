//! What the header of a data file says: whether a store made it, and in which format.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use rusqlite::Connection;

use super::DataFolderError;

/// What a store's file says that it is: `EvSt`, in the place of its header where SQLite has applications sign
/// (<https://www.sqlite.org/fileformat2.html#application_id>).
const APPLICATION: i32 = i32::from_be_bytes(*b"EvSt");

/// How tables and items are laid out, in the place of the header for that. Counted up when an older program could not read what a
/// newer one writes, or the other way round. The feed's table was added without that: a newer program makes it and fills it at its start, an
/// older one passes it over.
pub(super) const FORMAT: i32 = 1;

/// What the beginning of a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Header {
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
    /// Reads the header of the file at `path`, if there is one.
    pub(super) fn read(path: &Path) -> Result<Self, DataFolderError> {
        match File::open(path) {
            Ok(file) => Self::of_file(&file, path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::Nothing),
            Err(source) => Err(DataFolderError::cannot_read(path, source)),
        }
    }

    /// Reads the header of a file that is open already.
    pub(super) fn of_file(file: &File, path: &Path) -> Result<Self, DataFolderError> {
        let mut beginning = Vec::new();
        file.take(100)
            .read_to_end(&mut beginning)
            .map_err(|source| DataFolderError::cannot_read(path, source))?;
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
pub(super) fn sign(path: &Path, location: &str) -> Result<(), DataFolderError> {
    let statements = format!(
        "BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {FORMAT}; COMMIT;"
    );
    Connection::open(location)
        .and_then(|connection| connection.execute_batch(&statements))
        .map_err(|source| DataFolderError::CannotMake {
            path: path.to_owned(),
            source,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

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
            (1, "2973ac5f"),
            "a file that was made with other tables must be told apart, unless programs of both can go on with it"
        );
    }
}
