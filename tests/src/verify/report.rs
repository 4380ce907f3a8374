//! The report of a run, a text to keep.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use event_store_client::types::StreamType;
use jiff::{Timestamp, Unit};

use super::claim::{Made, Outcome};
use super::witness::Written;

/// A run that has ended.
#[derive(Clone, Debug)]
pub(super) struct Report {
    pub(super) environment: String,
    pub(super) stack: String,
    pub(super) region: String,
    /// Each function, and its revision that was tested.
    pub(super) revisions: Vec<(String, String)>,
    pub(super) begun: Timestamp,
    pub(super) ended: Timestamp,
    pub(super) made: Vec<Made>,
    /// Whether all written events were deleted with the stack.
    pub(super) is_gone: bool,
    pub(super) written: BTreeMap<StreamType, Written>,
    /// Resources that should have been removed, and were not.
    pub(super) left: Vec<String>,
    /// Texts that the report must not contain: the account id, and the id in the store's address.
    pub(super) secrets: Vec<String>,
}

impl Report {
    /// Whether every tested claim holds, and nothing was left behind.
    pub(super) fn is_well(&self) -> bool {
        self.left.is_empty() && !self.made.iter().any(Made::is_broken)
    }

    fn count(&self, wanted: impl Fn(&Outcome) -> bool) -> usize {
        self.made.iter().filter(|made| wanted(&made.outcome)).count()
    }

    fn verdict(&self) -> String {
        let holding = self.count(|outcome| matches!(outcome, Outcome::Holds(_)));
        let broken = self.count(|outcome| matches!(outcome, Outcome::Broken(_)));
        let untried = self.made.len() - holding - broken;
        let mut verdict = format!("{holding} of {} claims hold", self.made.len());
        if broken > 0 {
            let _ = write!(verdict, ", **{broken} broken**");
        }
        if untried > 0 {
            let _ = write!(verdict, ", {untried} not tried");
        }
        verdict
    }

    fn head(&self, text: &mut String) -> fmt::Result {
        let took = self.ended.duration_since(self.begun).as_secs();
        let begun = self.begun.round(Unit::Second).unwrap_or(self.begun);
        writeln!(text, "# Verification of `{}`\n", self.environment)?;
        writeln!(text, "| | |\n| --- | --- |")?;
        writeln!(text, "| stack | `{}` in {} |", self.stack, self.region)?;
        for (function, revision) in &self.revisions {
            writeln!(text, "| {} | revision `{}` |", cell(function), cell(revision))?;
        }
        writeln!(text, "| begun | {begun}, took {took} s |")?;
        writeln!(text, "| verdict | {} |", self.verdict())
    }

    fn claims(&self, text: &mut String) -> fmt::Result {
        writeln!(text, "\n## Claims\n\n| claim | | |\n| --- | --- | --- |")?;
        for Made { claim, outcome } in &self.made {
            let (word, told) = match outcome {
                Outcome::Holds(told) => ("holds", told),
                Outcome::Broken(told) => ("**broken**", told),
                Outcome::NotTried(told) => ("not tried", told),
            };
            writeln!(text, "| {} | {word} | {} |", cell(claim), cell(told))?;
        }
        Ok(())
    }

    fn rest(&self, text: &mut String) -> fmt::Result {
        writeln!(text, "\n## What it leaves behind\n")?;
        if self.is_gone {
            writeln!(
                text,
                "- Nothing of the store: the instance is gone with its tables."
            )?;
        } else {
            for (stream_type, Written { streams, events }) in &self.written {
                let (streams, events) = (counted(*streams, "stream"), counted(*events, "event"));
                writeln!(
                    text,
                    "- {streams} of the type `{stream_type}` with {events}, in the log of record."
                )?;
            }
        }
        for left in &self.left {
            writeln!(text, "- **Not removed:** {}.", one_line(left))?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    /// The report in Markdown, without the secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.head(&mut text)?;
        self.claims(&mut text)?;
        self.rest(&mut text)?;
        formatter.write_str(&masked(&text, &self.secrets))
    }
}

/// A text without any of the secrets.
pub(super) fn masked(text: &str, secrets: &[String]) -> String {
    secrets
        .iter()
        .filter(|secret| !secret.is_empty())
        .fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "…"))
}

/// Text from others, such as an answer, on one line and without terminal control characters.
pub(super) fn one_line(text: &str) -> String {
    let shown = |character: char| match character {
        character if character.is_control() => ' ',
        character => character,
    };
    text.chars().map(shown).collect()
}

/// A number and its noun, in the plural if need be.
pub(super) fn counted(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

/// A text, escaped for a cell of a table.
fn cell(text: &str) -> String {
    one_line(text).replace('|', "\\|")
}

/// The most characters of the reason why a claim is broken.
const LONGEST_WHY: usize = 600;

/// The beginning of a text that may be long, such as an answer within an error.
pub(super) fn beginning(text: &str) -> String {
    match text.char_indices().nth(LONGEST_WHY) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(made: Vec<Made>) -> Report {
        let at = |second: i64| Timestamp::from_second(1_796_000_000 + second).unwrap();
        Report {
            environment: "staging".into(),
            stack: "event-store-staging".into(),
            region: "eu-central-1".into(),
            revisions: vec![("ApiFunction".into(), "9b1fe1cb5aa1".into())],
            begun: at(0),
            ended: at(41),
            made,
            is_gone: false,
            written: BTreeMap::from([(
                "conformance".parse().unwrap(),
                Written {
                    streams: 2,
                    events: 7,
                },
            )]),
            left: Vec::new(),
            secrets: vec!["123456789012".into(), "abc123".into()],
        }
    }

    fn made(claim: &str, outcome: Outcome) -> Made {
        Made {
            claim: claim.into(),
            outcome,
        }
    }

    #[test]
    fn a_report_tells_each_claim_and_what_stays_and_no_secret() {
        let mut report = report(vec![
            made("time never goes back", Outcome::Holds(String::new())),
            made(
                "one|writer wins",
                Outcome::Broken("at https://abc123.lambda-url\u{1b}[2J\nin 123456789012".into()),
            ),
            made("a page costs", Outcome::NotTried("`LogLevel` is `warn`".into())),
        ]);
        assert!(!report.is_well());
        report.left.push("the queue `q`: denied".into());
        insta::assert_snapshot!(report, @r"
        # Verification of `staging`

        | | |
        | --- | --- |
        | stack | `event-store-staging` in eu-central-1 |
        | ApiFunction | revision `9b1fe1cb5aa1` |
        | begun | 2026-11-30T00:53:20Z, took 41 s |
        | verdict | 1 of 3 claims hold, **1 broken**, 1 not tried |

        ## Claims

        | claim | | |
        | --- | --- | --- |
        | time never goes back | holds |  |
        | one\|writer wins | **broken** | at https://….lambda-url [2J in … |
        | a page costs | not tried | `LogLevel` is `warn` |

        ## What it leaves behind

        - 2 streams of the type `conformance` with 7 events, in the log of record.
        - **Not removed:** the queue `q`: denied.
        ");
    }

    #[test]
    fn what_is_left_behind_is_no_success() {
        let mut report = report(vec![made("it holds", Outcome::Holds("1 WRU".into()))]);
        assert!(report.is_well());
        report.is_gone = true;
        assert!(report.to_string().contains("gone with its tables"));
        report.left.push("the stack `s`".into());
        assert!(!report.is_well());
    }
}
