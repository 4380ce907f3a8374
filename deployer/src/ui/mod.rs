//! The only writers to stdout and stderr. Results are data and go to stdout; everything else goes to stderr.

mod ask;
mod beside;
mod changes;
mod conversation;
mod deletion;
mod description;
mod difference;
mod drift;
mod ending;
pub mod error;
mod escape;
mod findings;
mod flow;
mod garbage;
mod hashes;
mod json;
mod log_line;
mod mask;
mod narrate;
mod outcome;
mod outlook;
mod outputs;
mod paint;
mod print;
mod recovery;
mod releases;
mod screen;
mod streams;
mod summary;
mod table;
#[cfg(test)]
mod testing;
mod text;
mod timeline;
mod unfinished;
mod value;

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use cfn_deploy::stack::outline::Outline;
use cfn_deploy::stack::widening::Widening;
use cfn_template::problem::Problems;
pub use conversation::{Chosen, Silent};
pub use description::DescriptionFormat;
pub use log_line::LogForm;
pub use outputs::for_github;

use crate::artifact::{Artifact, BuildNote};
use crate::proxy::Forwarded;
use narrate::{Narrator, Telling};
use screen::Screen;
use streams::Streams;

/// The output format of a command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OutputFormat {
    /// For a person: a live block in a terminal, plain lines elsewhere.
    Text,
    /// For a program: one JSON object per line on stdout.
    Json,
}

/// What was approved on the command line, and whether a user is there to approve the rest.
#[derive(Clone, Debug, Default)]
pub struct Approval {
    pub yes: bool,
    /// `--confirm`, already compared with the stack's name.
    pub purge: bool,
}

/// The user interface of a command. Clones share it.
#[derive(Clone)]
pub struct Ui(Rc<RefCell<Inner>>);

struct Inner {
    streams: Streams,
    screen: Screen,
    /// The command as it could be typed, for readers of a summary elsewhere.
    command: String,
    /// The subject of the last question.
    asked: Option<Asked>,
    output_format: OutputFormat,
    narrator: Narrator,
    approval: Approval,
    terminal: bool,
    width: Option<usize>,
    data_width: Option<usize>,
    verbose: bool,
    annotate: bool,
    began: Instant,
    /// The warnings already printed. Each is printed once, however often a file is read.
    warned: Problems,
}

/// The changes of a deployment, as the question showed them.
#[derive(Clone, Debug)]
struct Asked {
    outline: Outline,
    widenings: Vec<Widening>,
}

/// What the user interface needs to know about the process.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own about the process"
)]
pub struct Destination {
    /// Whether a user sits at a terminal.
    pub terminal: bool,
    /// The width of stderr in characters, if it is a terminal.
    pub width: Option<usize>,
    /// The width of stdout in characters, if it is a terminal.
    pub data_width: Option<usize>,
    /// Whether a GitHub Actions workflow reads stdout for annotations.
    pub github_actions: bool,
    /// The file of the GitHub step summary, if there is one.
    pub summary: Option<PathBuf>,
    pub verbose: bool,
    pub mask: bool,
}

impl Ui {
    /// Makes the user interface for `place`.
    pub fn new(place: Destination, output_format: OutputFormat) -> Self {
        let streams = Streams::new(place.mask, place.github_actions, place.summary)
            .within(place.width, place.data_width);
        let screen = match output_format {
            OutputFormat::Json => Screen::Nobody,
            OutputFormat::Text if place.terminal => Screen::live(streams.clone()),
            OutputFormat::Text => Screen::log(streams.clone()),
        };
        Self(Rc::new(RefCell::new(Inner {
            streams,
            screen,
            command: String::new(),
            asked: None,
            output_format,
            narrator: Narrator::new(place.verbose, place.width),
            approval: Approval::default(),
            // A program that reads events answers no questions.
            terminal: place.terminal && output_format == OutputFormat::Text,
            width: place.width,
            data_width: place.data_width,
            verbose: place.verbose,
            annotate: place.github_actions,
            began: Instant::now(),
            warned: Problems::default(),
        })))
    }

    /// Notes the running command: its name and its environment.
    pub fn runs(&self, command: &str) {
        command.clone_into(&mut self.0.borrow_mut().command);
    }

    /// Notes what was approved in advance.
    pub fn approve(&self, approval: Approval) {
        self.0.borrow_mut().approval = approval;
    }

    /// Notes account ids, ARNs and addresses to hide if ids are masked.
    pub fn know<'text>(&self, ids: impl IntoIterator<Item = &'text str>) {
        self.0.borrow().streams.know(ids);
    }

    /// A text with hidden ids, for files that others read.
    pub fn legible(&self, text: &str) -> String {
        self.0.borrow().streams.legible(text).into_owned()
    }

    /// Tells whether all data was written to stdout; reports it if not.
    pub fn is_all_written(&self) -> bool {
        let streams = self.streams();
        let Some(unwritten) = streams.unwritten() else {
            return true;
        };
        self.0.borrow_mut().screen.idle();
        streams.tell(&error::of_stdout(&unwritten));
        false
    }

    /// Reports that the build began.
    pub fn building(&self, binaries: usize, processor: &str) {
        let noun = if binaries == 1 { "function" } else { "functions" };
        self.tell_human(Telling::doing(format!(
            "building {binaries} {noun} for {processor}"
        )));
    }

    /// Reports the progress of a build.
    pub fn build_note(&self, note: BuildNote<'_>) {
        self.tell_human(narrate::build(note));
    }

    /// Reports what was built or loaded.
    pub fn artifacts(&self, verb: &str, artifacts: &[Artifact]) {
        for artifact in artifacts {
            self.emit(&json::artifact(verb, artifact));
            self.tell_human(narrate::artifact(verb, artifact));
        }
        self.0.borrow_mut().screen.idle();
    }

    /// Prints a note for the reader of the data.
    pub fn note(&self, text: &str) {
        self.end(&format!("{} {}", paint::warn("note:"), paint::quoted(text)));
    }

    /// Warns of oddities in a file that do not prevent a deployment.
    pub fn warn(&self, warnings: &Problems) {
        let mut new = Problems::default();
        for warning in warnings {
            if !self.0.borrow().warned.contains(warning) {
                self.emit(&json::warning(warning));
                new.push(warning.clone());
            }
        }
        if new.is_empty() {
            return;
        }
        self.end(&error::warnings(&new));
        let mut inner = self.0.borrow_mut();
        if inner.annotate {
            inner.streams.command(&error::annotated(&new, "warning"));
        }
        inner.warned.extend(new);
    }

    /// Reports a forwarded request.
    pub fn forwarded(&self, forwarded: &Forwarded) {
        let took = paint::faint(format!("({} ms)", forwarded.took.as_millis()));
        let Forwarded {
            method, path, status, ..
        } = forwarded;
        self.end(&format!("{method} {path} {} {took}", status.as_u16()));
    }

    fn streams(&self) -> Streams {
        self.0.borrow().streams.clone()
    }

    fn width(&self) -> Option<usize> {
        self.0.borrow().width
    }

    fn data_width(&self) -> Option<usize> {
        self.0.borrow().data_width
    }

    fn output_format(&self) -> OutputFormat {
        self.0.borrow().output_format
    }

    fn took(&self) -> Duration {
        self.0.borrow().began.elapsed()
    }

    fn end(&self, text: &str) {
        let mut inner = self.0.borrow_mut();
        inner.screen.idle();
        inner.screen.say(text);
    }

    fn emit(&self, event: &serde_json::Value) {
        if self.output_format() == OutputFormat::Json {
            self.streams().json(event);
        }
    }

    fn tell_human(&self, telling: Telling) {
        let mut inner = self.0.borrow_mut();
        if let Some(lines) = telling.lines {
            inner.screen.say(&lines);
        }
        if let Some(what) = telling.doing {
            inner.screen.doing(&what, telling.left);
        }
    }
}
