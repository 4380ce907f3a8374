//! PURE: the few styles there are. Meaning never rests on colour alone.

use std::fmt::Display;

use owo_colors::OwoColorize as _;

/// A heading, or what matters most in a line.
pub(super) fn strong(text: impl Display) -> String {
    text.bold().to_string()
}

/// What may be skipped; nothing stays nothing, or a line would end in spaces.
pub(super) fn faint(text: impl Display) -> String {
    let text = text.to_string();
    if text.is_empty() {
        text
    } else {
        text.dimmed().to_string()
    }
}

/// Done, or added.
pub(super) fn good(text: impl Display) -> String {
    text.green().to_string()
}

/// Changed, or to be looked at.
pub(super) fn warn(text: impl Display) -> String {
    text.yellow().to_string()
}

/// Failed, or removed.
pub(super) fn bad(text: impl Display) -> String {
    text.red().bold().to_string()
}

/// Sets text in backticks apart, as commands, files and names are written in messages.
pub(super) fn quoted(text: &str) -> String {
    let mut painted = String::with_capacity(text.len());
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            painted.push_str(&format!("`{part}`").cyan().to_string());
        } else {
            painted.push_str(part);
        }
    }
    painted
}
