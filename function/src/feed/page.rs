//! PURE: a page of the feed, added with one put.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use uuid::Uuid;

use super::Entry;

/// The number of a page, counted from 1 without gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageNumber(NonZeroU64);

impl PageNumber {
    /// The number of the first page.
    pub const FIRST: Self = Self(NonZeroU64::MIN);

    /// The largest number: 2⁵³−1, far beyond what a lane can reach in a thousand years.
    pub const MAX: u64 = (1 << 53) - 1;

    /// The number of the page after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The number of the page after `last`, or of the first page if there is none.
    pub fn after(last: Option<Self>) -> Self {
        last.map_or(Self::FIRST, Self::next)
    }

    /// The number of the page before this one, or `None` before the first.
    pub fn previous(self) -> Option<Self> {
        Self::new(self.as_u64() - 1)
    }

    /// The number as an integer.
    pub fn as_u64(self) -> u64 {
        self.0.get()
    }

    /// The number `number`, from 1 to [`Self::MAX`].
    pub fn new(number: u64) -> Option<Self> {
        NonZeroU64::new(number)
            .filter(|number| number.get() <= Self::MAX)
            .map(Self)
    }
}

impl fmt::Display for PageNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl FromStr for PageNumber {
    type Err = InvalidPageNumber;

    /// Parses only the spelling that [`fmt::Display`] writes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with(['+', '0']) {
            return Err(InvalidPageNumber);
        }
        text.parse().ok().and_then(Self::new).ok_or(InvalidPageNumber)
    }
}

/// A text that is not a [`PageNumber`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number between 1 and 9007199254740991")]
pub struct InvalidPageNumber;

/// The random id of an attempt to put pages. With it, the attempt recognises its own page after a lost
/// answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Writer(Uuid);

impl Writer {
    pub(super) fn as_uuid(self) -> Uuid {
        self.0
    }
}

impl From<Uuid> for Writer {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl fmt::Display for Writer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.hyphenated(), formatter)
    }
}

/// A page of the feed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Page {
    /// The attempt that put it.
    pub writer: Writer,
    /// The entries, in order.
    pub entries: Vec<Entry>,
}

/// The capacity of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Capacity {
    /// The maximum number of entries.
    pub entries: usize,
    /// The maximum size in bytes of its entries as JSON. A database item holds 400 KB.
    pub bytes: usize,
}

impl Capacity {
    /// The capacity of every page. 100 entries of about 60 bytes cost 6 write units, and a reader keeps at
    /// most one page.
    pub const PAGE: Self = Self {
        entries: 100,
        bytes: 200_000,
    };

    /// Takes as many of `entries` from the front as a page holds, but at least one.
    pub(super) fn fill(self, entries: impl Iterator<Item = Entry>) -> Vec<Entry> {
        let mut taken = Vec::new();
        let mut bytes = 0;
        for entry in entries.take(self.entries.max(1)) {
            let entry = self.fitted(entry);
            bytes += size(&entry);
            if bytes > self.bytes && !taken.is_empty() {
                break;
            }
            taken.push(entry);
        }
        taken
    }

    /// Drops the types of an entry that are too long for any page.
    fn fitted(self, entry: Entry) -> Entry {
        if size(&entry) > self.bytes {
            entry.without_types()
        } else {
            entry
        }
    }
}

/// The size in bytes of an entry as JSON, with the comma that separates it from the next.
fn size(entry: &Entry) -> usize {
    serde_json::to_vec(entry).map_or(usize::MAX, |json| json.len() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{revision, stream};

    fn entries(count: u64, types: &[&str]) -> impl Iterator<Item = Entry> {
        let types: Vec<_> = types.iter().map(|name| name.parse().unwrap()).collect();
        (1..=count).map(move |first| Entry::commit(stream(), revision(first), types.clone()).unwrap())
    }

    #[test]
    fn a_page_holds_a_hundred_small_commits_in_ten_units_of_1_kb() {
        let page = Capacity::PAGE.fill(entries(101, &["OrderPlaced"]));
        assert_eq!(page.len(), 100);
        let bytes: usize = page.iter().map(size).sum();
        assert!(bytes <= 10 * 1024 - 200, "{bytes}");
    }

    #[test]
    fn a_page_ends_before_the_entry_that_is_too_much() {
        let capacity = Capacity {
            entries: 100,
            bytes: 150,
        };
        assert_eq!(capacity.fill(entries(9, &["a"])).len(), 2);
    }

    #[test]
    fn types_that_no_page_could_hold_are_left_to_the_log() {
        let long = "é".repeat(200);
        let page = Capacity {
            entries: 100,
            bytes: 300,
        }
        .fill(entries(1, &[&long]));
        assert_eq!(page, [Entry::range(stream(), revision(1), revision(1)).unwrap()]);
    }

    #[test]
    fn the_types_of_the_largest_append_fit_a_page() {
        let longest = "\u{10ffff}".repeat(200);
        let largest = entries(1, &vec![longest.as_str(); 100]).next().unwrap();
        assert!(size(&largest) <= Capacity::PAGE.bytes, "{}", size(&largest));
    }

    #[test]
    fn numbers_have_one_spelling() {
        assert_eq!("1".parse(), Ok(PageNumber::FIRST));
        assert_eq!(PageNumber::FIRST.previous(), None);
        assert_eq!(PageNumber::FIRST.next().previous(), Some(PageNumber::FIRST));
        for text in ["0", "+1", "01", "1.0", "", "9007199254740992"] {
            assert_eq!(text.parse::<PageNumber>(), Err(InvalidPageNumber), "{text}");
        }
    }
}
