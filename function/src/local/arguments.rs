//! The command line.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use http::Uri;

use super::database::Durability;
use crate::config::LogLevel;
use crate::http::cors::AllowedOrigin;

/// The arguments of `event-store serve`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Keep the events in this folder, created if need be; without it they are kept in memory
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// Acknowledge an append only once it is on the disk, so that a loss of power loses no acknowledged event
    #[arg(long, requires = "data")]
    pub sync: bool,

    /// Serve on this port; 0 takes any that is free
    #[arg(long, default_value_t = 8080, value_parser = port)]
    pub port: u16,

    /// Serve on this address; 0.0.0.0 lets other machines in
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", value_parser = host)]
    pub host: IpAddr,

    /// Announce each event on this SNS topic, and not in the log
    #[arg(long, value_name = "ARN")]
    pub topic_arn: Option<TopicArn>,

    /// Reach the topic's SNS at this endpoint, such as an emulator's
    #[arg(
        long,
        value_name = "URL",
        env = "AWS_ENDPOINT_URL_SNS",
        hide_env_values = true
    )]
    pub sns_endpoint: Option<Endpoint>,

    /// Accept requests for this host, such as `store.test` or `store.test:8080`, while only this machine can reach the store
    #[arg(long, value_name = "HOST")]
    pub allow_host: Vec<String>,

    /// Let web pages of this origin use the store, such as `http://localhost:3000`
    #[arg(long, value_name = "ORIGIN")]
    pub allow_origin: Vec<AllowedOrigin>,

    /// Log this and what is more severe, to stderr: trace, debug, info, warn or error
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    pub log_level: LogLevel,
}

fn port(text: &str) -> Result<u16, &'static str> {
    text.parse().map_err(|_| "must be a port between 0 and 65535")
}

fn host(text: &str) -> Result<IpAddr, &'static str> {
    text.parse()
        .map_err(|_| "must be an IP address, such as `127.0.0.1` or `0.0.0.0`")
}

impl Arguments {
    /// Where to serve.
    pub(super) fn address(&self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
    }

    /// Which losses an acknowledged event in the folder survives.
    pub(super) fn durability(&self) -> Durability {
        if self.sync {
            Durability::PowerLoss
        } else {
            Durability::Kill
        }
    }

    /// Where to announce, if there is a topic.
    pub(super) fn topic(&self) -> Option<Topic> {
        let TopicArn { arn, region } = self.topic_arn.clone()?;
        Some(Topic {
            arn,
            region,
            endpoint: self.sns_endpoint.clone().map(|Endpoint(url)| url),
        })
    }
}

impl Arguments {
    /// Says where notifications go. An endpoint alone names no topic: it may be set for other programs.
    pub(super) fn notifications(&self) -> String {
        match (self.topic(), &self.sns_endpoint) {
            (Some(topic), _) => format!("to {}", topic.arn),
            (None, None) => "a line each on stderr (`--topic-arn ARN` publishes them)".to_owned(),
            (None, Some(_)) => {
                "a line each on stderr; the SNS endpoint is not used without a topic (`--topic-arn ARN`)"
                    .to_owned()
            }
        }
    }
}

/// A topic to announce on.
#[derive(Clone, Debug)]
pub(super) struct Topic {
    pub(super) arn: String,
    pub(super) region: String,
    /// Where it is, unless it is where AWS has it.
    pub(super) endpoint: Option<String>,
}

/// The ARN of an SNS topic, `arn:<partition>:sns:<region>:<account>:<name>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicArn {
    arn: String,
    region: String,
}

impl FromStr for TopicArn {
    type Err = InvalidTopicArn;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split(':').collect::<Vec<_>>().as_slice() {
            // Its messages need a group, which the store's notifications do not have.
            [.., name] if name.strip_suffix(".fifo").is_some() => Err(InvalidTopicArn::Fifo),
            ["arn", partition, "sns", region, account, name]
                if ![partition, region, account, name].contains(&&"") && text.chars().all(is_of_an_arn) =>
            {
                Ok(Self {
                    arn: text.to_owned(),
                    region: (*region).to_owned(),
                })
            }
            _ => Err(InvalidTopicArn::Malformed),
        }
    }
}

/// The characters of an ARN's parts, and its separators.
fn is_of_an_arn(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-_:".contains(character)
}

/// A text that is not the ARN of a topic that can announce events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTopicArn {
    /// It is no topic's ARN.
    #[error("must be the ARN of an SNS topic, such as `arn:aws:sns:eu-central-1:000000000000:updates`")]
    Malformed,
    /// It is a FIFO topic's.
    #[error("is a FIFO topic, on which events are not announced: name a standard one")]
    Fifo,
}

/// The endpoint of a service: `http://` or `https://`, a host, a port if need be, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(String);

impl FromStr for Endpoint {
    type Err = InvalidEndpoint;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: Uri = text.parse().map_err(|_| InvalidEndpoint)?;
        let is_web = uri
            .scheme_str()
            .is_some_and(|scheme| ["http", "https"].contains(&scheme));
        let names_a_host = uri.authority().is_some_and(|authority| {
            // What stands behind the host is a port, or nothing.
            let host = authority.host();
            let behind = authority.as_str().strip_prefix(host);
            let is_bare = behind.is_some_and(|behind| behind.is_empty() || authority.port_u16().is_some());
            !host.is_empty() && is_bare
        });
        if is_web && names_a_host && uri.query().is_none() {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidEndpoint)
        }
    }
}

/// A text that is no endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the URL of a service, such as `http://127.0.0.1:4566`")]
pub struct InvalidEndpoint;

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    #[test]
    fn an_endpoint_without_a_topic_is_said_to_be_of_no_use() {
        let endpoint = ["--sns-endpoint", "http://127.0.0.1:4566"];
        let topic = ["--topic-arn", "arn:aws:sns:eu-central-1:000000000000:updates"];
        let said = |arguments: &[&str]| {
            let line = Line::try_parse_from([&["serve"], arguments].concat())
                .unwrap_or_else(|error| panic!("{error}"));
            line.arguments.notifications()
        };
        assert!(said(&endpoint).contains("not used without a topic (`--topic-arn ARN`)"));
        assert_eq!(
            said(&[endpoint, topic].concat()),
            "to arn:aws:sns:eu-central-1:000000000000:updates"
        );
    }

    #[test]
    fn the_region_is_in_the_topic_s_arn() {
        let arn: TopicArn = "arn:aws:sns:eu-central-1:000000000000:updates".parse().unwrap();
        assert_eq!(arn.region, "eu-central-1");
        for text in [
            "",
            "updates",
            "arn:aws:sqs:eu-central-1:0:a",
            "arn:aws:sns::0:a",
            "arn:aws:sns:a:0:b:c",
        ] {
            assert_eq!(
                text.parse::<TopicArn>(),
                Err(InvalidTopicArn::Malformed),
                "{text}"
            );
        }
    }

    #[test]
    fn a_fifo_topic_is_told_by_its_name() {
        let fifo = "arn:aws:sns:eu-central-1:000000000000:updates.fifo";
        assert_eq!(fifo.parse::<TopicArn>(), Err(InvalidTopicArn::Fifo));
    }

    #[test]
    fn an_endpoint_is_a_url_with_a_host() {
        for text in [
            "http://127.0.0.1:4566",
            "https://sns.eu-central-1.amazonaws.com",
            "http://[::1]:1/",
        ] {
            assert_eq!(text.parse(), Ok(Endpoint(text.to_owned())));
        }
        for text in [
            "",
            "localhost:4566",
            "ftp://localhost",
            "http://",
            "http://:4566",
            "http://local host",
            "http://localhost:port",
            "http://user@localhost",
            "http://user@localhost:80",
            "http://localhost?a",
        ] {
            assert_eq!(text.parse::<Endpoint>(), Err(InvalidEndpoint), "{text}");
        }
    }
}
