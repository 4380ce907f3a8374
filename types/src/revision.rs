//! The position of an event in its stream.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The position of an event in its stream: 1 for the first, then one more for each, without gaps.
///
/// It is between 1 and 2⁵³−1, which every JSON parser represents exactly (RFC 8259 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(NonZeroU64);

impl Revision {
    /// The revision of a stream's first event.
    pub const FIRST: Self = Self(NonZeroU64::MIN);

    /// The largest revision.
    pub const MAX: u64 = (1 << 53) - 1;

    /// The revision as a number.
    pub fn as_u64(self) -> u64 {
        self.0.get()
    }

    /// The revision plus `count`, or `None` beyond [`Self::MAX`].
    pub fn checked_add(self, count: u64) -> Option<Self> {
        Self::try_from(self.as_u64().checked_add(count)?).ok()
    }

    /// The revision plus `count`, at most [`Self::MAX`].
    #[must_use]
    pub fn saturating_add(self, count: u64) -> Self {
        let most = self.0.saturating_add(count);
        Self(most.min(NonZeroU64::MIN.saturating_add(Self::MAX - 1)))
    }

    /// The previous revision, or `None` for the first.
    pub fn previous(self) -> Option<Self> {
        Self::try_from(self.as_u64() - 1).ok()
    }
}

impl TryFrom<u64> for Revision {
    type Error = InvalidRevision;

    fn try_from(number: u64) -> Result<Self, Self::Error> {
        NonZeroU64::new(number)
            .filter(|number| number.get() <= Self::MAX)
            .map(Self)
            .ok_or(InvalidRevision)
    }
}

impl From<Revision> for u64 {
    fn from(revision: Revision) -> Self {
        revision.as_u64()
    }
}

impl FromStr for Revision {
    type Err = InvalidRevision;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // `u64::from_str` accepts a leading `+` and leading zeros, which would give one revision many spellings.
        if text.starts_with(['+', '0']) {
            return Err(InvalidRevision);
        }
        text.parse::<u64>().map_err(|_| InvalidRevision)?.try_into()
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl Serialize for Revision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.as_u64())
    }
}

impl<'de> Deserialize<'de> for Revision {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u64::deserialize(deserializer)?
            .try_into()
            .map_err(serde::de::Error::custom)
    }
}

/// A number or text that is not a [`Revision`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number between 1 and 9007199254740991")]
pub struct InvalidRevision;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_from_one_to_the_largest_exact_integer_are_revisions() {
        assert_eq!("1".parse(), Ok(Revision::FIRST));
        assert_eq!(
            "9007199254740991".parse::<Revision>().unwrap().as_u64(),
            Revision::MAX
        );
        for text in [
            "0",
            "-1",
            "+1",
            "1.0",
            "1e3",
            "",
            " 1",
            "01",
            "000003",
            "00",
            "9007199254740992",
            "99999999999999999999",
        ] {
            assert_eq!(text.parse::<Revision>(), Err(InvalidRevision), "{text:?}");
        }
    }

    #[test]
    fn there_is_nothing_before_the_first_and_nothing_after_the_largest() {
        assert_eq!(Revision::FIRST.previous(), None);
        let largest = Revision::try_from(Revision::MAX).unwrap();
        assert_eq!(largest.checked_add(1), None);
        assert_eq!(largest.saturating_add(u64::MAX), largest);
        assert_eq!(Revision::FIRST.saturating_add(6).as_u64(), 7);
    }
}
