//! PURE: the few styles. Meaning never depends on colour alone.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

/// A heading, or the most important part of a line.
pub(super) fn strong(text: impl Display) -> String {
    styled(Style::new().bold(), text)
}

/// Text that may be skipped. An empty text stays empty, or a line would end in spaces.
pub(super) fn faint(text: impl Display) -> String {
    let text = text.to_string();
    if text.is_empty() {
        text
    } else {
        styled(Style::new().dimmed(), text)
    }
}

/// Done, or added.
pub(super) fn good(text: impl Display) -> String {
    coloured(AnsiColor::Green, text)
}

/// Changed, or to be looked at.
pub(super) fn warn(text: impl Display) -> String {
    coloured(AnsiColor::Yellow, text)
}

/// Failed, or removed.
pub(super) fn bad(text: impl Display) -> String {
    styled(AnsiColor::Red.on_default().bold(), text)
}

/// Highlights text in backticks: commands, files and names in messages.
pub(super) fn quoted(text: &str) -> String {
    let mut painted = String::with_capacity(text.len());
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            painted.push_str(&coloured(AnsiColor::Cyan, format!("`{part}`")));
        } else {
            painted.push_str(part);
        }
    }
    painted
}

pub(super) fn coloured(colour: AnsiColor, text: impl Display) -> String {
    styled(colour.on_default(), text)
}

fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}
