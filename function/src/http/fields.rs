//! PURE: the problems of a request, by field.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Display};

use crate::store::limits;

/// The problems of a request: every bad field, by the name that the caller knows (`initialEvent.eventType`).
///
/// A request may contain more mistakes than a response should list. At most [`limits::PROBLEMS`] are kept,
/// and no more than fit into [`limits::PROBLEM_BYTES`]. Further problems are only noted to exist, and parsing
/// may stop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FieldProblems {
    messages: BTreeMap<String, Vec<String>>,
    count: usize,
    bytes: usize,
    /// Whether further problems were left out.
    more: bool,
}

impl FieldProblems {
    /// A single problem of one field.
    pub(super) fn of(field: impl Into<String>, message: impl Display) -> Self {
        let mut problems = Self::default();
        problems.add(field, message);
        problems
    }

    /// Adds a problem of `field`.
    pub(super) fn add(&mut self, field: impl Into<String>, message: impl Display) {
        if self.more {
            return;
        }
        // Both may contain text that the caller sent.
        let field = field.into();
        let field = cut(&field, limits::PROBLEM_FIELD_CHARACTERS);
        let message = message.to_string();
        let message = cut(&message, limits::PROBLEM_MESSAGE_CHARACTERS);
        let bytes = self.bytes + written_length(&field) + written_length(&message);
        if self.count == limits::PROBLEMS || bytes > limits::PROBLEM_BYTES {
            self.more = true;
            return;
        }
        (self.count, self.bytes) = (self.count + 1, bytes);
        let messages = self.messages.entry(field.into_owned()).or_default();
        messages.push(message.into_owned());
    }

    /// Whether problems were left out, so that looking for more is pointless.
    pub(super) fn are_enough(&self) -> bool {
        self.more
    }

    /// Adds all of `others`.
    pub(super) fn extend(&mut self, others: Self) {
        for (field, messages) in others.messages {
            for message in messages {
                self.add(field.as_str(), message);
            }
        }
        self.more |= others.more;
    }

    /// Keeps the value of `parsed`, or adds its error as a problem of `field`.
    pub(super) fn keep<T, E: Display>(&mut self, field: &str, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|error| self.add(field, error)).ok()
    }

    /// Ends the parsing of a request: returns `values` if all of them are there.
    ///
    /// # Errors
    /// The problems, if there are any.
    pub(super) fn finish<T>(self, values: Option<T>) -> Result<T, Self> {
        match values {
            Some(values) if self.messages.is_empty() => Ok(values),
            _ => Err(self),
        }
    }

    /// The problems, by field.
    pub(super) fn into_messages(self) -> BTreeMap<String, Vec<String>> {
        self.messages
    }
}

impl Display for FieldProblems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (field, messages) in &self.messages {
            for message in messages {
                write!(formatter, "{separator}`{field}`: {message}")?;
                separator = "; ";
            }
        }
        if self.more {
            write!(formatter, "{separator}and more")?;
        }
        Ok(())
    }
}

/// The first `most` characters of `text`, followed by `…` if there were more.
pub(super) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

/// The length in bytes of a text in a response, including its JSON escapes and the characters around it.
fn written_length(text: &str) -> usize {
    serde_json::to_string(text).map_or(0, |text| text.len()) + 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_told() {
        let mut problems = FieldProblems::of("revision", "must be a number");
        assert_eq!(problems.keep::<u8, _>("limit", "x".parse::<u8>()), None);
        assert_eq!(problems.keep::<u8, _>("limit", "7".parse::<u8>()), Some(7));
        problems.add("revision", "required");
        insta::assert_snapshot!(
            problems,
            @"`limit`: invalid digit found in string; `revision`: must be a number; `revision`: required"
        );
        assert_eq!(problems.clone().finish(Some(())), Err(problems));
    }

    #[test]
    fn no_more_are_kept_than_an_answer_is_to_tell() {
        let mut problems = FieldProblems::default();
        for number in 0..limits::PROBLEMS {
            problems.add(format!("f{number}"), "required");
        }
        assert!(!problems.are_enough());
        problems.add("one", "too many");
        assert!(problems.are_enough() && problems.to_string().ends_with("`f9`: required; and more"));
        assert_eq!(problems.into_messages().len(), limits::PROBLEMS);
    }

    #[test]
    fn long_names_and_control_characters_do_not_make_an_answer_long() {
        for name in ["n".repeat(1_000_000), "\0".repeat(1_000_000), "😀".repeat(1_000)] {
            let mut problems = FieldProblems::default();
            for number in 0..1_000 {
                problems.add(format!("{number}{name}"), &name);
            }
            let text = serde_json::to_string(&problems.to_string()).unwrap();
            assert!(text.len() <= limits::PROBLEM_BYTES + 100, "{}", text.len());
            // The first problem is always listed.
            assert!(text.contains("`0"), "{text}");
        }
    }
}
