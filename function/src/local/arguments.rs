//! The command line.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use clap::Parser;

use super::database::Durability;
use crate::config::LogLevel;

/// The event store in one process: its HTTP API, and the relay that lists streams and announces events, over a database of its own.
///
/// For development and tests: no account, no emulator, nothing to install. What is deployed to AWS is the same code on
/// DynamoDB, Lambda and SNS. Nobody is asked who they are.
#[derive(Clone, Debug, Parser)]
#[command(name = "event-store-local", version, max_term_width = 100, after_help = EXAMPLES)]
pub struct Arguments {
    /// Keep the events in this file, made if it is not there; without it they are kept in memory
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,

    /// Have each append wait until it is on the disk, so that a loss of power takes no acknowledged event either
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

    /// Where the topic's SNS is, when it is an emulator's
    #[arg(
        long,
        value_name = "URL",
        env = "AWS_ENDPOINT_URL_SNS",
        hide_env_values = true
    )]
    pub sns_endpoint: Option<String>,

    /// Log this and what is more severe, to stderr: trace, debug, info, warn or error
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    pub log_level: LogLevel,
}

const EXAMPLES: &str = "\
Examples:
  event-store-local                    in memory, on port 8080
  event-store-local --data store.db    in a file, there again at the next start
  event-store-local --port 0           on any free port: the first line on stdout ends with it

It is not made for many gigabytes, for more than one machine, or for the log of record: it asks nobody who they are and makes \
no backups. The file may be copied while no process has it open.";

fn port(text: &str) -> Result<u16, &'static str> {
    text.parse().map_err(|_| "must be a port between 0 and 65535")
}

fn host(text: &str) -> Result<IpAddr, &'static str> {
    text.parse()
        .map_err(|_| "must be an IP address, such as `127.0.0.1` or `0.0.0.0`")
}

/// Tells why the command line was not understood, or prints the help or version that was asked for.
pub fn usage(error: &clap::Error) -> ExitCode {
    // Clap prints help on stdout and mistakes on stderr. When neither can be written there is nobody to tell.
    let _ = error.print();
    if error.use_stderr() {
        ExitCode::from(USAGE)
    } else {
        ExitCode::SUCCESS
    }
}

/// The exit code of a command line that was not understood: `EX_USAGE` of sysexits.h, as the deployer has it.
const USAGE: u8 = 64;

impl Arguments {
    /// Where to serve.
    pub(super) fn address(&self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
    }

    /// What an acknowledged event in the file survives.
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
            endpoint: self.sns_endpoint.clone(),
        })
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
            ["arn", _, "sns", region, account, name] if ![region, account, name].contains(&&"") => Ok(Self {
                arn: text.to_owned(),
                region: (*region).to_owned(),
            }),
            _ => Err(InvalidTopicArn),
        }
    }
}

/// A text that is not the ARN of a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the ARN of an SNS topic, such as `arn:aws:sns:eu-central-1:000000000000:updates`")]
pub struct InvalidTopicArn;

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(text.parse::<TopicArn>(), Err(InvalidTopicArn), "{text}");
        }
    }
}
