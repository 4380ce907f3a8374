//! How far it is, where stderr is a terminal.

use std::io::{IsTerminal as _, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A line that moves: how much of how much, how fast, and how long it will take.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Of `total`, where that is known. `unit` names what is counted.
    pub(super) fn of(total: Option<u64>, unit: &str) -> Self {
        if !stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let (bar, template) = match total {
            Some(total) => (
                ProgressBar::new(total),
                format!("{{bar:24}} {{human_pos}} of {{human_len}} {unit}, {{per_sec}}, {{eta}} left"),
            ),
            None => (
                ProgressBar::no_length(),
                format!("{{spinner}} {{human_pos}} {unit}, {{per_sec}}"),
            ),
        };
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }

    /// Of a file's bytes.
    pub(super) fn of_bytes(total: Option<u64>) -> Self {
        let progress = Self::of(total, "");
        let template = "{bar:24} {binary_bytes} of {binary_total_bytes}, {binary_bytes_per_sec}, {eta} left";
        if let (Some(_), Ok(style)) = (total, ProgressStyle::with_template(template)) {
            progress.0.set_style(style);
        }
        progress
    }

    pub(super) fn advance(&self, count: u64) {
        // Between two looks more may have come.
        if self
            .0
            .length()
            .is_some_and(|length| self.0.position() + count > length)
        {
            self.0.set_length(self.0.position() + count);
        }
        self.0.inc(count);
    }

    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}
