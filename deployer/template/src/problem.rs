//! PURE: a mistake in a file, and its place.

use std::fmt;

use crate::yaml::Location;

/// One mistake in an environment file or a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file as the user named it.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1 in characters.
    pub column: usize,
    /// The fact: lower case, no full stop, values in backticks.
    pub message: String,
    /// How to correct it, if known.
    pub hint: Option<String>,
    /// The name of the parameter, if the problem is that it has neither a value nor a default.
    pub missing_parameter: Option<String>,
}

impl Problem {
    /// States a fact about a place in `file`.
    pub fn new(file: impl Into<String>, at: Location, message: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: at.line,
            column: at.column,
            message: message.into(),
            hint: None,
            missing_parameter: None,
        }
    }

    /// States that a parameter has neither a value nor a default.
    pub(crate) fn missing_parameter(file: impl Into<String>, name: &str) -> Self {
        let message = format!("the parameter `{name}` is missing");
        Self {
            missing_parameter: Some(name.to_owned()),
            ..Self::new(file, Location::START, message)
        }
    }

    /// Tells whether both state the same fact about the same place, regardless of hints.
    pub(crate) fn is_of_same_fact(&self, other: &Self) -> bool {
        (&self.file, self.line, self.column, &self.message)
            == (&other.file, other.line, other.column, &other.message)
    }

    /// Adds a hint on how to correct it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the candidate that `written` probably meant, if one is close.
    #[must_use]
    pub fn with_nearest<'a>(self, written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(written, candidates) {
            Some(candidate) => self.with_hint(format!("did you mean `{candidate}`?")),
            None => self,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}:{}:{}: {}",
            self.file, self.line, self.column, self.message
        )?;
        match &self.hint {
            Some(hint) => write!(formatter, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// Every problem found, ordered by file, line and column.
///
/// Every reader collects its findings here and continues as far as it can, so that the user corrects a file once, not
/// once for each mistake.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Adds a problem, unless it is already there.
    pub fn push(&mut self, problem: Problem) {
        if self.contains(&problem) {
            return;
        }
        let index = self.0.partition_point(|known| {
            (&known.file, known.line, known.column) <= (&problem.file, problem.line, problem.column)
        });
        self.0.insert(index, problem);
    }

    /// Adds all problems of `other`.
    pub fn extend(&mut self, other: Self) {
        for problem in other.0 {
            self.push(problem);
        }
    }

    /// Tells whether this problem is among them.
    pub fn contains(&self, problem: &Problem) -> bool {
        self.0.contains(problem)
    }

    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Lists the problems in the order in which they are printed.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }

    /// Turns the collection into an error unless it is empty.
    ///
    /// # Errors
    /// The problems themselves, if there is at least one.
    pub fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(formatter)?;
            }
            write!(formatter, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Finds the candidate with the smallest edit distance to `written`. The distance may be at most one for every three
/// letters, rounded up, and must be less than the word's length.
pub fn nearest<'a, Name: AsRef<str> + ?Sized + 'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a Name>,
) -> Option<&'a str> {
    let lower = written.to_lowercase();
    let length = lower.chars().count();
    candidates
        .into_iter()
        .map(AsRef::as_ref)
        .map(|candidate: &str| {
            (
                strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(mistakes, _)| *mistakes <= length.div_ceil(3) && *mistakes < length)
        .min_by_key(|(mistakes, _)| *mistakes)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: usize, column: usize) -> Location {
        Location { line, column }
    }

    #[test]
    fn problems_are_printed_in_the_order_of_the_file_with_their_hints() {
        let mut problems = Problems::default();
        problems.push(
            Problem::new("b.yaml", at(9, 1), "unknown key `reigon`").with_nearest("reigon", ["region"]),
        );
        problems.push(Problem::new(
            "b.yaml",
            at(2, 7),
            "the account `12` must have 12 digits",
        ));
        problems.push(Problem::new(
            "b.yaml",
            at(2, 7),
            "the account `12` must have 12 digits",
        ));
        insta::assert_snapshot!(problems, @"
        b.yaml:2:7: the account `12` must have 12 digits
        b.yaml:9:1: unknown key `reigon`
          hint: did you mean `region`?
        ");
    }

    #[test]
    fn a_word_far_from_every_candidate_gets_no_hint() {
        assert_eq!(nearest("colour", ["region", "stack"]), None);
        assert_eq!(nearest("Stacks", ["region", "stack"]), Some("stack"));
        assert_eq!(nearest("A", ["B"]), None);
    }

    #[test]
    fn nothing_wrong_is_no_error() {
        assert_eq!(Problems::default().into_result(), Ok(()));
    }
}
