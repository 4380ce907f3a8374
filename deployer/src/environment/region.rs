//! PURE: the regions that a stack can be deployed to.

use std::fmt;
use std::str::FromStr;

use super::Hint;

/// A region that has function URLs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Region(&'static str);

/// A text that is no such region.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegionError {
    /// AWS has the region, Lambda has no function URLs in it.
    #[error("the region `{0}` has no function URLs")]
    WithoutFunctionUrls(String),
    /// No region of that name is known.
    #[error("unknown region `{0}`")]
    Unknown(String),
}

/// The regions of the partition `aws` with function URLs.
const WITH_FUNCTION_URLS: [&str; 23] = [
    "af-south-1",
    "ap-east-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-south-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// The regions without, as listed by <https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html>.
const WITHOUT_FUNCTION_URLS: [&str; 11] = [
    "ap-east-2",
    "ap-south-2",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
];

impl Region {
    /// Lists all regions that a stack can be deployed to.
    pub fn all() -> impl Iterator<Item = Self> {
        WITH_FUNCTION_URLS.into_iter().map(Self)
    }

    /// Reads it as a text.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// Names the partition in ARNs: all known regions are in the one of the public cloud.
    pub fn partition(self) -> &'static str {
        "aws"
    }
}

impl FromStr for Region {
    type Err = RegionError;

    fn from_str(text: &str) -> Result<Self, RegionError> {
        match Self::all().find(|region| region.0 == text) {
            Some(region) => Ok(region),
            None if WITHOUT_FUNCTION_URLS.contains(&text) => {
                Err(RegionError::WithoutFunctionUrls(text.to_owned()))
            }
            None => Err(RegionError::Unknown(text.to_owned())),
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

impl Hint for RegionError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::WithoutFunctionUrls(_) => Some(format!(
                "the ones that have are {}",
                WITH_FUNCTION_URLS.join(", ")
            )),
            Self::Unknown(written) => Some(match crate::problem::nearest(written, WITH_FUNCTION_URLS) {
                Some(region) => format!("did you mean `{region}`?"),
                None => format!("the known ones are {}", WITH_FUNCTION_URLS.join(", ")),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_region_is_told_from_one_without_function_urls() {
        assert_eq!("eu-central-1".parse::<Region>().unwrap().as_str(), "eu-central-1");
        let misspelt = "eu-centrl-1".parse::<Region>().unwrap_err();
        assert_eq!(misspelt, RegionError::Unknown("eu-centrl-1".to_owned()));
        assert_eq!(misspelt.hint().unwrap(), "did you mean `eu-central-1`?");
        let without = "eu-central-2".parse::<Region>().unwrap_err();
        assert_eq!(
            without,
            RegionError::WithoutFunctionUrls("eu-central-2".to_owned())
        );
    }
}
