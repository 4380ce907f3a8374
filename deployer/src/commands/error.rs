//! The edge where every failure gets its exit code and its hints.

use std::error::Error;
use std::process::ExitCode;

/// How a command ended, other than well.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ErrorKind {
    /// It was tried and failed; also no credentials, or nobody answered.
    Failed,
    /// It needs an answer that nobody was there to give.
    NeedsApproval,
    /// A guard refused it.
    Refused,
    /// The command line or a file is wrong.
    Usage,
    /// Ctrl-C.
    Interrupted,
}

impl ErrorKind {
    /// The one table of exit codes; a success is 0, and 2 is `diff`'s.
    pub const fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::NeedsApproval => 3,
            Self::Refused => 4,
            Self::Usage => 64,
            Self::Interrupted => 130,
        }
    }
}

impl From<ErrorKind> for ExitCode {
    fn from(kind: ErrorKind) -> Self {
        Self::from(kind.code())
    }
}

/// A failure as a user sees it: its kind, the fact, and what can be done.
#[derive(Debug)]
pub struct CommandError {
    /// The kind, which decides the exit code.
    pub kind: ErrorKind,
    /// The fact, with its causes.
    pub source: Box<dyn Error + Send + Sync>,
    /// What can be done, each a sentence without its full stop.
    pub hints: Vec<String>,
}

impl CommandError {
    /// A failure of `kind`.
    pub fn new(kind: ErrorKind, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind, source: source.into(), hints: Vec::new() }
    }

    /// Adds what can be done.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}
