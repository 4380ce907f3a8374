//! The environment's variables, read one by one, and what each must be.

use std::net::IpAddr;
use std::str::FromStr;

use super::{ConfigError, ConfigProblem};

/// The environment, and what was found wrong with it so far.
pub(super) struct Variables<Lookup> {
    lookup: Lookup,
    problems: Vec<ConfigProblem>,
}

impl<Lookup: Fn(&str) -> Option<String>> Variables<Lookup> {
    pub(super) fn new(lookup: Lookup) -> Self {
        Self {
            lookup,
            problems: Vec::new(),
        }
    }

    pub(super) fn required<T: FromStr<Err = &'static str>>(&mut self, variable: &'static str) -> Option<T> {
        if self.is_set(variable) {
            self.optional(variable)
        } else {
            self.problems.push(ConfigProblem {
                variable,
                expectation: "is not set",
            });
            None
        }
    }

    pub(super) fn optional<T: FromStr<Err = &'static str>>(&mut self, variable: &'static str) -> Option<T> {
        let text = (self.lookup)(variable).filter(|text| !text.is_empty())?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(expectation) => {
                self.problems.push(ConfigProblem {
                    variable,
                    expectation,
                });
                None
            }
        }
    }

    /// A variable set to nothing counts as not set: a template writes an absent value so.
    fn is_set(&self, variable: &str) -> bool {
        (self.lookup)(variable).is_some_and(|text| !text.is_empty())
    }

    /// The configuration when nothing was found wrong. `configuration` answers `None` only for a value about
    /// which a problem was noted.
    pub(super) fn finish<T>(self, configuration: impl FnOnce() -> Option<T>) -> Result<T, ConfigError> {
        let problems = self.problems;
        match configuration() {
            Some(configuration) if problems.is_empty() => Ok(configuration),
            _ => Err(ConfigError { problems }),
        }
    }
}

/// Any text that is not empty, which [`Variables`] has seen to.
pub(super) struct Name(pub(super) String);

impl FromStr for Name {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

pub(super) struct Port(pub(super) u16);

impl FromStr for Port {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse()
            .map(Self)
            .map_err(|_| "must be a port between 0 and 65535")
    }
}

pub(super) struct Host(pub(super) IpAddr);

impl FromStr for Host {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse()
            .map(Self)
            .map_err(|_| "must be an IP address, such as `127.0.0.1` or `0.0.0.0`")
    }
}

pub(super) struct TopicArn(pub(super) String);

impl FromStr for TopicArn {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.split(':').collect();
        if parts.len() == 6 && parts[0] == "arn" && parts[2] == "sns" {
            Ok(Self(text.to_owned()))
        } else {
            Err("must be the ARN of an SNS topic")
        }
    }
}

pub(super) struct QueueUrl(pub(super) String);

impl FromStr for QueueUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("https://") || text.starts_with("http://") {
            Ok(Self(text.to_owned()))
        } else {
            Err("must be the URL of an SQS queue")
        }
    }
}
