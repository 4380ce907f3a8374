//! A moment, to the microsecond.

use std::fmt;
use std::str::FromStr;

use crate::text::travels_as_text;

/// A moment in UTC, to the microsecond.
///
/// Written as RFC 3339 with exactly six fractional digits (`2025-01-25T10:11:12.000000Z`), so that text order
/// is time order: it is used as a sort key. Read from any RFC 3339 text from the year 0000 to 30 December 9999,
/// with 0–9 fractional digits and any offset, as Go's `time.RFC3339Nano` writes them; digits beyond the sixth are
/// cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// The moment on the system's clock.
    pub fn now() -> Self {
        Self::truncate(jiff::Timestamp::now()).unwrap_or(Self(jiff::Timestamp::UNIX_EPOCH))
    }

    /// The moment as a `jiff` timestamp.
    pub fn as_jiff(self) -> jiff::Timestamp {
        self.0
    }

    fn truncate(moment: jiff::Timestamp) -> Result<Self, InvalidTimestamp> {
        let micros = moment.as_nanosecond().div_euclid(1_000);
        let micros = i64::try_from(micros).map_err(|_| InvalidTimestamp)?;
        if !(Self::MIN_MICROS..=Self::MAX_MICROS).contains(&micros) {
            return Err(InvalidTimestamp);
        }
        jiff::Timestamp::from_microsecond(micros)
            .map(Self)
            .map_err(|_| InvalidTimestamp)
    }

    /// 0000-01-01T00:00:00.000000Z: an earlier year is not written with four digits.
    const MIN_MICROS: i64 = -62_167_219_200_000_000;
    /// 9999-12-30T22:00:00.000000Z, the last moment that `jiff` makes of microseconds.
    const MAX_MICROS: i64 = 253_402_207_200_000_000;
}

impl TryFrom<jiff::Timestamp> for Timestamp {
    type Error = InvalidTimestamp;

    /// Cuts the moment off to the microsecond.
    ///
    /// # Errors
    /// When its year is before 0000: such a year is not written with four digits.
    fn try_from(moment: jiff::Timestamp) -> Result<Self, Self::Error> {
        Self::truncate(moment)
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::truncate(text.parse::<jiff::Timestamp>().map_err(|_| InvalidTimestamp)?)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.6}", self.0)
    }
}

travels_as_text!(Timestamp);

/// A text that is not a [`Timestamp`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an RFC 3339 date and time such as `2025-01-25T10:11:12.000000Z`")]
pub struct InvalidTimestamp;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_text_has_six_fractional_digits() {
        for (text, canonical) in [
            ("2025-01-25T10:11:12Z", "2025-01-25T10:11:12.000000Z"),
            ("2025-01-25T10:11:12.5Z", "2025-01-25T10:11:12.500000Z"),
            ("2025-01-25T10:11:12.123456789Z", "2025-01-25T10:11:12.123456Z"),
            ("2025-01-25T12:11:12.1+02:00", "2025-01-25T10:11:12.100000Z"),
            ("1969-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.999999Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000000Z"),
            ("9999-12-30T22:00:00.000000999Z", "9999-12-30T22:00:00.000000Z"),
        ] {
            assert_eq!(
                text.parse::<Timestamp>().unwrap().to_string(),
                canonical,
                "{text}"
            );
        }
    }

    #[test]
    fn what_names_no_moment_is_refused() {
        for text in [
            "",
            "2025-01-25",
            "2025-01-25T10:11:12",
            "yesterday",
            "2025-02-30T00:00:00Z",
            "1737799872",
            "9999-12-31T00:00:00Z",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(InvalidTimestamp), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn text_order_is_time_order(
            a in Timestamp::MIN_MICROS..=Timestamp::MAX_MICROS,
            b in Timestamp::MIN_MICROS..=Timestamp::MAX_MICROS,
        ) {
            let at = |micros| Timestamp(jiff::Timestamp::from_microsecond(micros).unwrap());
            prop_assert_eq!(at(a).to_string().cmp(&at(b).to_string()), a.cmp(&b));
        }

        #[test]
        fn text_reads_back_as_the_same_moment(micros in Timestamp::MIN_MICROS..=Timestamp::MAX_MICROS) {
            let moment = Timestamp(jiff::Timestamp::from_microsecond(micros).unwrap());
            prop_assert_eq!(moment.to_string().parse(), Ok(moment));
        }
    }
}
