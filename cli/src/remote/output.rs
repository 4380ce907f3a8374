//! What is written to stdout.

use std::io::{self, Write as _};

use clap::ValueEnum;
use serde::Serialize;

use super::failure::{Failure, Kind};

/// For whom stdout is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum OutputFormat {
    /// Lines for people
    #[default]
    Text,
    /// JSON, a value a line
    Json,
}

/// Stdout, written line by line. Colours go to terminals only, and where `NO_COLOR` is not set.
pub(super) struct Output {
    stdout: anstream::AutoStream<io::StdoutLock<'static>>,
    format: OutputFormat,
    width: Option<usize>,
}

impl Output {
    pub(super) fn of(format: OutputFormat) -> Self {
        Self {
            stdout: anstream::AutoStream::auto(io::stdout().lock()),
            format,
            width: terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0.into()),
        }
    }

    /// How many characters fit into a line, when stdout is a terminal.
    pub(super) fn width(&self) -> Option<usize> {
        self.width
    }

    /// Writes `value` as JSON, or as the line that `text` makes of it.
    ///
    /// # Errors
    /// [`Failure::Closed`] when nobody reads any more.
    pub(super) fn write<T: Serialize>(
        &mut self,
        value: &T,
        text: impl FnOnce(&T) -> String,
    ) -> Result<(), Failure> {
        let line = match self.format {
            OutputFormat::Text => text(value),
            OutputFormat::Json => json_line(value)?,
        };
        self.line(&line)
    }

    /// Writes a line as it is.
    pub(super) fn line(&mut self, line: &str) -> Result<(), Failure> {
        writeln!(self.stdout, "{line}").map_err(unwritten)
    }

    /// Has what was written arrive.
    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        self.stdout.flush().map_err(unwritten)
    }
}

pub(super) fn unwritten(error: io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        Failure::Closed
    } else {
        Failure::new(Kind::Failed, error)
    }
}

/// A value as JSON in one line: a payload may have been sent in several, whose ends stand between its parts alone.
fn json_line(value: &impl Serialize) -> Result<String, Failure> {
    let json = serde_json::to_string(value).map_err(|error| Failure::new(Kind::Failed, error))?;
    Ok(if json.contains(['\n', '\r']) {
        json.replace(['\n', '\r'], " ")
    } else {
        json
    })
}
