//! PURE: a zip whose bytes depend only on its contents.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipArchive, ZipWriter};

/// Every entry is executable: `bootstrap` must be, and Lambda only reads the others.
const MODE: u32 = 0o755;

/// The prefix of a zip's comment that names the packed binary, because the file inside is always called `bootstrap`.
const BINARY: &str = "bootstrap: ";

/// The binary that a zip's comment names, if any.
pub(super) fn packed_binary(comment: &[u8]) -> Option<&str> {
    std::str::from_utf8(comment).ok()?.strip_prefix(BINARY)
}

/// Packs the `entries` of `binary`, which map names to contents, into a zip.
///
/// Entries are sorted by name. All have the same time (1980-01-01, the format's earliest), mode and compression, and
/// no data of the machine, so that the same contents give the same bytes.
///
/// # Errors
/// The zip format cannot hold the contents.
pub(super) fn pack(binary: &str, entries: &BTreeMap<&str, &[u8]>) -> Result<Vec<u8>, zip::result::ZipError> {
    let options = SimpleFileOptions::default()
        .system(System::Unix)
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(MODE);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(*name, options)?;
        writer.write_all(content)?;
    }
    writer.set_comment(format!("{BINARY}{binary}"))?;
    Ok(writer.finish()?.into_inner())
}

/// Tells whether a zip was packed from `binary` and its entry `name` contains exactly `content`; `false` if it is not
/// a zip.
pub(super) fn holds(zip: &[u8], binary: &str, name: &str, content: &[u8]) -> bool {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(zip)) else {
        return false;
    };
    if packed_binary(archive.comment()) != Some(binary) {
        return false;
    }
    let Ok(mut entry) = archive.by_name(name) else {
        return false;
    };
    if entry.size() != content.len() as u64 {
        return false;
    }
    let mut packed = Vec::with_capacity(content.len());
    entry.read_to_end(&mut packed).is_ok() && packed == content
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Cursor;

    use zip::ZipArchive;

    use super::{holds, pack};
    use crate::artifact::hash::ContentHash;

    #[test]
    fn the_same_contents_give_the_same_bytes_in_any_order() {
        let one = pack(
            "api",
            &BTreeMap::from([("bootstrap", &b"code"[..]), ("a.txt", b"text")]),
        )
        .unwrap();
        let other = pack(
            "api",
            &BTreeMap::from([("a.txt", &b"text"[..]), ("bootstrap", b"code")]),
        )
        .unwrap();
        assert_eq!(one, other);
    }

    #[test]
    fn a_zip_holds_what_was_packed_and_nothing_else() {
        let zip = pack("api", &BTreeMap::from([("bootstrap", &b"code"[..])])).unwrap();
        assert!(holds(&zip, "api", "bootstrap", b"code"));
        assert!(!holds(&zip, "relay", "bootstrap", b"code"));
        assert!(!holds(&zip, "api", "bootstrap", b"coda"));
        assert!(!holds(&zip, "api", "bootstrap", b"codes"));
        assert!(!holds(&zip, "api", "a.txt", b"code"));
        assert!(!holds(&zip[1..zip.len() - 30], "api", "bootstrap", b"code"));
    }

    #[test]
    fn a_zip_carries_neither_a_clock_nor_a_mode_of_the_machine() {
        let zip = pack("api", &BTreeMap::from([("bootstrap", &b"code"[..])])).unwrap();
        let mut archive = ZipArchive::new(Cursor::new(&zip)).unwrap();
        let entry = archive.by_name("bootstrap").unwrap();
        assert_eq!(entry.unix_mode(), Some(0o100_755));
        assert_eq!(entry.last_modified().unwrap().to_string(), "1980-01-01 00:00:00");
    }

    #[test]
    fn the_bytes_are_the_same_on_every_machine() {
        let zip = pack("api", &BTreeMap::from([("bootstrap", &b"code"[..])])).unwrap();
        insta::assert_snapshot!(ContentHash::of(&zip).hex(), @"ca09988acf444bc3b8879ef20b02fd67b85c1c6956f213458311d78b400406a3");
    }
}
