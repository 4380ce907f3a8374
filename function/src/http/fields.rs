//! PURE: what is wrong with a request, by field.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

/// What is wrong with a request: every bad field, named as the caller knows it (`initialEvent.eventType`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FieldProblems(BTreeMap<String, Vec<String>>);

impl FieldProblems {
    /// The problem of one field alone.
    pub(super) fn of(field: impl Into<String>, message: impl Display) -> Self {
        let mut problems = Self::default();
        problems.add(field, message);
        problems
    }

    /// Adds a problem of `field`.
    pub(super) fn add(&mut self, field: impl Into<String>, message: impl Display) {
        self.0.entry(field.into()).or_default().push(message.to_string());
    }

    /// Adds all of `others`.
    pub(super) fn extend(&mut self, others: Self) {
        for (field, messages) in others.0 {
            self.0.entry(field).or_default().extend(messages);
        }
    }

    /// Keeps the value of `parsed`, or adds its error as a problem of `field`.
    pub(super) fn keep<T, E: Display>(&mut self, field: &str, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|error| self.add(field, error)).ok()
    }

    /// Ends the reading of a request: gives `values` when all of them are there.
    ///
    /// # Errors
    /// The problems, when there are any.
    pub(super) fn finish<T>(self, values: Option<T>) -> Result<T, Self> {
        match values {
            Some(values) if self.0.is_empty() => Ok(values),
            _ => Err(self),
        }
    }

    /// The problems, by field.
    pub(super) fn into_messages(self) -> BTreeMap<String, Vec<String>> {
        self.0
    }
}

impl Display for FieldProblems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (field, messages) in &self.0 {
            for message in messages {
                write!(formatter, "{separator}`{field}`: {message}")?;
                separator = "; ";
            }
        }
        Ok(())
    }
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
        assert!(problems.finish(Some(())).is_err());
    }
}
