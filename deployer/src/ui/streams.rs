//! The two streams, and the file of a GitHub step's summary: whatever is written goes through here, and through what makes it harmless.

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

/// Where everything is written. Clones write to the same places.
#[derive(Clone, Debug, Default)]
pub(super) struct Streams {
    /// What hides ids, where they are to be hidden.
    mask: Option<Arc<Mutex<Mask>>>,
    /// Whether a workflow's runner reads what is written, and obeys some lines.
    obeyed: bool,
    /// How many characters fit into a line of the terminal that stderr is, if it is one.
    width: Option<usize>,
    /// The same of stdout.
    data_width: Option<usize>,
    /// The file that GitHub shows beside the step's log.
    summary: Option<PathBuf>,
    /// Why stdout could not be written.
    unwritten: Arc<Mutex<Option<io::Error>>>,
}

impl Streams {
    /// `masked` says whether ids are hidden, `obeyed` whether a workflow's runner reads what is written.
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

    /// The same where stderr and stdout are terminals of these widths.
    pub(super) fn within(self, width: Option<usize>, data_width: Option<usize>) -> Self {
        Self {
            width,
            data_width,
            ..self
        }
    }

    /// Takes note of ids that are to be hidden.
    pub(super) fn know<'text>(&self, ids: impl IntoIterator<Item = &'text str>) {
        if let Some(mask) = &self.mask {
            let mut mask = lock(mask);
            ids.into_iter().for_each(|id| mask.know(id));
        }
    }

    /// Writes data to stdout; whether it was taken.
    ///
    /// Whoever reads stdout may have heard enough and be gone: that is no failure. Any other is kept for [`Self::unwritten`].
    pub(super) fn data(&self, text: &str) -> bool {
        self.to_stdout(&self.shown(text))
    }

    /// Writes to stdout what is there to be read, in lines that fit, with short hashes.
    pub(super) fn print(&self, text: &str) -> bool {
        self.to_stdout(&flowed(&with_short_hashes(&self.shown(text)), self.data_width))
    }

    /// Writes to stdout what is there to be read or copied, in lines that fit, and otherwise as it is.
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

    /// Why stdout could not be written, if it could not.
    pub(super) fn unwritten(&self) -> Option<io::Error> {
        lock(&self.unwritten).take()
    }

    /// Tells lines on stderr.
    pub(super) fn tell(&self, text: &str) {
        self.to_stderr(&format!("{}\n", self.told(text)));
    }

    /// Writes to stderr what is answered on the same line.
    pub(super) fn ask(&self, text: &str) {
        self.to_stderr(&self.told(text));
    }

    /// A text as it is told: lines that fit into the terminal, if it is one, with short hashes.
    fn told(&self, text: &str) -> String {
        flowed(&with_short_hashes(&self.shown(text)), self.width).into_owned()
    }

    /// Writes a line that the workflow's runner is to obey. Whoever made it has escaped what is not ours.
    pub(super) fn command(&self, text: &str) {
        self.to_stderr(&format!("{}\n", self.legible(text)));
    }

    /// Adds a section to the step's summary, where there is one.
    pub(super) fn summarize(&self, markdown: impl FnOnce() -> String) {
        let Some(path) = &self.summary else { return };
        let opened = OpenOptions::new().append(true).create(true).open(path);
        // A summary that cannot be written changes nothing about what it sums up.
        if let Ok(mut file) = opened {
            let _ = file.write_all(self.legible(&markdown()).as_bytes());
        }
    }

    /// A text as it may be seen.
    pub(super) fn shown<'text>(&self, text: &'text str) -> Cow<'text, str> {
        let legible = self.legible(text);
        if self.obeyed {
            disarm(&legible).into_owned().into()
        } else {
            legible
        }
    }

    /// A text that hides nothing, and shows no id.
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

    /// Nothing depends on what is said on stderr: when it cannot be written, the work goes on.
    #[expect(clippy::unused_self, reason = "only what went through the streams is written")]
    fn to_stderr(&self, text: &str) {
        let mut stderr = anstream::stderr().lock();
        let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
