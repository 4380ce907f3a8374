//! PURE: the name of a release.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use jiff::{Timestamp, Unit};
use serde::{Deserialize, Serialize};

/// The name of a release of a stack: the time at which its deployment began, such as `20261123T233618.123Z`.
///
/// Names sort chronologically and need no escaping in a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReleaseId {
    text: String,
    time: Timestamp,
}

const FORMAT: &str = "%Y%m%dT%H%M%S%.3fZ";

impl ReleaseId {
    /// The name of the release whose deployment began at `time`, to the millisecond.
    pub fn at(time: Timestamp) -> Self {
        // Rounding fails only beyond the year 9999.
        let time = time.round(Unit::Millisecond).unwrap_or(time);
        Self {
            text: time.strftime(FORMAT).to_string(),
            time,
        }
    }

    /// When the deployment began.
    pub fn time(&self) -> Timestamp {
        self.time
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Display for ReleaseId {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl From<ReleaseId> for String {
    fn from(id: ReleaseId) -> Self {
        id.text
    }
}

impl TryFrom<String> for ReleaseId {
    type Error = NoReleaseId;

    fn try_from(text: String) -> Result<Self, NoReleaseId> {
        text.parse()
    }
}

impl FromStr for ReleaseId {
    type Err = NoReleaseId;

    fn from_str(text: &str) -> Result<Self, NoReleaseId> {
        let no_id = || NoReleaseId(text.to_owned());
        let civil = jiff::civil::DateTime::strptime(FORMAT, text).map_err(|_| no_id())?;
        let time = civil
            .to_zoned(jiff::tz::TimeZone::UTC)
            .map_err(|_| no_id())?
            .timestamp();
        let id = Self::at(time);
        // A time must have only one spelling, or a release could have two names.
        if id.text == text { Ok(id) } else { Err(no_id()) }
    }
}

/// A text that is not the name of a release.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the name of a release, which is like `20261123T233618.123Z`")]
pub struct NoReleaseId(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_named_by_its_time() {
        let id = ReleaseId::at(Timestamp::from_millisecond(1_800_000_000_042).unwrap());
        assert_eq!(id.as_str(), "20270115T080000.042Z");
        assert_eq!("20270115T080000.042Z".parse(), Ok(id));
    }

    #[test]
    fn names_sort_as_the_releases_followed_each_other() {
        let ids = [999, 1_000, 61_000].map(|milliseconds| {
            ReleaseId::at(Timestamp::from_millisecond(1_800_000_000_000 + milliseconds).unwrap())
        });
        assert!(ids.is_sorted());
        assert!(ids.map(String::from).is_sorted());
    }

    #[test]
    fn another_spelling_names_nothing() {
        for text in [
            "",
            "2027-01-15T08:00:00.042Z",
            "20270115T080000Z",
            "20270115T080000.0420Z",
            "20271315T080000.042Z",
        ] {
            assert_eq!(text.parse::<ReleaseId>(), Err(NoReleaseId(text.to_owned())));
        }
    }
}
