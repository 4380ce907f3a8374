//! PURE: the addresses of an environment outside AWS.

use std::fmt;
use std::str::FromStr;

use super::Hint;

/// The base URL of the AWS APIs, without a trailing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(String);

/// The pattern of a function URL: contains `{id}`, and begins with `{endpoint}` if the URL begins with the endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlPattern(String);

/// A text that is not such an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not an `http` or `https` URL.
    #[error("the endpoint `{0}` is not an http or https URL")]
    Endpoint(String),
    /// A pattern that would give every function the same URL.
    #[error("`url` has no `{{id}}` in `{0}`")]
    WithoutId(String),
    /// A pattern with an unknown placeholder.
    #[error("`url` has the unknown placeholder `{{{placeholder}}}`")]
    UnknownPlaceholder {
        /// The name between the braces.
        placeholder: String,
    },
}

impl Hint for AddressError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Endpoint(_) => Some("an endpoint is written `http://127.0.0.1:4566`".to_owned()),
            Self::WithoutId(_) => None,
            Self::UnknownPlaceholder { .. } => {
                Some("the placeholders are `{endpoint}` and `{id}`".to_owned())
            }
        }
    }
}

impl Endpoint {
    /// The address as a string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl UrlPattern {
    /// The pattern as a string.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The function URL with this `id`, which AWS puts first in the host name.
    pub fn address(&self, endpoint: &Endpoint, id: &str) -> String {
        self.0
            .replace("{endpoint}", endpoint.as_str())
            .replace("{id}", id)
    }
}

impl FromStr for Endpoint {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let address = text.trim_end_matches('/');
        let host = address
            .strip_prefix("http://")
            .or_else(|| address.strip_prefix("https://"));
        let is_host = |host: &str| {
            host.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[')
                && !host.contains(|letter: char| letter.is_whitespace() || "?#@".contains(letter))
        };
        if host.is_some_and(is_host) {
            Ok(Self(address.to_owned()))
        } else {
            Err(AddressError::Endpoint(text.to_owned()))
        }
    }
}

impl FromStr for UrlPattern {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        for after in text.split('{').skip(1) {
            let placeholder = after.split('}').next().unwrap_or_default();
            if !["endpoint", "id"].contains(&placeholder) {
                return Err(AddressError::UnknownPlaceholder {
                    placeholder: placeholder.to_owned(),
                });
            }
        }
        if text.contains("{id}") {
            Ok(Self(text.to_owned()))
        } else {
            Err(AddressError::WithoutId(text.to_owned()))
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_url_is_reached_through_the_endpoint() {
        let endpoint: Endpoint = "http://127.0.0.1:4566/".parse().unwrap();
        let pattern: UrlPattern = "{endpoint}/_aws/lambda-url/{id}/".parse().unwrap();
        assert_eq!(
            pattern.address(&endpoint, "abc"),
            "http://127.0.0.1:4566/_aws/lambda-url/abc/"
        );
    }

    #[test]
    fn an_endpoint_is_an_http_url() {
        for bad in [
            "",
            "127.0.0.1:4566",
            "ftp://host",
            "http://",
            "http:///path",
            "http://a b",
        ] {
            assert_eq!(
                bad.parse::<Endpoint>().unwrap_err(),
                AddressError::Endpoint(bad.to_owned())
            );
        }
    }

    #[test]
    fn a_pattern_tells_one_function_from_another() {
        let without = "http://x/".parse::<UrlPattern>().unwrap_err();
        assert_eq!(without.to_string(), "`url` has no `{id}` in `http://x/`");
        let unknown = "{host}/{id}".parse::<UrlPattern>().unwrap_err();
        assert_eq!(unknown.to_string(), "`url` has the unknown placeholder `{host}`");
    }
}
