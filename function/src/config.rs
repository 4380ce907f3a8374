//! Configuration: environment variables, read once and validated together.
//!
//! Only `main` passes the environment, as a look-up function. Every problem is reported at once.

mod variables;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use variables::{Host, Name, Port, QueueUrl, TopicArn, Variables};

/// The configuration of `event-store-api`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiConfig {
    /// The name of the events table, from `EVENTS_TABLE`.
    pub events_table: String,
    /// The name of the catalogue table, from `CATALOGUE_TABLE`.
    pub catalogue_table: String,
    /// The name of the feed table, from `FEED_TABLE`.
    pub feed_table: String,
    /// The kind of deployment, from `EVENT_STORE_MODE`.
    pub mode: Mode,
    /// The least severe level to log, from `LOG_LEVEL`.
    pub log_level: LogLevel,
    /// Where the API is served outside Lambda, from `HOST` and `PORT`; `127.0.0.1:8080` by default. Requests
    /// are not authenticated there, so serving other machines must be a deliberate choice.
    pub address: SocketAddr,
}

impl ApiConfig {
    const DEFAULT_HOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const DEFAULT_PORT: u16 = 8080;

    /// Reads the configuration.
    ///
    /// `EVENTS_STREAM_ARN` and `FEED_STREAM_ARN` are not read. The template sets them so that a recreated
    /// table meets only new processes, which remember nothing of the old one.
    ///
    /// # Errors
    /// All variables that are missing or invalid.
    pub fn from_environment(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut variables = Variables::new(lookup);
        let events_table = variables.required("EVENTS_TABLE");
        let catalogue_table = variables.required("CATALOGUE_TABLE");
        let feed_table = variables.required("FEED_TABLE");
        let mode = variables.required("EVENT_STORE_MODE");
        let log_level = variables.optional("LOG_LEVEL");
        let host = variables.optional("HOST").map(|Host(host)| host);
        let port = variables.optional("PORT").map(|Port(port)| port);
        variables.finish(|| {
            Some(Self {
                events_table: events_table.map(|Name(name)| name)?,
                catalogue_table: catalogue_table.map(|Name(name)| name)?,
                feed_table: feed_table.map(|Name(name)| name)?,
                mode: mode?,
                log_level: log_level.unwrap_or_default(),
                address: SocketAddr::new(
                    host.unwrap_or(Self::DEFAULT_HOST),
                    port.unwrap_or(Self::DEFAULT_PORT),
                ),
            })
        })
    }
}

/// The configuration of `event-store-relay`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayConfig {
    /// The name of the events table, from `EVENTS_TABLE`.
    pub events_table: String,
    /// The name of the catalogue table, from `CATALOGUE_TABLE`.
    pub catalogue_table: String,
    /// The name of the feed table, from `FEED_TABLE`.
    pub feed_table: String,
    /// The topic that notifications are published to, from `TOPIC_ARN`.
    pub topic_arn: String,
    /// The queue on which undecodable records are parked, from `FAILURE_QUEUE_URL`.
    pub failure_queue_url: String,
    /// The kind of deployment, from `EVENT_STORE_MODE`.
    pub mode: Mode,
    /// The least severe level to log, from `LOG_LEVEL`.
    pub log_level: LogLevel,
}

impl RelayConfig {
    /// Reads the configuration.
    ///
    /// # Errors
    /// All variables that are missing or invalid.
    pub fn from_environment(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut variables = Variables::new(lookup);
        let events_table = variables.required("EVENTS_TABLE");
        let catalogue_table = variables.required("CATALOGUE_TABLE");
        let feed_table = variables.required("FEED_TABLE");
        let topic_arn = variables.required("TOPIC_ARN");
        let failure_queue_url = variables.required("FAILURE_QUEUE_URL");
        let mode = variables.required("EVENT_STORE_MODE");
        let log_level = variables.optional("LOG_LEVEL");
        variables.finish(|| {
            Some(Self {
                events_table: events_table.map(|Name(name)| name)?,
                catalogue_table: catalogue_table.map(|Name(name)| name)?,
                feed_table: feed_table.map(|Name(name)| name)?,
                topic_arn: topic_arn.map(|TopicArn(arn)| arn)?,
                failure_queue_url: failure_queue_url.map(|QueueUrl(url)| url)?,
                mode: mode?,
                log_level: log_level.unwrap_or_default(),
            })
        })
    }
}

/// The kind of deployment, such as `local`, `staging` or `production`. It appears in the logs and has no
/// other effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mode(Box<str>);

impl Mode {
    /// The mode as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Mode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_name = text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if is_name && (1..=64).contains(&text.len()) {
            Ok(Self(text.into()))
        } else {
            Err("must be 1-64 letters, digits, `-` or `_`")
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// The least severe level that is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogLevel {
    /// Everything.
    Trace,
    /// Details that help to find a fault.
    Debug,
    /// One line per request.
    #[default]
    Info,
    /// Problems that a person should look at some time.
    Warn,
    /// Problems that a person must look at.
    Error,
}

impl FromStr for LogLevel {
    type Err = &'static str;

    /// Ignores case, because Lambda's own setting is in capitals.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_ascii_lowercase().as_str() {
            "trace" => Ok(Self::Trace),
            "debug" => Ok(Self::Debug),
            "info" => Ok(Self::Info),
            "warn" => Ok(Self::Warn),
            "error" => Ok(Self::Error),
            _ => Err("must be `trace`, `debug`, `info`, `warn` or `error`"),
        }
    }
}

/// All problems of the environment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// The problems, in the order in which the variables are read.
    pub problems: Vec<ConfigProblem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(formatter, "{separator}{problem}")?;
        }
        Ok(())
    }
}

/// What is wrong with an environment variable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("environment variable `{variable}` {expectation}")]
pub struct ConfigProblem {
    pub variable: &'static str,
    /// What it must be.
    pub expectation: &'static str,
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn environment(variables: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        let variables: HashMap<String, String> = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        move |name| variables.get(name).cloned()
    }

    const COMPLETE: &[(&str, &str)] = &[
        ("EVENTS_TABLE", "a-events"),
        ("CATALOGUE_TABLE", "a-catalogue"),
        ("FEED_TABLE", "a-feed"),
        ("TOPIC_ARN", "arn:aws:sns:eu-central-1:123456789012:a"),
        (
            "FAILURE_QUEUE_URL",
            "https://sqs.eu-central-1.amazonaws.com/123456789012/a",
        ),
        ("EVENT_STORE_MODE", "staging"),
        ("LOG_LEVEL", "DEBUG"),
        ("HOST", "0.0.0.0"),
        ("PORT", "9000"),
    ];

    #[test]
    fn a_complete_environment_is_read() {
        let api = ApiConfig::from_environment(environment(COMPLETE)).unwrap();
        assert_eq!(
            [api.events_table, api.catalogue_table, api.feed_table],
            ["a-events", "a-catalogue", "a-feed"]
        );
        assert_eq!(
            (api.mode.as_str(), api.log_level, api.address.to_string()),
            ("staging", LogLevel::Debug, "0.0.0.0:9000".to_owned())
        );
        let relay = RelayConfig::from_environment(environment(COMPLETE)).unwrap();
        assert_eq!(relay.topic_arn, "arn:aws:sns:eu-central-1:123456789012:a");
        assert_eq!(
            relay.failure_queue_url,
            "https://sqs.eu-central-1.amazonaws.com/123456789012/a"
        );
    }

    #[test]
    fn address_and_log_level_have_defaults() {
        let api = ApiConfig::from_environment(environment(&[
            ("EVENTS_TABLE", "a"),
            ("CATALOGUE_TABLE", "b"),
            ("FEED_TABLE", "c"),
            ("EVENT_STORE_MODE", "local"),
            ("LOG_LEVEL", ""),
        ]))
        .unwrap();
        assert_eq!(api.address.to_string(), "127.0.0.1:8080");
        assert_eq!(api.log_level, LogLevel::Info);
    }

    #[test]
    fn every_problem_of_the_api_is_named_at_once() {
        let wrong = environment(&[
            ("EVENT_STORE_MODE", "a b"),
            ("LOG_LEVEL", "loud"),
            ("HOST", "everywhere"),
            ("PORT", "web"),
        ]);
        insta::assert_snapshot!(ApiConfig::from_environment(wrong).unwrap_err().to_string().replace("; ", "\n"), @r#"
        environment variable `EVENTS_TABLE` is not set
        environment variable `CATALOGUE_TABLE` is not set
        environment variable `FEED_TABLE` is not set
        environment variable `EVENT_STORE_MODE` must be 1-64 letters, digits, `-` or `_`
        environment variable `LOG_LEVEL` must be `trace`, `debug`, `info`, `warn` or `error`
        environment variable `HOST` must be an IP address, such as `127.0.0.1` or `0.0.0.0`
        environment variable `PORT` must be a port between 0 and 65535
        "#);
    }

    #[test]
    fn every_problem_of_the_relay_is_named_at_once() {
        let wrong = environment(&[
            ("EVENTS_TABLE", ""),
            ("CATALOGUE_TABLE", "b"),
            ("FEED_TABLE", "c"),
            ("TOPIC_ARN", "arn:aws:sqs:eu-central-1:123456789012:a"),
            ("FAILURE_QUEUE_URL", "a-queue"),
        ]);
        insta::assert_snapshot!(RelayConfig::from_environment(wrong).unwrap_err().to_string().replace("; ", "\n"), @r#"
        environment variable `EVENTS_TABLE` is not set
        environment variable `TOPIC_ARN` must be the ARN of an SNS topic
        environment variable `FAILURE_QUEUE_URL` must be the URL of an SQS queue
        environment variable `EVENT_STORE_MODE` is not set
        "#);
    }
}
