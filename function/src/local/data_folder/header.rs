//! The header of a data file, which says whether a store made it, and in which format.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use rusqlite::Connection;

use super::DataFolderError;

/// What a store's file says that it is: `EvSt`, in the place of its header where SQLite has applications sign
/// (<https://www.sqlite.org/fileformat2.html#application_id>).
const APPLICATION: i32 = i32::from_be_bytes(*b"EvSt");

/// The version of the layout of tables and items, in the header's place for it. It goes up when an older program cannot read
/// what a newer one writes, or the other way round. The feed's table came without that: a newer program creates it and fills
/// it at its start, an older one ignores it.
pub(super) const FORMAT: i32 = 1;

/// The meaning of a file's first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// There is no file, or nothing in it.
    Nothing,
    /// A store wrote it, in this format.
    Store(i32),
    /// A store wrote it, and this part was changed since.
    Damaged(&'static str),
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
            (Some(format), Some(APPLICATION)) => damage(beginning).map_or(Self::Store(format), Self::Damaged),
            _ => Self::OtherDatabase,
        }
    }
}

/// Says which part of a store's header is not as SQLite and the store write it. SQLite itself accepts most values: another
/// number of reserved bytes a page, say, moves everything in every page.
fn damage(header: &[u8]) -> Option<&'static str> {
    let is = |at: usize, bytes: &[u8]| header.get(at..at + bytes.len()) == Some(bytes);
    let page_size = header
        .get(16..18)
        .map(|size| u16::from_be_bytes([size[0], size[1]]));
    let known = [
        // 1 stands for 65,536.
        (
            page_size.is_some_and(|size| size == 1 || (size.is_power_of_two() && size >= 512)),
            "bytes 16 and 17 of its header are no page size",
        ),
        (
            is(18, &[1, 1]) || is(18, &[2, 2]),
            "bytes 18 and 19 of its header name a format that no store writes",
        ),
        (is(20, &[0]), "byte 20 of its header is not 0"),
        (
            is(21, &[64, 32, 32]),
            "bytes 21 to 23 of its header are not 64, 32 and 32",
        ),
        (
            is(56, &1_u32.to_be_bytes()) || is(56, &[0; 4]),
            "bytes 56 to 59 of its header name another encoding than UTF-8",
        ),
        (is(72, &[0; 20]), "bytes 72 to 91 of its header are not 0"),
    ];
    known
        .into_iter()
        .find_map(|(is_as_written, damage)| (!is_as_written).then_some(damage))
}

/// Makes a database with the header of a store, and nothing else.
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
        assert!(matches!(Header::of(&whole), Header::Damaged(_)));
        assert_eq!(Header::of(&whole[1..]), Header::NoDatabase);
    }

    #[test]
    fn a_bit_that_is_not_as_it_was_written_is_named_by_its_place() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("a.db");
        sign(&path, path.to_str().unwrap()).unwrap();
        let mut whole = [0; 100];
        whole.copy_from_slice(&std::fs::read(&path).unwrap()[..100]);
        assert_eq!(Header::of(&whole), Header::Store(FORMAT));
        let mut named = Vec::new();
        for place in 0..100 {
            for bit in 0..8 {
                let mut damaged = whole;
                damaged[place] ^= 1 << bit;
                match Header::of(&damaged) {
                    Header::Damaged(damage) => named.push((place, damage)),
                    // The name of SQLite, the version and the signature are the only other ones that the header shows by itself: what
                    // is left are counters, which the check of the whole file holds against the file.
                    Header::NoDatabase => assert!(place < 16, "{place}"),
                    Header::OtherDatabase => assert!((68..72).contains(&place), "{place}"),
                    Header::Store(format) => assert_eq!(format == FORMAT, !(60..64).contains(&place)),
                    Header::Nothing => panic!("{place}"),
                }
            }
        }
        named.dedup();
        let places: Vec<_> = named.iter().map(|(place, _)| *place).collect();
        assert!(
            places.contains(&20) && places.contains(&72) && places.contains(&91),
            "{places:?}"
        );
    }

    #[test]
    fn the_format_is_counted_up_when_the_tables_change() {
        use sha2::{Digest as _, Sha256};
        let tables = Sha256::digest(crate::dynamo::TABLES);
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
