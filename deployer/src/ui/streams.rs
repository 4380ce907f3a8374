//! The two output streams and the file of a GitHub step summary. All output passes through here and is made harmless.

use std::borrow::Cow;
use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::escape::{disarm, escape};
use super::flow::flowed;
use super::hashes::with_short_hashes;
use super::mask::Mask;

/// All output destinations. Clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct Streams {
    /// Hides ids, if they are to be hidden.
    mask: Option<Arc<Mutex<Mask>>>,
    /// Whether a workflow's runner reads the output and obeys some lines.
    obeyed: bool,
    /// The width of stderr in characters, if it is a terminal.
    width: Option<usize>,
    /// The width of stdout in characters, if it is a terminal.
    data_width: Option<usize>,
    /// The file of the GitHub step summary.
    summary: Option<PathBuf>,
    /// Why stdout could not be written.
    unwritten: Arc<Mutex<Option<io::Error>>>,
}

impl Streams {
    /// `masked` hides ids; `obeyed` means that a workflow's runner reads the output.
    pub(super) fn new(masked: bool, obeyed: bool, summary: Option<PathBuf>) -> Self {
        Self {
            mask: masked.then(Arc::default),
            obeyed,
            width: None,
            data_width: None,
            summary,
            unwritten: Arc::default(),
        }
    }

    /// The same with terminals of these widths as stderr and stdout.
    pub(super) fn within(self, width: Option<usize>, data_width: Option<usize>) -> Self {
        Self {
            width,
            data_width,
            ..self
        }
    }

    /// Notes ids to hide.
    pub(super) fn know<'text>(&self, ids: impl IntoIterator<Item = &'text str>) {
        if let Some(mask) = &self.mask {
            let mut mask = lock(mask);
            ids.into_iter().for_each(|id| mask.know(id));
        }
    }

    /// Writes data to stdout; tells whether it was accepted.
    ///
    /// A reader may close stdout early: that is no failure. Any other error is kept for [`Self::unwritten`].
    pub(super) fn data(&self, text: &str) -> bool {
        self.to_stdout(&self.shown(text))
    }

    /// Writes text for reading to stdout: wraps lines and shortens hashes.
    pub(super) fn print(&self, text: &str) -> bool {
        self.to_stdout(&flowed(&with_short_hashes(&self.shown(text)), self.data_width))
    }

    /// Writes text for reading or copying to stdout: wraps lines, and changes nothing else.
    pub(super) fn print_whole(&self, text: &str) -> bool {
        self.to_stdout(&flowed(&self.shown(text), self.data_width))
    }

    /// Writes a value to stdout as a line of JSON.
    pub(super) fn json(&self, value: &Value) {
        let line = match &self.mask {
            Some(mask) => format!("{}\n", lock(mask).value(value)),
            None => format!("{value}\n"),
        };
        self.data(&line);
    }

    /// Why stdout could not be written, if so.
    pub(super) fn unwritten(&self) -> Option<io::Error> {
        lock(&self.unwritten).take()
    }

    /// Writes lines to stderr.
    pub(super) fn tell(&self, text: &str) {
        self.to_stderr(&format!("{}\n", self.told(text)));
    }

    /// Writes a question to stderr, whose answer follows on the same line.
    pub(super) fn ask(&self, text: &str) {
        self.to_stderr(&self.told(text));
    }

    /// Wraps a text to the terminal's width, if there is one, and shortens hashes.
    fn told(&self, text: &str) -> String {
        flowed(&with_short_hashes(&self.shown(text)), self.width).into_owned()
    }

    /// Writes a line that the workflow's runner should obey. The caller has escaped text by others.
    pub(super) fn command(&self, text: &str) {
        self.to_stderr(&format!("{}\n", self.legible(text)));
    }

    /// Adds a section to the step's summary, if there is one.
    pub(super) fn summarize(&self, markdown: impl FnOnce() -> String) {
        let Some(path) = &self.summary else { return };
        let opened = OpenOptions::new().append(true).create(true).open(path);
        // A failure to write the summary does not affect the result.
        if let Ok(mut file) = opened {
            let _ = file.write_all(self.legible(&markdown()).as_bytes());
        }
    }

    /// A text as it may be shown.
    pub(super) fn shown<'text>(&self, text: &'text str) -> Cow<'text, str> {
        let legible = self.legible(text);
        if self.obeyed {
            disarm(&legible).into_owned().into()
        } else {
            legible
        }
    }

    /// A text with hidden characters made visible and ids hidden.
    pub(super) fn legible<'text>(&self, text: &'text str) -> Cow<'text, str> {
        let escaped = escape(text);
        match &self.mask {
            Some(mask) => lock(mask).text(&escaped).into(),
            None => escaped,
        }
    }

    fn to_stdout(&self, text: &str) -> bool {
        let mut stdout = anstream::stdout().lock();
        let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
        match written {
            Ok(()) => true,
            Err(error) => {
                if error.kind() != ErrorKind::BrokenPipe {
                    lock(&self.unwritten).get_or_insert(error);
                }
                false
            }
        }
    }

    /// Nothing depends on messages on stderr: if they cannot be written, the work continues.
    #[expect(clippy::unused_self, reason = "only what went through the streams is written")]
    fn to_stderr(&self, text: &str) {
        let mut stderr = anstream::stderr().lock();
        let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
