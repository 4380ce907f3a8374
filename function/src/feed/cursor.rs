//! PURE: cursors, with which a caller continues to read the feed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use event_store_types::Revision;

use super::{Incarnation, PageNumber};

/// The position from which a reader of the feed continues.
///
/// Its text is opaque to callers: base64url of `<version>/<incarnation>/<page>/<entry>/<revision>`, or of
/// `<version>/beginning` while there is no feed. It contains the feed's identity, because a position in one
/// feed says nothing about another. It contains a version, so that a later format is not mistaken for damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// The beginning of any future feed.
    Beginning,
    /// A position in a feed.
    At(Incarnation, Position),
}

/// A position in a feed: the next entry, and how much of it the reader has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub page: PageNumber,
    /// The place of the entry in its page, from 0.
    pub entry: usize,
    /// The last revision of the entry that the reader has read, if any.
    pub after: Option<Revision>,
}

impl Position {
    /// The beginning of a feed.
    pub const BEGINNING: Self = Self::at_page(PageNumber::FIRST);

    /// The beginning of a page.
    pub const fn at_page(page: PageNumber) -> Self {
        Self {
            page,
            entry: 0,
            after: None,
        }
    }

    /// Whether the position is within the page, so that the page must exist.
    pub fn is_within_page(self) -> bool {
        self.entry > 0 || self.after.is_some()
    }
}

impl Cursor {
    const VERSION: &str = "1";
    const BEGINNING: &str = "beginning";

    /// Decodes the cursor that a caller sent.
    ///
    /// # Errors
    /// [`InvalidCursor`] tells what is wrong: not a cursor, or one of another version.
    pub fn decode(text: &str) -> Result<Self, InvalidCursor> {
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| InvalidCursor::Malformed)?;
        let plain = std::str::from_utf8(&bytes).map_err(|_| InvalidCursor::Malformed)?;
        let (version, rest) = plain.split_once('/').ok_or(InvalidCursor::Malformed)?;
        if version != Self::VERSION {
            let is_number = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
            return Err(if is_number {
                InvalidCursor::OtherVersion
            } else {
                InvalidCursor::Malformed
            });
        }
        let cursor = Self::parse(rest).ok_or(InvalidCursor::Malformed)?;
        // A position has only one spelling.
        if cursor.encode() == text {
            Ok(cursor)
        } else {
            Err(InvalidCursor::Malformed)
        }
    }

    fn parse(text: &str) -> Option<Self> {
        if text == Self::BEGINNING {
            return Some(Self::Beginning);
        }
        let mut parts = text.split('/');
        let incarnation = parts.next()?.parse().ok()?;
        let page = parts.next()?.parse().ok()?;
        let entry = parts.next()?.parse().ok()?;
        let after = match parts.next()? {
            "0" => None,
            text => Some(text.parse().ok()?),
        };
        let position = Position { page, entry, after };
        parts.next().is_none().then_some(Self::At(incarnation, position))
    }

    /// The text of the cursor: letters, digits, `-` and `_`.
    pub fn encode(&self) -> String {
        let rest = match self {
            Self::Beginning => Self::BEGINNING.to_owned(),
            Self::At(incarnation, Position { page, entry, after }) => {
                let after = after.map_or(0, Revision::as_u64);
                format!("{incarnation}/{page}/{entry}/{after}")
            }
        };
        URL_SAFE_NO_PAD.encode(format!("{}/{rest}", Self::VERSION))
    }
}

/// A text that is not a [`Cursor`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCursor {
    /// The text is not a cursor.
    #[error("must be `end`, `end-N` with an N from 1 to 1000, or the `next` of an earlier page of the feed")]
    Malformed,
    /// Another version of the store issued the cursor.
    #[error("was issued by another version of the store: read the feed from the beginning")]
    OtherVersion,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn encoded(plain: &str) -> String {
        URL_SAFE_NO_PAD.encode(plain)
    }

    fn cursor(page: u64, entry: usize, after: Option<u64>) -> Cursor {
        let position = Position {
            page: PageNumber::new(page).unwrap(),
            entry,
            after: after.map(|after| after.try_into().unwrap()),
        };
        Cursor::At(Incarnation::from(Uuid::from_u128(7)), position)
    }

    #[test]
    fn a_cursor_reads_back() {
        for cursor in [
            Cursor::Beginning,
            cursor(1, 0, None),
            cursor(12, 99, Some(100_000)),
        ] {
            assert_eq!(Cursor::decode(&cursor.encode()), Ok(cursor));
        }
        let plain = "1/00000000-0000-0000-0000-000000000007/12/3/5";
        assert_eq!(cursor(12, 3, Some(5)).encode(), encoded(plain));
    }

    #[test]
    fn another_version_is_told_from_damage() {
        assert_eq!(
            Cursor::decode(&encoded("2/anything")),
            Err(InvalidCursor::OtherVersion)
        );
        let whole = cursor(12, 3, Some(5)).encode();
        let feed = "00000000-0000-0000-0000-000000000007";
        for text in [
            "",
            "beginning",
            &format!("{whole}="),
            &whole[..whole.len() - 2],
            &encoded("1"),
            &encoded("x/beginning"),
            &encoded("1/Beginning"),
            &encoded(&format!("1/{feed}")),
            &encoded(&format!("1/{feed}/0/0/0")),
            &encoded(&format!("1/{feed}/1/-1/0")),
            &encoded(&format!("1/{feed}/1/01/0")),
            &encoded(&format!("1/{feed}/1/+1/0")),
            &encoded(&format!("1/{feed}/1/0/00")),
            &encoded(&format!("1/{feed}/1/0/0/0")),
        ] {
            assert_eq!(Cursor::decode(text), Err(InvalidCursor::Malformed), "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_but_a_cursor_is_one(text in "\\PC*") {
            if let Ok(cursor) = Cursor::decode(&text) {
                prop_assert_eq!(cursor.encode(), text);
            }
        }
    }
}
