//! Why a command was not executed.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use event_store_types::{ExpectedRevision, Revision};

use super::deadline::TimeIsOver;
use crate::Error;
use crate::http::MayPass;

/// Why a command was not executed. Its text tells what led to it as well.
#[derive(Debug)]
#[non_exhaustive]
pub enum ExecuteError<Refusal> {
    /// The decider refused it.
    Rejected(Refusal),
    /// Other writers were faster each time.
    Overtaken {
        /// How often it was decided on.
        attempts: u32,
        /// The last conflict.
        source: Error,
    },
    /// The stream is not where it was expected to be.
    Moved {
        /// Where it was expected.
        expected: ExpectedRevision,
        /// Where it is; `None` when there is no stream.
        current: Option<Revision>,
    },
    /// It waited for too long: for the commands before it on its stream, or for the store to be read. Nothing was appended.
    #[non_exhaustive]
    TimedOut {
        /// The [limit](super::Executor::time_limit).
        limit: Duration,
    },
    /// The store did not do its part.
    Store(Error),
}

impl<Refusal: fmt::Display> fmt::Display for ExecuteError<Refusal> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(refusal) => refusal.fmt(formatter),
            Self::Overtaken { attempts: 1, source } => {
                write!(formatter, "another writer was faster: {source:#}")
            }
            Self::Overtaken { attempts, source } => {
                write!(
                    formatter,
                    "other writers were faster {attempts} times: {source:#}"
                )
            }
            Self::Moved { expected, current } => {
                match expected {
                    ExpectedRevision::NoStream => formatter.write_str("no stream was expected")?,
                    ExpectedRevision::StreamExists | ExpectedRevision::Any => {
                        formatter.write_str("the stream was expected to be there")?;
                    }
                    ExpectedRevision::Exact(revision) => {
                        write!(formatter, "the stream was expected at revision {revision}")?;
                    }
                }
                match current {
                    Some(revision) => write!(formatter, ", and it is at revision {revision}"),
                    None => formatter.write_str(", and there is none"),
                }
            }
            Self::TimedOut { limit } => write!(
                formatter,
                "the command was not executed within {} s: it waited for the commands before it, or for the store",
                limit.as_secs_f32()
            ),
            Self::Store(error) => write!(formatter, "{error:#}"),
        }
    }
}

// What led to it is in the text. A source says only whether the same command may be executed later.
impl<Refusal: StdError> StdError for ExecuteError<Refusal> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Rejected(refusal) => refusal.source(),
            Self::Overtaken { .. } | Self::TimedOut { .. } => Some(&MayPass),
            Self::Moved { .. } => None,
            Self::Store(error) => error.is_retryable().then_some(&MayPass as _),
        }
    }
}

impl<Refusal> From<Error> for ExecuteError<Refusal> {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

impl<Refusal> From<TimeIsOver> for ExecuteError<Refusal> {
    fn from(TimeIsOver { limit }: TimeIsOver) -> Self {
        Self::TimedOut { limit }
    }
}
