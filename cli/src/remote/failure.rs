//! The edge where every failure gets its exit code and its hints.

use std::error::Error;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use event_store_client::Error as StoreError;
use event_store_function::telemetry::escaped;

/// How a command ended, other than well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It was tried and failed; also no credentials, or nobody answered.
    Failed,
    /// There is no such stream, or no such environment.
    NotFound,
    /// Another event is where one was to be.
    Conflict,
    /// The command line is wrong.
    Usage,
}

impl Kind {
    /// The one table of exit codes; a success is 0. Those that the deployer has, too, are the same.
    const fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::NotFound => 2,
            Self::Conflict => 5,
            Self::Usage => super::super::USAGE,
        }
    }
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(super) enum Failure {
    /// Whoever read stdout has what they want.
    Closed,
    /// What the user is told: the fact with its causes, and what can be done.
    Told {
        kind: Kind,
        source: Box<dyn Error + Send + Sync>,
        hints: Vec<String>,
    },
}

impl Failure {
    pub(super) fn new(kind: Kind, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Told {
            kind,
            source: source.into(),
            hints: Vec::new(),
        }
    }

    pub(super) fn hint(mut self, text: impl Into<String>) -> Self {
        if let Self::Told { hints, .. } = &mut self {
            hints.push(text.into());
        }
        self
    }

    /// Tells what failed, and gives the exit code.
    pub(super) fn end(self) -> ExitCode {
        let Self::Told { kind, source, hints } = self else {
            return ExitCode::SUCCESS;
        };
        let bad = AnsiColor::Red.on_default().bold();
        let strong = Style::new().bold();
        anstream::eprintln!("{bad}error:{bad:#} {}", escaped(&source.to_string()));
        let mut cause = source.source();
        while let Some(error) = cause {
            anstream::eprintln!("  because: {}", escaped(&error.to_string()));
            cause = error.source();
        }
        for hint in hints {
            anstream::eprintln!("  {strong}hint:{strong:#} {}", escaped(&hint));
        }
        ExitCode::from(kind.code())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let kind = match &error {
            error if error.is_not_found() => Kind::NotFound,
            error if error.is_conflict() || error.is_event_id_reused() => Kind::Conflict,
            error if error.is_invalid() => Kind::Usage,
            _ => Kind::Failed,
        };
        let mut hints = Vec::new();
        if error.is_forbidden() {
            hints.push("a store with IAM access takes signed requests: give `--env NAME` or `--profile NAME`, or go through `deployer proxy`".to_owned());
        }
        if let Some(conflict) = error.conflict() {
            hints.extend(
                conflict
                    .current_revision
                    .map(|revision| format!("the stream is at revision {revision}")),
            );
        }
        if let Some(messages) = error.messages() {
            hints.extend(
                messages
                    .iter()
                    .map(|(field, texts)| format!("`{field}`: {}", texts.join("; "))),
            );
        }
        if error.is_feed_begun_anew() {
            hints.push(
                "the cursor is of a feed that is no more, or of another store: begin with the first event"
                    .to_owned(),
            );
        }
        Self::Told {
            kind,
            source: error.into(),
            hints,
        }
    }
}
