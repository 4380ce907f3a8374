//! PURE: checks whether Lambda can run a zip.

use std::io::{self, Cursor, Read};

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use super::elf;
use super::entries::{self, entry_name};
use super::flaw::Flaw;
use super::header;
use super::processor::Processor;
use super::zip::packed_binary;

/// 50 MB: the Lambda quota "deployment package (.zip file archive) size", zipped.
const LIMIT_ZIPPED: u64 = 50 * 1024 * 1024;

/// 250 MB: the same quota, unzipped.
const LIMIT_UNZIPPED: u64 = 250 * 1024 * 1024;

/// The file that Lambda's custom runtimes start.
pub(super) const BOOTSTRAP: &str = "bootstrap";

/// The permissions of other users, as which Lambda's user counts: "Lambda needs 644 for files and 755 for
/// executables" ([knowledge centre](https://repost.aws/knowledge-center/lambda-deployment-package-errors)).
const READ: u32 = 0o004;
const READ_AND_EXECUTE: u32 = 0o005;

/// Checks that `zip` contains an executable `bootstrap` for `processor` and is within Lambda's limits. If the zip's
/// comment names a binary, as in zips that this deployer packs, it must be `binary`.
///
/// Unpacks everything, up to the limit, to verify each file's checksum.
///
/// # Errors
/// The first [`Flaw`] found.
pub(super) fn check(zip: &[u8], binary: &str, processor: Processor) -> Result<(), Flaw> {
    within(zip.len() as u64, LIMIT_ZIPPED).map_err(|bytes| Flaw::TooLargeZipped {
        bytes,
        limit: LIMIT_ZIPPED,
    })?;
    if zip.is_empty() {
        return Err(Flaw::NotAZip {
            reason: "it is empty".to_owned(),
        });
    }
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(|error| Flaw::NotAZip {
        reason: reason(&error),
    })?;
    if archive.index_for_name(BOOTSTRAP).is_none() {
        return Err(Flaw::NoBootstrap {
            entries: archive
                .file_names()
                .flatten()
                .map(std::borrow::Cow::into_owned)
                .collect(),
        });
    }
    entries::check(&archive)?;
    if let Some(found) = packed_binary(archive.comment()).filter(|found| *found != binary) {
        return Err(Flaw::OtherBinary {
            found: found.to_owned(),
            asked: binary.to_owned(),
        });
    }
    let mut room = LIMIT_UNZIPPED;
    let mut bootstrap = Vec::new();
    for index in 0..archive.len() {
        let name = entry_name(&archive, index);
        let damaged = |reason| Flaw::Damaged {
            entry: name.clone(),
            reason,
        };
        let raw = archive
            .by_index_raw(index)
            .map_err(|error| damaged(reason(&error)))?;
        header::check(zip, &raw, &name)?;
        check_mode(&raw, &name)?;
        drop(raw);
        let entry = archive.by_index(index).map_err(|error| damaged(reason(&error)))?;
        let content = unpack(entry, room)
            .map_err(|error| damaged(error.to_string()))?
            .ok_or(Flaw::TooLargeUnzipped {
                limit: LIMIT_UNZIPPED,
            })?;
        room -= content.len() as u64;
        if name == BOOTSTRAP {
            bootstrap = content;
        }
    }
    elf::check(&bootstrap, processor)
}

fn check_mode<Source: Read>(entry: &ZipFile<'_, Source>, name: &str) -> Result<(), Flaw> {
    let mode = entry.unix_mode().unwrap_or(0);
    let kind = Kind::of(mode);
    let allows = |wanted| mode & wanted == wanted;
    if name == BOOTSTRAP {
        return match kind {
            Some(Kind::Link) => Err(Flaw::NotAFile {
                kind: "a symbolic link",
            }),
            Some(Kind::Folder) => Err(Flaw::NotAFile { kind: "a directory" }),
            Some(Kind::Other) => Err(Flaw::NotAFile {
                kind: "neither a file nor a folder",
            }),
            Some(Kind::File) | None if allows(READ_AND_EXECUTE) => Ok(()),
            Some(Kind::File) | None => Err(Flaw::NotExecutable { mode: mode & 0o7777 }),
        };
    }
    let entry_name = || name.to_owned();
    match (kind, entry.is_dir()) {
        (Some(Kind::Link | Kind::Other), _) => Err(Flaw::NeitherFileNorFolder { entry: entry_name() }),
        (Some(Kind::Folder), false) => Err(Flaw::FileOrFolder {
            entry: entry_name(),
            by_mode: "a folder",
            by_name: "a file",
        }),
        (Some(Kind::File), true) => Err(Flaw::FileOrFolder {
            entry: entry_name(),
            by_mode: "a file",
            by_name: "a folder",
        }),
        (Some(Kind::File) | None, false) if !allows(READ) => Err(Flaw::NotReadable {
            entry: entry_name(),
            mode: mode & 0o7777,
        }),
        _ => Ok(()),
    }
}

/// The kind of an entry by its mode; archivers on other systems may not record it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    Link,
    Other,
}

impl Kind {
    fn of(mode: u32) -> Option<Self> {
        const TYPE: u32 = 0o170_000;
        match mode & TYPE {
            0 => None,
            0o100_000 => Some(Self::File),
            0o040_000 => Some(Self::Folder),
            0o120_000 => Some(Self::Link),
            _ => Some(Self::Other),
        }
    }
}

/// Unpacks an entry; `None` if it is larger than `room`, regardless of the size that it claims.
fn unpack(entry: impl Read, room: u64) -> io::Result<Option<Vec<u8>>> {
    let mut content = Vec::new();
    entry.take(room + 1).read_to_end(&mut content)?;
    Ok(within(content.len() as u64, room).is_ok().then_some(content))
}

fn reason(error: &ZipError) -> String {
    match error {
        // The error's own display would repeat that the zip is not a zip.
        ZipError::InvalidArchive(reason) => reason.to_string(),
        other => other.to_string(),
    }
}

fn within(bytes: u64, limit: u64) -> Result<(), u64> {
    if bytes > limit { Err(bytes) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
