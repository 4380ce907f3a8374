//! PURE: finds a known id in any form.

/// The letters and digits of an id, in runs that other characters separate.
///
/// Other programs change the characters between an id's letters: `arn:aws:iam::1:role/a` becomes `arn%3Aaws%3A…` in a
/// URL, `arnawsiam1rolea` in a logical id, and `arn-aws-iam--1-role-a` in a name. So only letters and digits are
/// compared, ignoring case, and anything or nothing may separate the runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// The runs of letters and digits.
    runs: Vec<String>,
    /// The replacement.
    shown: String,
}

/// The maximum number of bytes between two runs: `://` and one more character, each escaped as in JSON.
const WIDEST: usize = 24;

impl Known {
    /// Returns `None` if the text has fewer letters and digits than `least`.
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

    /// The number of letters and digits.
    pub(super) fn len(&self) -> usize {
        self.runs.iter().map(String::len).sum()
    }

    /// The replacement.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// Tells whether both match the same texts.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.runs == other.runs
    }

    /// The length of this id at the beginning of the text; `None` if the text does not begin with it.
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

/// The length of the gap before the next run: empty, or characters that are neither letters nor digits, including URL
/// and JSON escapes.
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
