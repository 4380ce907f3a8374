//! PURE: the regions that a stack can be deployed to, and their partitions.

use std::fmt;
use std::str::FromStr;

use fancy_regex::Regex;

use super::Hint;

/// A region: a known one, or one whose name follows AWS's pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Region(String);

/// A text that is not a region, or a region that cannot be deployed to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegionError {
    /// AWS has the region, but Lambda has no function URLs there.
    #[error("the region `{0}` has no function URLs")]
    WithoutFunctionUrls(String),
    /// The name is not that of a region.
    #[error("unknown region `{0}`")]
    Unknown(String),
}

/// A part of AWS with its own accounts, ARNs and domain names.
#[derive(Debug, PartialEq, Eq)]
pub struct Partition {
    /// Its name in ARNs, such as `aws`.
    pub name: &'static str,
    /// The domain of its services' host names, `AWS::URLSuffix`.
    pub domain: &'static str,
    /// The prefix of its regions' names.
    regions: &'static str,
}

/// The partitions that the SDKs know
/// ([partitions.json](https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json)). The public one
/// comes last, because its regions have many prefixes.
const PARTITIONS: [Partition; 8] = [
    partition("aws-cn", "amazonaws.com.cn", "cn-"),
    partition("aws-us-gov", "amazonaws.com", "us-gov-"),
    partition("aws-iso", "c2s.ic.gov", "us-iso-"),
    partition("aws-iso-b", "sc2s.sgov.gov", "us-isob-"),
    partition("aws-iso-e", "cloud.adc-e.uk", "eu-isoe-"),
    partition("aws-iso-f", "csp.hci.ic.gov", "us-isof-"),
    partition("aws-eusc", "amazonaws.eu", "eusc-"),
    partition("aws", "amazonaws.com", ""),
];

const fn partition(name: &'static str, domain: &'static str, regions: &'static str) -> Partition {
    Partition {
        name,
        domain,
        regions,
    }
}

impl Partition {
    /// The partition of a region, by the prefix of the region's name.
    pub fn of(region: &str) -> &'static Self {
        let [.., public] = &PARTITIONS;
        PARTITIONS
            .iter()
            .find(|partition| region.starts_with(partition.regions))
            .unwrap_or(public)
    }
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

/// The regions without function URLs, from <https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html>.
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

/// The pattern of region names.
pub(super) const PATTERN: &str = "^[a-z]{2,4}(-(gov|isob?|isoe|isof|[a-z]{2}))?-(central|((north|south)(east|west)?)|east|west)-[0-9]{1,2}$";

impl Region {
    /// Lists the regions that are known to have function URLs.
    pub fn known() -> impl Iterator<Item = &'static str> {
        WITH_FUNCTION_URLS.into_iter()
    }

    /// Tells whether the region is known to have function URLs; AWS may have added others since.
    pub fn is_known(&self) -> bool {
        WITH_FUNCTION_URLS.contains(&self.as_str())
    }

    /// The name as a string.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The region's partition.
    pub fn partition(&self) -> &'static Partition {
        Partition::of(&self.0)
    }

    /// The name of a regional service principal, as in policies: `logs.eu-central-1.amazonaws.com`.
    pub fn service(&self, service: &str) -> String {
        format!("{service}.{self}.{}", self.partition().domain)
    }
}

impl FromStr for Region {
    type Err = RegionError;

    fn from_str(text: &str) -> Result<Self, RegionError> {
        if WITHOUT_FUNCTION_URLS.contains(&text) {
            Err(RegionError::WithoutFunctionUrls(text.to_owned()))
        } else if WITH_FUNCTION_URLS.contains(&text) || is_made_as_a_region(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(RegionError::Unknown(text.to_owned()))
        }
    }
}

/// Tells whether a name follows AWS's pattern: an area, perhaps a qualifier, a direction, a number.
fn is_made_as_a_region(text: &str) -> bool {
    Regex::new(PATTERN).is_ok_and(|pattern| pattern.is_match(text).unwrap_or(false))
}

impl fmt::Display for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Hint for RegionError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::WithoutFunctionUrls(_) => Some(format!(
                "the ones that have are {}",
                WITH_FUNCTION_URLS.join(", ")
            )),
            Self::Unknown(written) => Some(
                match cfn_template::problem::nearest(written, WITH_FUNCTION_URLS) {
                    Some(region) => format!("did you mean `{region}`?"),
                    None => format!("the known ones are {}", WITH_FUNCTION_URLS.join(", ")),
                },
            ),
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

    #[test]
    fn a_region_tells_its_partition_and_its_domain() {
        for (region, name, domain) in [
            ("eu-central-1", "aws", "amazonaws.com"),
            ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
            ("cn-northwest-1", "aws-cn", "amazonaws.com.cn"),
            ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
            ("us-iso-east-1", "aws-iso", "c2s.ic.gov"),
            ("us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov"),
            ("eu-isoe-west-1", "aws-iso-e", "cloud.adc-e.uk"),
            ("eusc-de-east-1", "aws-eusc", "amazonaws.eu"),
            ("us-east-1", "aws", "amazonaws.com"),
        ] {
            let region: Region = region.parse().unwrap();
            let Partition {
                name: found,
                domain: of,
                ..
            } = region.partition();
            assert_eq!((*found, *of), (name, domain), "{region}");
        }
        let service = "cn-north-1".parse::<Region>().unwrap().service("logs");
        assert_eq!(service, "logs.cn-north-1.amazonaws.com.cn");
    }

    #[test]
    fn a_region_that_is_not_known_yet_is_one_and_what_is_made_otherwise_is_none() {
        for new in [
            "de-central-1",
            "us-southeast-12",
            "cn-south-3",
            "eusc-de-east-1",
            "us-isob-east-1",
        ] {
            assert!(!new.parse::<Region>().unwrap().is_known(), "{new}");
        }
        for bad in [
            "",
            "eu",
            "eu-central",
            "eu-central-1a",
            "eu-central-",
            "EU-CENTRAL-1",
            "eu-middle-1",
            "eu-central-123",
            "-central-1",
            "eu--central-1",
            "us-gov-west-1-x",
            "eu_central_1",
            " eu-central-1",
        ] {
            assert_eq!(bad.parse::<Region>(), Err(RegionError::Unknown(bad.to_owned())));
        }
    }
}
