//! PURE: an id that is known, found in whatever form it stands.

/// Letters and digits of an id, and where something else stands between them.
///
/// Whoever carries an id on changes what is between its letters: `arn:aws:iam::1:role/a` becomes `arn%3Aaws%3A…` in a URL, `arnawsiam1rolea` in a
/// logical id, `arn-aws-iam--1-role-a` in a name. So letters and digits are compared, in any case, and what was between them may be anything or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// The runs of letters and digits.
    runs: Vec<String>,
    /// What is shown instead.
    shown: String,
}

/// The most bytes that may stand between two runs: `://` and one more, each escaped as in JSON.
const WIDEST: usize = 24;

impl Known {
    /// `None`, if the text has fewer letters and digits than `least`.
    pub(super) fn new(text: &str, shown: &str, least: usize) -> Option<Self> {
        let runs = text
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .filter(|run| !run.is_empty());
        let known = Self {
            runs: runs.map(str::to_owned).collect(),
            shown: shown.to_owned(),
        };
        (known.len() >= least).then_some(known)
    }

    /// How many letters and digits there are.
    pub(super) fn len(&self) -> usize {
        self.runs.iter().map(String::len).sum()
    }

    /// What is shown in its place.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether both are found at the same places.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.runs == other.runs
    }

    /// How much of the text's beginning is this id; `None`, if it does not begin with it.
    pub(super) fn length_at(&self, text: &str) -> Option<usize> {
        let mut at = 0;
        for (index, run) in self.runs.iter().enumerate() {
            if index > 0 {
                at += gap(&text[at..], run)?;
            }
            let found = text.get(at..at + run.len())?;
            if !found.eq_ignore_ascii_case(run) {
                return None;
            }
            at += run.len();
        }
        Some(at)
    }
}

/// How much stands before the next run: nothing, or what is neither a letter nor a digit, escapes of URLs and of JSON included.
fn gap(text: &str, run: &str) -> Option<usize> {
    let begins = |at: usize| {
        text.get(at..at + run.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(run))
    };
    let mut at = 0;
    loop {
        if begins(at) {
            return Some(at);
        }
        let rest = &text[at..];
        let first = rest.chars().next()?;
        at += match first {
            '%' if rest.get(1..3).is_some_and(is_hex) => 3,
            '\\' if rest.get(1..2) == Some("u") && rest.get(2..6).is_some_and(is_hex) => 6,
            other if other.is_alphanumeric() || other.is_whitespace() => return None,
            other => other.len_utf8(),
        };
        if at > WIDEST {
            return None;
        }
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|digit| digit.is_ascii_hexdigit())
}
