//! PURE: the parameters that the deployer fills in, as `Metadata.Deployer.Fill` names them.

use std::fmt;
use std::str::FromStr;

/// What the deployer supplies for a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fill {
    /// `environment`: the environment's name.
    Environment,
    /// `instance`: the name of the separate copy; empty if the stack is none.
    Instance,
    /// `protected`: `true` or `false`.
    Protected,
    /// `architecture`: `arm64` or `x86_64`.
    Architecture,
    /// `endpoint`: the endpoint of the AWS APIs; empty for AWS itself.
    Endpoint,
    /// `url`: the URL pattern, with `{id}` in it, that reaches a function URL behind that endpoint; empty where the
    /// URL that AWS reports works as it is.
    Url,
    /// `artifact-bucket`: the bucket that holds the code.
    ArtifactBucket,
    /// `artifact:<binary>`: the key of a binary's code in that bucket.
    Artifact(String),
    /// `revision:<LogicalId>`: the hash of a resource and of everything that it refers to.
    Revision(String),
}

/// A text that names no value that the deployer supplies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a value that the deployer fills in")]
pub struct UnknownFill(pub String);

impl Fill {
    /// The forms in which a template can ask for a value.
    pub(super) const FORMS: [&'static str; 9] = [
        "environment",
        "instance",
        "protected",
        "architecture",
        "endpoint",
        "url",
        "artifact-bucket",
        "artifact:<binary>",
        "revision:<LogicalId>",
    ];
}

impl FromStr for Fill {
    type Err = UnknownFill;

    fn from_str(text: &str) -> Result<Self, UnknownFill> {
        match text.split_once(':') {
            Some(("artifact", binary)) if !binary.is_empty() => Ok(Self::Artifact(binary.to_owned())),
            Some(("revision", resource)) if !resource.is_empty() => Ok(Self::Revision(resource.to_owned())),
            Some(_) => Err(UnknownFill(text.to_owned())),
            None => match text {
                "environment" => Ok(Self::Environment),
                "instance" => Ok(Self::Instance),
                "protected" => Ok(Self::Protected),
                "architecture" => Ok(Self::Architecture),
                "endpoint" => Ok(Self::Endpoint),
                "url" => Ok(Self::Url),
                "artifact-bucket" => Ok(Self::ArtifactBucket),
                _ => Err(UnknownFill(text.to_owned())),
            },
        }
    }
}

impl fmt::Display for Fill {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => formatter.write_str("environment"),
            Self::Instance => formatter.write_str("instance"),
            Self::Protected => formatter.write_str("protected"),
            Self::Architecture => formatter.write_str("architecture"),
            Self::Endpoint => formatter.write_str("endpoint"),
            Self::Url => formatter.write_str("url"),
            Self::ArtifactBucket => formatter.write_str("artifact-bucket"),
            Self::Artifact(binary) => write!(formatter, "artifact:{binary}"),
            Self::Revision(resource) => write!(formatter, "revision:{resource}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fill_is_read_as_it_is_written() {
        for text in [
            "environment",
            "instance",
            "protected",
            "architecture",
            "endpoint",
            "url",
            "artifact-bucket",
            "artifact:api",
            "revision:ApiFunction",
        ] {
            assert_eq!(text.parse::<Fill>().unwrap().to_string(), text);
        }
        for text in ["", "region", "artifact:", "artifact", "revision:", "release:x"] {
            assert_eq!(text.parse::<Fill>(), Err(UnknownFill(text.to_owned())));
        }
    }
}
