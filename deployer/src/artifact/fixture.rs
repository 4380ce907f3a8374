//! The smallest files that count as artifacts, for tests.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// An ELF executable for `machine` (62 is `x86_64`, 183 is `arm64`): a header, and one segment that covers the whole
/// file.
pub(super) fn elf(machine: u8) -> Vec<u8> {
    let mut file = vec![0; 128];
    file[..8].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1, 1, 0]);
    // ET_EXEC, and an entry point after both headers.
    (file[16], file[18], file[20], file[24]) = (2, machine, 1, 120);
    // The program headers: their offset, their size, and their number.
    (file[32], file[54], file[56]) = (64, 56, 1);
    // PT_LOAD, readable and executable, and its length in the file.
    (file[64], file[64 + 4], file[64 + 32]) = (1, 5, 128);
    file
}

/// A zip with one entry, packed from a binary called `api`.
pub(super) fn zip_of(name: &str, content: &[u8]) -> Vec<u8> {
    super::zip::pack("api", &BTreeMap::from([(name, content)])).expect("a small zip")
}

/// A zip of a binary.
pub(super) fn zip_of_binary(binary: &str, content: &[u8]) -> Vec<u8> {
    super::zip::pack(binary, &BTreeMap::from([("bootstrap", content)])).expect("a small zip")
}

/// A zip with one entry of the given mode.
pub(super) fn zip_with_mode(name: &str, content: &[u8], mode: u32) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .start_file(name, SimpleFileOptions::default().unix_permissions(mode))
        .expect("an entry");
    writer.write_all(content).expect("a write to memory");
    writer.finish().expect("a small zip").into_inner()
}

/// A zip whose only entry is a symbolic link.
pub(super) fn zip_with_link(name: &str, target: &str) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .add_symlink(name, target, SimpleFileOptions::default())
        .expect("an entry");
    writer.finish().expect("a small zip").into_inner()
}
