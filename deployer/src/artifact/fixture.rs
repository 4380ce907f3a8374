//! The smallest files that pass for artifacts, for tests.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// An ELF header of an executable for `machine` (62 is `x86_64`, 183 is `arm64`).
pub(super) fn elf(machine: u8) -> Vec<u8> {
    let mut header = vec![0; 64];
    header[..8].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1, 1, 0]);
    header[16] = 2;
    header[18] = machine;
    header[20] = 1;
    header
}

/// A zip with one entry.
pub(super) fn zip_of(name: &str, content: &[u8]) -> Vec<u8> {
    super::zip::pack(&BTreeMap::from([(name, content)])).expect("a small zip")
}

/// A zip with one entry of the mode given.
pub(super) fn zip_with_mode(name: &str, content: &[u8], mode: u32) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .start_file(name, SimpleFileOptions::default().unix_permissions(mode))
        .expect("an entry");
    writer.write_all(content).expect("a write to memory");
    writer.finish().expect("a small zip").into_inner()
}
