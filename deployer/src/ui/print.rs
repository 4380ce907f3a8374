//! Prints the result of a command.

use cfn_deploy::stack::{Timeline, Unfinished};
use cfn_deploy::{Described, Diff, Drift, Finding, History, Life, LogLine, Outputs};
use jiff::Timestamp;

use super::description::{self, DescriptionFormat};
use super::log_line::{self, LogForm};
use super::{
    OutputFormat, Ui, difference, drift, findings, json, outcome, outputs, paint, releases, summary, table,
    timeline, unfinished,
};
use crate::aws::Call;
use crate::settings::Setting;

impl Ui {
    /// Prints data.
    pub fn data(&self, text: &str) {
        self.streams().data(text);
    }

    /// Prints text for a person.
    fn print(&self, text: &str) {
        self.streams().print(text);
    }

    /// Prints the outputs of a stack.
    pub(super) fn outputs(&self, outputs: &Outputs) {
        self.streams()
            .print_whole(&outputs::table(outputs, self.data_width()));
    }

    /// Prints the settings and their sources, if verbose.
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
            inner
                .screen
                .say(table::fitted(inner.width, "  ", &rows).concat().trim_end());
        }
    }

    /// Prints the findings of an examination.
    pub fn findings(&self, findings: &[Finding]) {
        self.0.borrow_mut().screen.idle();
        match self.output_format() {
            OutputFormat::Text => self.print(&findings::text(findings)),
            OutputFormat::Json => findings
                .iter()
                .for_each(|finding| self.emit(&json::finding(finding))),
        }
    }

    /// Prints the releases of a stack.
    pub fn history(&self, stack: &str, history: &History) {
        for release in &history.releases {
            self.emit(&json::release(release, history));
        }
        for error in &history.unreadable {
            self.emit(&json::unreadable(error));
        }
        if self.output_format() == OutputFormat::Text {
            self.print(&releases::table(history, self.data_width()));
        }
        if let Some(notes) = releases::notes(stack, history) {
            self.end(&notes);
        }
    }

    /// Reports unfinished runs on a stack, each with the command that finishes it.
    pub fn unfinished(&self, stack: &str, runs: &[(Unfinished, String)]) {
        for (run, command) in runs {
            self.emit(&json::unfinished(stack, run, command));
            let life = Life::after(Timestamp::now().duration_since(run.since));
            self.end(&unfinished::note(stack, run, life, command));
        }
    }

    /// Prints the changes that a deployment would make.
    pub fn difference(&self, diff: &Diff) {
        self.0.borrow_mut().screen.idle();
        self.summarize(|| summary::difference(diff));
        match self.output_format() {
            OutputFormat::Text => self.print(&difference::text(diff, self.data_width())),
            OutputFormat::Json => self.emit(&json::difference(diff)),
        }
    }

    /// Prints how a stack differs from what was deployed.
    pub fn drift(&self, drift: &Drift) {
        self.0.borrow_mut().screen.idle();
        match self.output_format() {
            OutputFormat::Text => self.print(&drift::text(drift)),
            OutputFormat::Json => self.emit(&json::drift(drift)),
        }
    }

    /// Prints the description of a stack; `up` is the command that repairs it.
    pub fn description(&self, described: &Described, format: DescriptionFormat, up: &str) {
        self.0.borrow_mut().screen.idle();
        let width = self.data_width();
        match format {
            DescriptionFormat::Table => {
                self.print(&description::table(described, up, width));
                self.outputs(&described.outputs);
            }
            format => self.data(&description::data(described, format)),
        }
    }

    /// Prints an operation, step by step.
    pub fn timeline(&self, timeline: &Timeline) {
        self.0.borrow_mut().screen.idle();
        match self.output_format() {
            OutputFormat::Text => self.print(&timeline::text(timeline, self.data_width())),
            OutputFormat::Json => self.emit(&serde_json::json!(timeline)),
        }
    }

    /// Prints log lines; tells whether the output still has a reader.
    pub fn log_lines(&self, names: &[String], lines: &[LogLine], form: LogForm) -> bool {
        let text = log_line::text(names, lines, form);
        match form {
            LogForm::Readable => self.streams().print_whole(&text),
            LogForm::Raw => self.streams().data(&text),
        }
    }

    /// Prints the calls to AWS, if verbose.
    pub fn calls(&self, calls: &[Call]) {
        let mut inner = self.0.borrow_mut();
        if inner.verbose {
            inner.screen.idle();
            inner.screen.say(outcome::calls(calls, inner.width).trim_end());
        }
    }
}
