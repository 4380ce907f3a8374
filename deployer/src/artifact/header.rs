//! PURE: a zip describes each file twice: in the central directory at its end, and in a local header before the file.
//! An unpacker may read either, so the two must agree.
//!
//! The layout is that of [APPNOTE](https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT), 4.3.7.

use std::io::Read;

use zip::CompressionMethod;
use zip::read::ZipFile;

use super::flaw::Flaw;

const SIGNATURE: [u8; 4] = *b"PK\x03\x04";
/// The length of the header's fixed part, before the name.
const LENGTH: usize = 30;
/// The flag that the sizes and the checksum follow the file instead of being in the header.
const BEHIND: u16 = 1 << 3;
/// The value of a size that does not fit here and is stored elsewhere.
const ELSEWHERE: u32 = u32::MAX;

/// Checks that an entry's local header agrees with the central directory, and that Lambda can unpack the entry.
///
/// # Errors
/// [`Flaw::ToldTwice`] if the two differ; [`Flaw::Packed`] if Lambda does not support the compression method or the
/// entry is encrypted.
pub(super) fn check<Source: Read>(zip: &[u8], entry: &ZipFile<'_, Source>, name: &str) -> Result<(), Flaw> {
    let listed = number(entry.compression());
    if entry.encrypted() {
        return Err(Flaw::Packed {
            entry: name.to_owned(),
            how: "encrypted".to_owned(),
        });
    }
    if !matches!(
        entry.compression(),
        CompressionMethod::Stored | CompressionMethod::Deflated
    ) {
        return Err(Flaw::Packed {
            entry: name.to_owned(),
            how: format!("packed with {}", method_name(listed)),
        });
    }
    let differs = |what| {
        Err(Flaw::ToldTwice {
            entry: name.to_owned(),
            what,
        })
    };
    let Some(header) = Header::at(zip, entry.header_start()) else {
        return differs("place");
    };
    if header.name != entry.name_raw() {
        return differs("name");
    }
    if header.method != listed {
        return differs("method");
    }
    if header.flags & BEHIND == 0 {
        let is_same = |size: u32, listed: u64| size == ELSEWHERE || u64::from(size) == listed;
        if header.checksum != entry.crc32() {
            return differs("checksum");
        }
        if !is_same(header.packed, entry.compressed_size()) || !is_same(header.unpacked, entry.size()) {
            return differs("size");
        }
    }
    Ok(())
}

/// The local header before a file.
struct Header<'a> {
    flags: u16,
    method: u16,
    checksum: u32,
    packed: u32,
    unpacked: u32,
    name: &'a [u8],
}

impl<'a> Header<'a> {
    fn at(zip: &'a [u8], start: u64) -> Option<Self> {
        let header = zip.get(usize::try_from(start).ok()?..)?;
        let two = |at: usize| Some(u16::from_le_bytes(header.get(at..at + 2)?.try_into().ok()?));
        let four = |at: usize| Some(u32::from_le_bytes(header.get(at..at + 4)?.try_into().ok()?));
        let length = usize::from(two(26)?);
        header.starts_with(&SIGNATURE).then_some(Self {
            flags: two(6)?,
            method: two(8)?,
            checksum: four(14)?,
            packed: four(18)?,
            unpacked: four(22)?,
            name: header.get(LENGTH..LENGTH + length)?,
        })
    }
}

/// The number of a compression method (4.4.5).
fn number(method: CompressionMethod) -> u16 {
    match method {
        CompressionMethod::Stored => 0,
        CompressionMethod::Deflated => 8,
        #[expect(
            deprecated,
            reason = "the only way to tell the number of a method that is not built in"
        )]
        CompressionMethod::Unsupported(number) => number,
        _ => u16::MAX,
    }
}

fn method_name(number: u16) -> String {
    let name = match number {
        1 => "shrink",
        6 => "implode",
        9 => "deflate64",
        12 => "bzip2",
        14 => "LZMA",
        93 => "Zstandard",
        95 => "XZ",
        98 => "PPMd",
        other => return format!("method {other}"),
    };
    name.to_owned()
}
