//! A moment, to the microsecond.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use crate::text::travels_as_text;

/// A moment in UTC, to the microsecond.
///
/// It is written as RFC 3339 with exactly six fractional digits (`2025-01-25T10:11:12.000000Z`), so that the order of
/// texts is the order of time and it can be a sort key. It parses from an RFC 3339 `date-time` (§5.6) and nothing else, with
/// any offset and any number of fractional digits; digits after the sixth are cut off. In UTC, the year is 0000 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Microseconds since 1970.
    micros: i64,
}

impl Timestamp {
    /// 0000-01-01T00:00:00.000000Z: an earlier year has no four digits.
    const MIN_MICROS: i64 = -62_167_219_200_000_000;
    /// 9999-12-31T23:59:59.999999Z: nor has a later one.
    const MAX_MICROS: i64 = 253_402_300_799_999_999;

    /// The current time of the system clock.
    pub fn now() -> Self {
        Self::try_from(SystemTime::now()).unwrap_or(Self { micros: 0 })
    }

    /// The moment that is `span` earlier, to the microsecond; `None` if that is before the year 0000.
    pub fn checked_sub(self, span: Duration) -> Option<Self> {
        let span = i128::try_from(span.as_micros()).ok()?;
        Self::of_micros(i128::from(self.micros) - span).ok()
    }

    /// The moment as a `jiff` timestamp. Moments in the last 26 hours of the year 9999, which `jiff` cannot represent, become its last one.
    #[cfg(feature = "jiff")]
    pub fn as_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.micros).unwrap_or(jiff::Timestamp::MAX)
    }

    fn of_micros(micros: i128) -> Result<Self, InvalidTimestamp> {
        i64::try_from(micros)
            .ok()
            .filter(|micros| (Self::MIN_MICROS..=Self::MAX_MICROS).contains(micros))
            .map(|micros| Self { micros })
            .ok_or(InvalidTimestamp(Invalid::Year))
    }
}

#[cfg(feature = "jiff")]
impl TryFrom<jiff::Timestamp> for Timestamp {
    type Error = InvalidTimestamp;

    /// Truncates the moment to the microsecond.
    ///
    /// # Errors
    /// The year is before 0000, and has no four digits.
    fn try_from(moment: jiff::Timestamp) -> Result<Self, Self::Error> {
        Self::of_micros(moment.as_nanosecond().div_euclid(1_000))
    }
}

impl TryFrom<SystemTime> for Timestamp {
    type Error = InvalidTimestamp;

    /// Truncates the moment to the microsecond.
    ///
    /// # Errors
    /// The year is not 0000 to 9999.
    fn try_from(moment: SystemTime) -> Result<Self, Self::Error> {
        let micros = match moment.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => i128::try_from(since.as_micros()).map_err(|_| InvalidTimestamp(Invalid::Year))?,
            // Before 1970, too, truncation goes towards the past.
            Err(before) => {
                let nanos = i128::try_from(before.duration().as_nanos())
                    .map_err(|_| InvalidTimestamp(Invalid::Year))?;
                (-nanos).div_euclid(1_000)
            }
        };
        Self::of_micros(micros)
    }
}

impl From<Timestamp> for SystemTime {
    fn from(moment: Timestamp) -> Self {
        let distance = Duration::from_micros(moment.micros.unsigned_abs());
        if moment.micros < 0 {
            Self::UNIX_EPOCH - distance
        } else {
            Self::UNIX_EPOCH + distance
        }
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text)
            .and_then(|micros| Self::of_micros(micros).ok())
            .ok_or(InvalidTimestamp(Invalid::Text))
    }
}

/// Reads RFC 3339's `date-time` as microseconds since 1970.
fn read(text: &str) -> Option<i128> {
    // The shortest text is `0000-00-00T00:00:00Z`, and all of it is ASCII.
    let (second, rest) = text.is_ascii().then(|| text.split_at_checked(19))??;
    let shape: String = second
        .chars()
        .map(|character| {
            if character.is_ascii_digit() {
                '0'
            } else {
                character
            }
        })
        .collect();
    if !shape.eq_ignore_ascii_case("0000-00-00T00:00:00") {
        return None;
    }
    let number = |from: usize, to: usize| second[from..to].parse::<i8>().ok();
    let date = jiff::civil::Date::new(second[..4].parse().ok()?, number(5, 7)?, number(8, 10)?).ok()?;
    // A leap second counts as the second before it, as in POSIX.
    let seconds = number(17, 19)?;
    let time = jiff::civil::Time::new(number(11, 13)?, number(14, 16)?, seconds.min(59), 0).ok()?;
    if seconds > 60 {
        return None;
    }
    let (fraction, offset) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(rest.find(|character: char| !character.is_ascii_digit())?),
        None => ("0", rest),
    };
    if fraction.is_empty() {
        return None;
    }
    let micros: i128 = format!("{fraction:0<6}")[..6].parse().ok()?;
    let epoch = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0);
    let since = date.to_datetime(time).duration_since(epoch).as_secs() - offset_seconds(offset)?;
    // A leap second is the last second of a day in UTC, whatever the offset (RFC 3339 §5.7).
    if seconds == 60 && since.rem_euclid(86_400) != 86_399 {
        return None;
    }
    Some(i128::from(since) * 1_000_000 + micros)
}

/// Reads `Z` or `±hh:mm`, in seconds.
fn offset_seconds(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("Z") {
        return Some(0);
    }
    let &[sign, h1, h2, b':', m1, m2] = text.as_bytes() else {
        return None;
    };
    let number = |tens: u8, ones: u8| {
        let is_number = tens.is_ascii_digit() && ones.is_ascii_digit();
        is_number.then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
    };
    let (hours, minutes) = (number(h1, h2)?, number(m1, m2)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = hours * 3_600 + minutes * 60;
    match sign {
        b'+' => Some(seconds),
        b'-' => Some(-seconds),
        _ => None,
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let epoch = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0);
        // Every moment between the first and the last has a date.
        let moment = epoch
            .checked_add(jiff::SignedDuration::from_micros(self.micros))
            .map_err(|_| fmt::Error)?;
        write!(formatter, "{moment:.6}Z")
    }
}

travels_as_text!(Timestamp);

/// What is not a [`Timestamp`]: a text of another form, or a moment of a year that is not one of 0000 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct InvalidTimestamp(Invalid);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Invalid {
    #[error("must be an RFC 3339 date and time such as `2025-01-25T10:11:12.000000Z`")]
    Text,
    #[error("the moment's year must be one of 0000 to 9999")]
    Year,
}

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
            ("9999-12-31T23:59:59.9999999999Z", "9999-12-31T23:59:59.999999Z"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000000Z"),
            ("0000-01-01T23:59:00+23:59", "0000-01-01T00:00:00.000000Z"),
            ("2025-01-25t10:11:12.5z", "2025-01-25T10:11:12.500000Z"),
            ("2025-01-25T10:11:12-00:00", "2025-01-25T10:11:12.000000Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000000Z"),
            ("2017-01-01T08:59:60.5+09:00", "2016-12-31T23:59:59.500000Z"),
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
            // What others take beside RFC 3339.
            "2025-01-25T10:11Z",
            "2025-01-25T10Z",
            "20250125T101112Z",
            "2025-01-25 10:11:12Z",
            "2025-01-25T10:11:12",
            "2025-01-25T10:11:12 02:00",
            "2025-01-25T10:11:12+02",
            "2025-01-25T10:11:12+0200",
            "2025-01-25T10:11:12+02:00:00",
            "2025-01-25T10:11:12+24:00",
            "2025-01-25T10:11:12Z[UTC]",
            "2025-01-25T10:11:12+01:00[Europe/Berlin]",
            "2025-01-25T10:11:12,5Z",
            "2025-01-25T10:11:12.Z",
            "2025-01-25T24:00:00Z",
            "2025-01-25T10:11:61Z",
            "2025-01-25T10:11:60Z",
            "2016-12-31T23:59:60+01:00",
            "+002025-01-25T10:11:12Z",
            "-000001-01-25T10:11:12Z",
            " 2025-01-25T10:11:12Z",
            "2025-01-25T10:11:12Z ",
            "２025-01-25T10:11:12Z",
            // Within the grammar, and beyond the years of four digits.
            "0000-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
        ] {
            let wrong = text.parse::<Timestamp>();
            assert_eq!(wrong, Err(InvalidTimestamp(Invalid::Text)), "{text:?}");
        }
    }

    #[test]
    fn a_moment_of_no_year_that_is_written_is_told_so() {
        let seconds = Duration::from_secs(300_000_000_000);
        for far in [SystemTime::UNIX_EPOCH + seconds, SystemTime::UNIX_EPOCH - seconds] {
            let error = Timestamp::try_from(far).unwrap_err();
            assert_eq!(error.to_string(), "the moment's year must be one of 0000 to 9999");
        }
    }

    #[test]
    fn nothing_comes_before_the_first_moment() {
        let moment: Timestamp = "2025-01-25T10:11:12.5Z".parse().unwrap();
        let earlier = moment.checked_sub(Duration::from_millis(1_500)).unwrap();
        assert_eq!(earlier.to_string(), "2025-01-25T10:11:11.000000Z");
        assert_eq!(moment.checked_sub(Duration::MAX), None);
        let before_1970 = SystemTime::UNIX_EPOCH - Duration::from_nanos(1);
        let cut = Timestamp::try_from(before_1970).unwrap();
        assert_eq!(cut.to_string(), "1969-12-31T23:59:59.999999Z");
    }

    proptest! {
        #[test]
        fn text_order_is_time_order(
            a in Timestamp::MIN_MICROS..=Timestamp::MAX_MICROS,
            b in Timestamp::MIN_MICROS..=Timestamp::MAX_MICROS,
        ) {
            let text = |micros| Timestamp { micros }.to_string();
            prop_assert_eq!(text(a).cmp(&text(b)), a.cmp(&b));
        }

        #[test]
        fn text_reads_back_as_the_same_moment(micros in Timestamp::MIN_MICROS..=Timestamp::MAX_MICROS) {
            let moment = Timestamp { micros };
            prop_assert_eq!(moment.to_string().parse(), Ok(moment));
            prop_assert_eq!(Timestamp::try_from(SystemTime::from(moment)), Ok(moment));
            if micros < jiff::Timestamp::MAX.as_microsecond() {
                // `jiff` knows the calendar as well.
                let other = jiff::Timestamp::from_microsecond(micros).unwrap();
                prop_assert_eq!(moment.to_string(), format!("{other:.6}"));
            }
        }
    }
}
