//! The two streams, and the file of a GitHub step's summary: whatever is written goes through here, and through the mask.

use std::borrow::Cow;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

use super::mask::mask;

/// Where everything is written.
#[derive(Clone, Debug, Default)]
pub(super) struct Streams {
    /// Whether account ids and ARNs are made unreadable.
    pub(super) masked: bool,
    /// The file that GitHub shows beside the step's log.
    pub(super) summary: Option<PathBuf>,
}

impl Streams {
    /// Writes data to stdout, as it is; whether it was taken.
    pub(super) fn data(&self, text: &str) -> bool {
        let mut stdout = anstream::stdout().lock();
        // Whoever reads stdout may have heard enough and be gone: that is no failure.
        stdout
            .write_all(self.shown(text).as_bytes())
            .and_then(|()| stdout.flush())
            .is_ok()
    }

    /// Writes a line to stderr.
    pub(super) fn talk(&self, text: &str) {
        anstream::eprintln!("{}", self.shown(text));
    }

    /// Writes to stderr what is answered on the same line.
    pub(super) fn ask(&self, text: &str) {
        anstream::eprint!("{}", self.shown(text));
        let _ = anstream::stderr().flush();
    }

    /// Adds a section to the step's summary, where there is one.
    pub(super) fn summarize(&self, markdown: impl FnOnce() -> String) {
        let Some(path) = &self.summary else { return };
        let opened = OpenOptions::new().append(true).create(true).open(path);
        // A summary that cannot be written changes nothing about what it sums up.
        if let Ok(mut file) = opened {
            let _ = file.write_all(self.shown(&markdown()).as_bytes());
        }
    }

    /// A text as it may be seen.
    pub(super) fn shown<'text>(&self, text: &'text str) -> Cow<'text, str> {
        if self.masked {
            mask(text).into()
        } else {
            text.into()
        }
    }
}
