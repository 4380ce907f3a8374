//! The only writers to stdout and stderr. Results are data and go to stdout; all else is talk and goes to stderr.

mod ask;
mod changes;
mod description;
mod difference;
mod drift;
pub mod error;
mod findings;
mod garbage;
mod json;
mod log_line;
mod mask;
mod narrate;
mod outcome;
mod outlook;
mod outputs;
mod paint;
mod recovery;
mod releases;
mod screen;
mod streams;
mod summary;
mod table;
mod text;
mod timeline;

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

pub use description::DescriptionFormat;
pub use log_line::LogForm;
pub use outputs::for_github;

use crate::artifact::{Artifact, BuildNote};
use crate::aws::Call;
use crate::commands::error::CommandError;
use crate::engine::{
    Answer, Collected, Deployed, Described, Destroyed, Diff, Drift, Event, Finding, History, LogLine,
    Outputs, Pushed, Question, Reconciled, Recovery, RolledBack, Standing, Talk,
};
use crate::proxy::Forwarded;
use crate::settings::Setting;
use crate::stack::plan::Plan;
use crate::stack::{ChangeSummary, Move, StackStatus, Timeline};
use narrate::{Narrator, Telling};
use screen::Screen;
use streams::Streams;

/// How a command talks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Manner {
    /// To a person: a live block in a terminal, plain lines elsewhere.
    Person,
    /// To a program: one JSON object a line on stdout.
    Program,
}

/// What was approved on the command line, and who is there to approve the rest.
#[derive(Clone, Debug, Default)]
pub struct Approval {
    /// `--yes`.
    pub yes: bool,
    /// `--confirm`, which has been compared with the stack's name.
    pub purge: bool,
    /// The environment's name, which is typed where data would go.
    pub environment: String,
}

/// The user, as far as a command knows one. Clones talk to the same user.
#[derive(Clone)]
pub struct Ui(Rc<RefCell<Inner>>);

struct Inner {
    streams: Streams,
    screen: Screen,
    /// What the change set would do that was asked about last.
    changes: Option<ChangeSummary>,
    manner: Manner,
    narrator: Narrator,
    approval: Approval,
    terminal: bool,
    verbose: bool,
    annotate: bool,
    began: Instant,
}

/// What the user interface has to know of the process.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own about the process"
)]
pub struct Place {
    /// Whether somebody sits at a terminal.
    pub terminal: bool,
    /// Whether a GitHub Actions workflow reads stdout for annotations.
    pub github_actions: bool,
    /// The file that GitHub shows beside the log of the step, when this is one.
    pub summary: Option<PathBuf>,
    /// `--verbose`.
    pub verbose: bool,
    /// `--mask`.
    pub mask: bool,
}

impl Ui {
    /// Talks to whoever is at `place`.
    pub fn new(place: Place, manner: Manner) -> Self {
        let streams = Streams {
            masked: place.mask,
            summary: place.summary,
        };
        let screen = match manner {
            Manner::Program => Screen::Nobody,
            Manner::Person if place.terminal => Screen::live(streams.clone()),
            Manner::Person => Screen::log(streams.clone()),
        };
        Self(Rc::new(RefCell::new(Inner {
            streams,
            screen,
            changes: None,
            manner,
            narrator: Narrator::new(place.verbose),
            approval: Approval::default(),
            // A program that reads events answers no questions.
            terminal: place.terminal && manner == Manner::Person,
            verbose: place.verbose,
            annotate: place.github_actions,
            began: Instant::now(),
        })))
    }

    /// Takes note of what was approved beforehand.
    pub fn approve(&self, approval: Approval) {
        self.0.borrow_mut().approval = approval;
    }

    /// Tells the settings and where each came from, where that is wanted.
    pub fn settings(&self, settings: &[Setting]) {
        let inner = self.0.borrow();
        if inner.verbose {
            let rows: Vec<_> = settings
                .iter()
                .map(|setting| {
                    let source = paint::faint(format!("({})", setting.source));
                    vec![setting.name.to_owned(), setting.value.clone(), source]
                })
                .collect();
            inner.screen.say(table::columns("  ", &rows).trim_end());
        }
    }

    /// Tells that the build began.
    pub fn building(&self, binaries: usize, processor: &str) {
        let noun = if binaries == 1 { "function" } else { "functions" };
        self.tell_human(Telling::doing(format!(
            "building {binaries} {noun} for {processor}"
        )));
    }

    /// Tells what happens while building.
    pub fn build_note(&self, note: BuildNote<'_>) {
        self.tell_human(narrate::build(note));
    }

    /// Tells what was built or loaded.
    pub fn artifacts(&self, verb: &str, artifacts: &[Artifact]) {
        for artifact in artifacts {
            self.emit(&json::artifact(verb, artifact));
            self.tell_human(narrate::artifact(verb, artifact));
        }
        self.0.borrow_mut().screen.idle();
    }

    /// Tells something that somebody should know who reads the data.
    pub fn note(&self, text: &str) {
        self.end(&format!("{} {}", paint::warn("note:"), paint::quoted(text)));
    }

    /// Prints what an examination found.
    pub fn findings(&self, findings: &[Finding]) {
        self.0.borrow_mut().screen.idle();
        match self.manner() {
            Manner::Person => self.data(&findings::text(findings)),
            Manner::Program => findings
                .iter()
                .for_each(|finding| self.emit(&json::finding(finding))),
        }
    }

    /// Tells what became of a request that was sent on.
    pub fn forwarded(&self, forwarded: &Forwarded) {
        let took = paint::faint(format!("({} ms)", forwarded.took.as_millis()));
        let Forwarded {
            method, path, status, ..
        } = forwarded;
        self.end(&format!("{method} {path} {} {took}", status.as_u16()));
    }

    /// Prints data.
    pub fn data(&self, text: &str) {
        self.streams().data(text);
    }

    /// Tells how a deployment ended, and prints its outputs.
    pub fn deployed(&self, stack: &str, deployed: &Deployed, outputs: &Outputs) {
        self.emit(&json::deployed(stack, deployed, outputs));
        self.end(&outcome::deployed(stack, deployed, self.took()));
        let changes = self.0.borrow_mut().changes.take();
        self.streams()
            .summarize(|| summary::deployed(stack, deployed, changes.as_ref(), outputs, self.took()));
        if self.manner() == Manner::Person {
            self.data(&outcome::outputs(outputs));
        }
    }

    /// Tells how a push ended, and how the stack is put right.
    pub fn pushed(&self, stack: &str, pushed: &Pushed, up: &str) {
        self.emit(&json::pushed(stack, pushed));
        self.end(&outcome::pushed(stack, pushed, up, self.took()));
    }

    /// Tells which artifacts were deleted, or would be.
    pub fn collected(&self, bucket: &str, collected: &Collected) {
        self.emit(&json::collected(bucket, collected));
        self.end(&garbage::collected(bucket, collected));
    }

    /// Tells that a plan was written, and how it is done.
    pub fn planned(&self, plan: &Plan, file: &str, apply: &str) {
        self.emit(&json::planned(plan, file));
        self.end(&outcome::planned(plan, file, apply));
    }

    /// Tells how a return to a release ended, and prints the stack's outputs.
    pub fn rolled_back(&self, rolled_back: &RolledBack, outputs: &Outputs) {
        self.emit(&json::rolled_back(rolled_back, outputs));
        self.end(&outcome::rolled_back(rolled_back, self.took()));
        if self.manner() == Manner::Person {
            self.data(&outcome::outputs(outputs));
        }
    }

    /// Prints the releases of a stack.
    pub fn history(&self, stack: &str, history: &History) {
        for release in &history.releases {
            self.emit(&json::release(release));
        }
        for error in &history.unreadable {
            self.emit(&json::unreadable(error));
        }
        if self.manner() == Manner::Person {
            self.data(&releases::table(&history.releases));
        }
        if let Some(notes) = releases::notes(stack, history) {
            self.end(&notes);
        }
    }

    /// Tells how a deletion ended.
    pub fn destroyed(&self, stack: &str, destroyed: &Destroyed) {
        self.emit(&json::destroyed(stack, destroyed));
        self.end(&outcome::destroyed(stack, destroyed, self.took()));
        self.streams().summarize(|| summary::destroyed(stack, destroyed));
    }

    /// Prints what a deployment would change.
    pub fn difference(&self, diff: &Diff) {
        self.0.borrow_mut().screen.idle();
        self.streams().summarize(|| summary::difference(diff));
        match self.manner() {
            Manner::Person => self.data(&difference::text(diff)),
            Manner::Program => self.emit(&json::difference(diff)),
        }
    }

    /// Tells that a store does what it should.
    pub fn tried(&self, stack: &str) {
        self.emit(&json::tried(stack));
        self.end(&outcome::tried(stack, self.took()));
    }

    /// Prints how a stack differs from what was deployed.
    pub fn drift(&self, drift: &Drift) {
        self.0.borrow_mut().screen.idle();
        match self.manner() {
            Manner::Person => self.data(&drift::text(drift)),
            Manner::Program => self.emit(&json::drift(drift)),
        }
    }

    /// Prints the description of a stack.
    pub fn description(&self, described: &Described, format: DescriptionFormat) {
        self.0.borrow_mut().screen.idle();
        self.data(&description::text(described, format));
    }

    /// Tells where a stack stands, and what leads out.
    pub fn standing(&self, standing: &Standing) {
        self.emit(&recovery::standing_event(standing));
        self.end(&recovery::standing(standing));
    }

    /// Tells that there is no stack to recover.
    pub fn nothing_to_recover(&self, stack: &str) {
        self.emit(&serde_json::json!({"event": "finished", "outcome": "nothing-there", "stack": stack}));
        self.end(&format!(
            "{} there is no stack {}, nothing to recover",
            paint::good("✓"),
            paint::strong(stack)
        ));
    }

    /// Asks for a move, where somebody is there.
    pub async fn choose(&self, possible: &[Move]) -> Chosen {
        {
            let mut inner = self.0.borrow_mut();
            inner.screen.idle();
            if !inner.terminal {
                return Chosen::NobodyToAsk;
            }
        }
        let names: Vec<&str> = possible.iter().map(|way| way.name()).collect();
        let typed = ask::line(
            &self.streams(),
            &format!("Which move? [{}, or nothing] ", names.join(", ")),
        )
        .await;
        let known = typed.parse().ok().filter(|way| possible.contains(way));
        known.map_or(Chosen::None, Chosen::Move)
    }

    /// Tells what came of a move.
    pub fn recovered(&self, recovery: &Recovery, status: &StackStatus) {
        self.emit(&recovery::recovered_event(recovery, status));
        self.end(&recovery::recovered(recovery, status));
    }

    /// Prints lines of logs; whether anybody still reads them.
    pub fn log_lines(&self, names: &[String], lines: &[LogLine], form: LogForm) -> bool {
        self.streams().data(&log_line::text(names, lines, form))
    }

    /// Tells that the listing is complete.
    pub fn reconciled(&self, stack: &str, done: &Reconciled) {
        self.emit(&serde_json::json!({"event": "reconciled", "stack": stack, "done": done}));
        self.end(&outcome::reconciled(stack, done, self.took()));
    }

    /// Prints an operation, step by step.
    pub fn timeline(&self, timeline: &Timeline) {
        self.0.borrow_mut().screen.idle();
        match self.manner() {
            Manner::Person => self.data(&timeline::text(timeline)),
            Manner::Program => self.emit(&serde_json::json!(timeline)),
        }
    }

    /// Tells the calls that were made to AWS, where that is wanted.
    pub fn calls(&self, calls: &[Call]) {
        let mut inner = self.0.borrow_mut();
        if inner.verbose {
            inner.screen.idle();
            inner.screen.say(outcome::calls(calls).trim_end());
        }
    }

    /// Tells why a command failed.
    pub fn fail(&self, failure: &CommandError) {
        self.emit(&json::failed(failure));
        let mut inner = self.0.borrow_mut();
        inner.screen.idle();
        let streams = &inner.streams;
        if let Some(details) = &failure.details {
            streams.talk(details.trim_end());
        }
        streams.talk(&error::text(failure));
        if inner.annotate
            && let Some(annotations) = error::annotations(failure)
        {
            streams.talk(&annotations);
        }
        streams.summarize(|| summary::failed(failure, inner.changes.as_ref()));
    }

    fn streams(&self) -> Streams {
        self.0.borrow().streams.clone()
    }

    fn manner(&self) -> Manner {
        self.0.borrow().manner
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
        if self.manner() == Manner::Program {
            self.data(&format!("{event}\n"));
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

    /// Lays out what a question is about, and says what can be decided without asking.
    fn decide(&self, question: &Question<'_>) -> Decision {
        self.emit(&json::question(question));
        let mut inner = self.0.borrow_mut();
        inner.screen.idle();
        inner.screen.say(&changes::question(question));
        if let Question::Deploy { changes, .. } = question {
            inner.changes = Some((*changes).clone());
        }
        let approval = &inner.approval;
        match question {
            Question::Deploy { .. } | Question::DeleteArtifacts { .. } if approval.yes => Decision::Yes,
            Question::Destroy { purges, .. } if purges.is_empty() && approval.yes => Decision::Yes,
            Question::Destroy { purges, .. } if !purges.is_empty() && approval.purge => Decision::Yes,
            _ if !inner.terminal => Decision::Nobody,
            Question::Deploy { .. } => Decision::Ask("Deploy this?".to_owned()),
            Question::Widen { .. } => Decision::Ask("Let them do this?".to_owned()),
            Question::DeleteArtifacts { .. } => Decision::Ask("Delete these?".to_owned()),
            Question::Destroy { purges: [], .. } => Decision::Ask("Delete this?".to_owned()),
            Question::Destroy { .. } => Decision::AskForName(approval.environment.clone()),
        }
    }
}

/// Which move was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// This one.
    Move(Move),
    /// None of them.
    None,
    /// There is nobody to ask.
    NobodyToAsk,
}

/// How a question is to be answered.
enum Decision {
    Yes,
    Nobody,
    Ask(String),
    AskForName(String),
}

impl Talk for Ui {
    fn tell(&mut self, event: Event) {
        self.emit(&json::event(&event));
        let telling = self.0.borrow_mut().narrator.event(&event);
        self.tell_human(telling);
    }

    async fn confirm(&mut self, question: Question<'_>) -> Answer {
        let asked = Instant::now();
        let agreed = match self.decide(&question) {
            Decision::Yes => true,
            Decision::Nobody => return Answer::NobodyToAsk,
            Decision::Ask(question) => ask::yes_or_no(&self.streams(), &question).await,
            Decision::AskForName(name) => {
                let question = format!("Data will be lost. Type `{name}` to go on: ");
                ask::line(&self.streams(), &question).await == name
            }
        };
        // How long a person thinks is not how long the command takes.
        self.0.borrow_mut().began += asked.elapsed();
        if agreed { Answer::Yes } else { Answer::No }
    }
}

/// Nobody to talk with: for what changes nothing and is over in a moment.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Talk for Silent {
    fn tell(&mut self, _event: Event) {}

    async fn confirm(&mut self, _question: Question<'_>) -> Answer {
        Answer::NobodyToAsk
    }
}
