//! PURE: the choice of a release.

use std::str::FromStr;

use jiff::Timestamp;

use super::ReleaseId;

/// The choice of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReleaseChoice {
    /// The release whose name begins like this.
    Named(String),
    /// The release that was live at this time: the last one up to then.
    At(Timestamp),
}

/// Why a choice matches no single release.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoChoice {
    /// There is none.
    #[error("no release is called `{0}`")]
    Unknown(String),
    /// There is more than one.
    #[error("more than one release is called `{beginning}…`: `{first}`, `{second}`")]
    Ambiguous {
        /// The given prefix.
        beginning: String,
        /// The oldest match.
        first: ReleaseId,
        /// The next match.
        second: ReleaseId,
    },
    /// The first release is later than this time.
    #[error("nothing was released by {0}")]
    NothingYet(Timestamp),
}

/// A text that cannot name a release.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is neither the name of a release, such as `20261123T233618.123Z` or its beginning, nor a time, such as \
     `2026-11-23T23:36:18Z`"
)]
pub struct InvalidChoice(String);

impl ReleaseChoice {
    /// Finds the chosen release among all, which are sorted oldest first.
    ///
    /// # Errors
    /// There is no match, or more than one.
    pub fn among<'ids>(&self, ids: &'ids [ReleaseId]) -> Result<&'ids ReleaseId, NoChoice> {
        match self {
            Self::At(time) => ids
                .iter()
                .rfind(|id| id.time() <= *time)
                .ok_or(NoChoice::NothingYet(*time)),
            Self::Named(beginning) => {
                let mut matching = ids.iter().filter(|id| id.as_str().starts_with(beginning));
                match (matching.next(), matching.next()) {
                    (Some(only), None) => Ok(only),
                    (Some(first), Some(second)) => Err(NoChoice::Ambiguous {
                        beginning: beginning.clone(),
                        first: first.clone(),
                        second: second.clone(),
                    }),
                    (None, _) => Err(NoChoice::Unknown(beginning.clone())),
                }
            }
        }
    }
}

impl FromStr for ReleaseChoice {
    type Err = InvalidChoice;

    fn from_str(text: &str) -> Result<Self, InvalidChoice> {
        let may_begin_a_name = text.starts_with(|first: char| first.is_ascii_digit())
            && text
                .chars()
                .all(|character| character.is_ascii_digit() || "TZ.".contains(character));
        if may_begin_a_name {
            return Ok(Self::Named(text.to_owned()));
        }
        text.parse()
            .map(Self::At)
            .map_err(|_| InvalidChoice(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids() -> Vec<ReleaseId> {
        [
            "20270115T080000.000Z",
            "20270115T090000.000Z",
            "20270116T080000.000Z",
        ]
        .map(|text| text.parse().unwrap())
        .to_vec()
    }

    fn chosen(text: &str) -> Result<String, String> {
        let choice: ReleaseChoice = text.parse().map_err(|error: InvalidChoice| error.to_string())?;
        let found = choice.among(&ids()).map(ToString::to_string);
        found.map_err(|error| error.to_string())
    }

    #[test]
    fn a_name_may_be_cut_short_as_long_as_it_means_one() {
        assert_eq!(chosen("20270115T09").unwrap(), "20270115T090000.000Z");
        assert_eq!(chosen("20270116").unwrap(), "20270116T080000.000Z");
        insta::assert_snapshot!(chosen("20270115").unwrap_err(), @"more than one release is called `20270115…`: `20270115T080000.000Z`, `20270115T090000.000Z`");
        insta::assert_snapshot!(chosen("2028").unwrap_err(), @"no release is called `2028`");
    }

    #[test]
    fn a_time_means_what_was_deployed_then() {
        assert_eq!(chosen("2027-01-15T23:00:00Z").unwrap(), "20270115T090000.000Z");
        assert_eq!(
            chosen("2027-01-15T10:00:00+02:00").unwrap(),
            "20270115T080000.000Z"
        );
        insta::assert_snapshot!(chosen("2027-01-15T07:59:59Z").unwrap_err(), @"nothing was released by 2027-01-15T07:59:59Z");
    }

    #[test]
    fn anything_else_is_told_with_what_there_could_be() {
        insta::assert_snapshot!(chosen("yesterday").unwrap_err(), @"`yesterday` is neither the name of a release, such as `20261123T233618.123Z` or its beginning, nor a time, such as `2026-11-23T23:36:18Z`");
    }
}
