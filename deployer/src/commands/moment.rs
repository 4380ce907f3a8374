//! PURE: a moment on the command line: a time, or an age.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

/// A given moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// A time.
    At(Timestamp),
    /// This long before now.
    Ago(SignedDuration),
}

/// A text that is not a moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is neither how long ago, such as `90s`, `10m`, `2h` or `3d`, nor a time such as `2026-11-23T10:00:00Z`"
)]
pub(super) struct InvalidMoment(String);

impl Moment {
    /// The time, relative to `now`. An age that is too long gives the earliest possible time.
    pub(super) fn before(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(time) => time,
            Self::Ago(duration) => now.checked_sub(duration).unwrap_or(Timestamp::MIN),
        }
    }
}

impl FromStr for Moment {
    type Err = InvalidMoment;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let ago = || {
            let unit = match text.chars().last()? {
                's' => 1,
                'm' => 60,
                'h' => 3_600,
                'd' => 86_400,
                _ => return None,
            };
            let count: u32 = text[..text.len() - 1].parse().ok()?;
            Some(Self::Ago(SignedDuration::from_secs(i64::from(count) * unit)))
        };
        ago()
            .or_else(|| text.parse().ok().map(Self::At))
            .ok_or_else(|| InvalidMoment(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_time_or_how_long_ago() {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let read = |text: &str| text.parse::<Moment>().unwrap().before(now).to_string();
        let read = ["90s", "10m", "2h", "3d", "2026-11-23T11:00:00+02:00"].map(read);
        assert_eq!(
            read,
            [
                "2026-11-23T09:58:30Z",
                "2026-11-23T09:50:00Z",
                "2026-11-23T08:00:00Z",
                "2026-11-20T10:00:00Z",
                "2026-11-23T09:00:00Z"
            ]
        );
    }

    #[test]
    fn anything_else_is_no_moment() {
        for text in ["", "m", "-5m", "yesterday", "5", "2026-11-23"] {
            assert_eq!(text.parse::<Moment>(), Err(InvalidMoment(text.to_owned())));
        }
    }
}
