//! Text files, as editors and shells write them.

use std::io::{self, ErrorKind};
use std::path::Path;

const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a UTF-8 file, without the byte order mark that some editors add.
///
/// # Errors
/// The file cannot be read, or has another encoding, which the error names.
pub fn read(path: &Path) -> io::Result<String> {
    decode(std::fs::read(path)?).map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
}

/// Why bytes are not UTF-8 text.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
enum NotUtf8 {
    #[error("it is in UTF-16, as PowerShell's `>` writes: save it as UTF-8")]
    Utf16,
    #[error("it is in UTF-32: save it as UTF-8")]
    Utf32,
    #[error("it is not in UTF-8: byte {at} of line {line} belongs to no character")]
    Other { line: usize, at: usize },
}

fn decode(mut bytes: Vec<u8>) -> Result<String, NotUtf8> {
    // Text contains no NUL; in UTF-16, each ASCII character does.
    match *bytes.as_slice() {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return Err(NotUtf8::Utf32),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Err(NotUtf8::Utf16),
        [0, other, ..] | [other, 0, ..] if other != 0 => return Err(NotUtf8::Utf16),
        _ => {}
    }
    if bytes.starts_with(UTF_8_MARK) {
        bytes.drain(..UTF_8_MARK.len());
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line_start = good
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        NotUtf8::Other {
            line: good.split(|byte| *byte == b'\n').count(),
            at: good.len() - line_start + 1,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf_16(text: &str, unit: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        assert_eq!(decode(b"\xef\xbb\xbfregion: a".to_vec()).unwrap(), "region: a");
        assert_eq!(decode("é\u{feff}".into()).unwrap(), "é\u{feff}");
        assert_eq!(decode(Vec::new()).unwrap(), "");
    }

    #[test]
    fn another_encoding_is_named() {
        for text in ["\u{feff}{}", "{}", "a"] {
            for unit in [u16::to_le_bytes, u16::to_be_bytes] {
                assert_eq!(decode(utf_16(text, unit)), Err(NotUtf8::Utf16), "{text:?}");
            }
        }
        assert_eq!(decode(b"\xff\xfe\0\0a\0\0\0".to_vec()), Err(NotUtf8::Utf32));
        let latin_1 = b"a: 1\nb: na\xefve\n".to_vec();
        assert_eq!(decode(latin_1), Err(NotUtf8::Other { line: 2, at: 6 }));
    }
}
