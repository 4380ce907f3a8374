//! PURE: what is tried of a store, step by step.

use std::fmt::{self, Display, Formatter};

/// A step of the trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SmokeStep {
    /// A queue listens to the topic.
    Subscribe,
    /// A call without a signature is refused.
    RefuseUnsigned,
    /// An event is appended.
    Append,
    /// It is read back.
    Read,
    /// It is announced.
    Announce,
    /// The stream is listed with it.
    List,
}

impl SmokeStep {
    /// What the step is called in events.
    pub fn name(self) -> &'static str {
        match self {
            Self::Subscribe => "subscribe",
            Self::RefuseUnsigned => "refuse-unsigned",
            Self::Append => "append",
            Self::Read => "read",
            Self::Announce => "announce",
            Self::List => "list",
        }
    }

    /// What is known when the step is done.
    pub fn claim(self) -> &'static str {
        match self {
            Self::Subscribe => "a queue listens to the topic",
            Self::RefuseUnsigned => "an unsigned call is refused",
            Self::Append => "an event is appended",
            Self::Read => "it is read back",
            Self::Announce => "it is announced",
            Self::List => "its stream is listed",
        }
    }
}

impl Display for SmokeStep {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
