//! PURE: what would be done, laid out for whoever decides.

use super::outcome::tables;
use super::paint;
use super::table::columns;
use crate::engine::{KeptTable, Question};
use crate::stack::{Action, ChangeSummary, Replacement, ResourceChange};

/// Lays out what a question is about.
pub(super) fn question(question: &Question<'_>) -> String {
    match question {
        Question::Deploy {
            stack,
            creates,
            changes,
        } => deployment(stack, *creates, changes),
        Question::Destroy {
            stack,
            goes,
            stays,
            purges,
        } => deletion(stack, goes, stays, purges),
    }
}

/// The changes of a change set, one line each, and their count.
fn deployment(stack: &str, creates: bool, summary: &ChangeSummary) -> String {
    let verb = if creates { "create" } else { "change" };
    let mut text = format!("\n{}\n", paint::strong(format!("To {verb} {stack}:")));
    let rows: Vec<Vec<String>> = summary.changes.iter().map(row).collect();
    text.push_str(&columns("  ", &rows));
    text.push_str(&format!("  {}", counts(summary)));
    text
}

fn row(change: &ResourceChange) -> Vec<String> {
    let mark = match (change.action, change.replacement) {
        (Action::Modify, Replacement::Always | Replacement::Conditional) => paint::bad("±"),
        (Action::Add, _) => paint::good("+"),
        (Action::Remove, _) => paint::bad("-"),
        (Action::Import, _) => paint::good("←"),
        (Action::Modify | Action::Dynamic, _) => paint::warn("~"),
    };
    let what = match (change.action, change.replacement) {
        (Action::Modify, Replacement::Always) => paint::bad("replace"),
        (Action::Modify, Replacement::Conditional) => paint::bad("may replace"),
        (action, _) => action.to_string(),
    };
    let kind = paint::faint(change.resource_type.trim_start_matches("AWS::"));
    let kept = change
        .policy_action
        .as_deref()
        .filter(|action| action.contains("Retain"))
        .map(|_| "keeps the old one");
    let causes: Vec<&str> = change
        .causes
        .iter()
        .map(|cause| cause.trim_start_matches("Properties."))
        .chain(kept)
        .collect();
    vec![
        mark,
        what,
        change.logical_id.clone(),
        kind,
        paint::faint(causes.join(", ")),
    ]
}

fn counts(summary: &ChangeSummary) -> String {
    let replaced = summary
        .replacements()
        .filter(|change| change.action == Action::Modify)
        .count();
    let counts = [
        (summary.count(Action::Add), "to add"),
        (summary.count(Action::Import), "to take in"),
        (
            summary.count(Action::Modify) + summary.count(Action::Dynamic) - replaced,
            "to modify",
        ),
        (replaced, "to replace"),
        (summary.count(Action::Remove), "to remove"),
    ];
    let parts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if parts.is_empty() {
        "only outputs or tags change".to_owned()
    } else {
        parts.join(" · ")
    }
}

/// What goes with a stack and what stays.
fn deletion(stack: &str, goes: &[(String, String)], stays: &[KeptTable], purges: &[KeptTable]) -> String {
    let mut text = format!("\n{}\n", paint::strong(format!("To delete {stack}:")));
    let rows: Vec<Vec<String>> = goes
        .iter()
        .map(|(logical_id, kind)| {
            vec![
                paint::bad("-"),
                logical_id.clone(),
                paint::faint(kind.trim_start_matches("AWS::")),
            ]
        })
        .collect();
    text.push_str(&columns("  ", &rows));
    let address = goes.iter().any(|(_, kind)| kind == "AWS::Lambda::Url");
    let topic = goes.iter().any(|(_, kind)| kind == "AWS::SNS::Topic");
    if address {
        text.push_str(&format!(
            "  {} the URL will not come back: a new stack gets another\n",
            paint::warn("!")
        ));
    }
    if topic {
        text.push_str(&format!("  {} the topic's subscriptions end\n", paint::warn("!")));
    }
    if !purges.is_empty() {
        text.push_str(&format!(
            "  {} {} with all data\n",
            paint::bad("-"),
            tables(purges)
        ));
    }
    if !stays.is_empty() {
        text.push_str(&format!("  {} stays: {}\n", paint::good("="), tables(stays)));
    }
    text.push_str(&format!("  {} to delete", goes.len() + purges.len()));
    text
}
