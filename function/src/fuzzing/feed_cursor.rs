//! Cursors of the feed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Verdict;
use crate::feed::cursor::Cursor;

/// Takes a cursor, which is tried as it is, and as what a cursor is made of.
pub fn feed_cursor(input: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(input) else {
        return Verdict::Refused;
    };
    let verdicts = [text.to_owned(), URL_SAFE_NO_PAD.encode(text)].map(|cursor| decode(&cursor));
    if verdicts.contains(&Verdict::Accepted) {
        Verdict::Accepted
    } else {
        Verdict::Refused
    }
}

fn decode(text: &str) -> Verdict {
    match Cursor::decode(text) {
        Ok(cursor) => {
            assert_eq!(cursor.encode(), text, "a cursor has one spelling");
            Verdict::Accepted
        }
        Err(refusal) => {
            assert!(!refusal.to_string().is_empty());
            Verdict::Refused
        }
    }
}
