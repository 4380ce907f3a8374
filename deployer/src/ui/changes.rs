//! PURE: what would be done, laid out for whoever decides.

use super::outcome::tables;
use super::table::columns;
use super::{garbage, paint};
use crate::engine::{KeptTable, Question};
use crate::stack::widening::Widening;
use crate::stack::{Action, ChangeSummary, Replacement, ResourceChange};

/// Lays out what a question is about.
pub(super) fn question(question: &Question<'_>) -> String {
    match question {
        Question::Deploy {
            stack,
            creates,
            changes,
            widenings,
        } => planned(stack, *creates, changes, widenings),
        Question::Widen { stack, widenings } => {
            let title = format!("In {stack}, which is protected, this needs approval of its own");
            widened(&title, widenings)
        }
        Question::DeleteArtifacts { bucket, garbage } => garbage::question(bucket, garbage),
        Question::Destroy {
            stack,
            goes,
            stays,
            purges,
        } => deletion(stack, goes, stays, purges),
    }
}

/// What a plan would do.
pub(super) fn planned(stack: &str, creates: bool, changes: &ChangeSummary, widenings: &[Widening]) -> String {
    deployment(stack, creates, changes) + &widened("Permissions that widen", widenings)
}

/// The changes of a change set, one line each, and their count.
fn deployment(stack: &str, creates: bool, summary: &ChangeSummary) -> String {
    let verb = if creates { "create" } else { "change" };
    let title = paint::strong(format!("To {verb} {stack}:"));
    let rows: Vec<Vec<String>> = summary.changes.iter().map(row).collect();
    format!("\n{title}\n{}  {}", columns("  ", &rows), counts(summary))
}

/// A sign and a word for what is done to a resource.
pub(super) fn mark(action: Action, replacement: Replacement) -> (String, String) {
    match (action, replacement) {
        (Action::Modify, Replacement::Always) => (paint::bad("±"), paint::bad("replace")),
        (Action::Modify, Replacement::Conditional) => (paint::warn("~"), paint::warn("modify or replace")),
        (Action::Modify | Action::Dynamic, _) => (paint::warn("~"), action.to_string()),
        (Action::Add, _) => (paint::good("+"), action.to_string()),
        (Action::Import, _) => (paint::good("←"), "import".to_owned()),
        (Action::Remove, _) => (paint::bad("-"), action.to_string()),
    }
}

fn row(change: &ResourceChange) -> Vec<String> {
    let (mark, what) = mark(change.action, change.replacement);
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
        .changes
        .iter()
        .filter(|change| is_replaced(change))
        .count();
    let counts = [
        (summary.count(Action::Add), "to add"),
        (summary.count(Action::Import), "to import"),
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

fn is_replaced(change: &ResourceChange) -> bool {
    change.action == Action::Modify && change.replacement == Replacement::Always
}

/// What somebody could do that could not be done before; nothing, if that is nothing.
fn widened(title: &str, widenings: &[Widening]) -> String {
    if widenings.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = widenings
        .iter()
        .map(|widening| {
            let mark = paint::warn("!");
            vec![mark, widening.logical_id.clone(), widening.grant.to_string()]
        })
        .collect();
    format!(
        "\n{}\n{}",
        paint::strong(format!("{title}:")),
        columns("  ", &rows).trim_end()
    )
}

/// What goes with a stack and what stays.
fn deletion(stack: &str, goes: &[(String, String)], stays: &[KeptTable], purges: &[KeptTable]) -> String {
    let title = paint::strong(format!("To delete {stack}:"));
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
    let goes_a = |wanted: &str| goes.iter().any(|(_, kind)| kind == wanted);
    let notes = [
        goes_a("AWS::Lambda::Url").then(|| {
            format!(
                "{} the URL will not come back: a new stack gets another",
                paint::warn("!")
            )
        }),
        goes_a("AWS::SNS::Topic").then(|| {
            format!(
                "{} existing subscriptions are lost; subscribers must subscribe again",
                paint::warn("!")
            )
        }),
        (!purges.is_empty()).then(|| format!("{} {} with all data", paint::bad("-"), tables(purges))),
        (!stays.is_empty()).then(|| format!("{} stays: {}", paint::good("="), tables(stays))),
        Some(format!("{} to delete", goes.len() + purges.len())),
    ];
    let notes: Vec<String> = notes
        .into_iter()
        .flatten()
        .map(|note| format!("  {note}"))
        .collect();
    format!("\n{title}\n{}{}", columns("  ", &rows), notes.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::widening::{Effect, Grant};

    fn change(logical_id: &str, action: Action, replacement: Replacement) -> ResourceChange {
        ResourceChange {
            logical_id: logical_id.to_owned(),
            physical_id: None,
            resource_type: "AWS::SNS::Topic".to_owned(),
            action,
            replacement,
            policy_action: (action == Action::Remove).then(|| "Retain".to_owned()),
            causes: if action == Action::Modify {
                vec!["Properties.Name".to_owned()]
            } else {
                Vec::new()
            },
        }
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn every_kind_of_change_can_be_told_without_colour() {
        let changes = ChangeSummary {
            changes: vec![
                change("Added", Action::Add, Replacement::Never),
                change("Adopted", Action::Import, Replacement::Never),
                change("Changed", Action::Modify, Replacement::Never),
                change("PerhapsReplaced", Action::Modify, Replacement::Conditional),
                change("Replaced", Action::Modify, Replacement::Always),
                change("Removed", Action::Remove, Replacement::Never),
            ],
        };
        let question = Question::Deploy {
            stack: "orders",
            creates: false,
            changes: &changes,
            widenings: &[],
        };
        insta::assert_snapshot!(plain(&super::question(&question)), @"
        To change orders:
          +  add                Added            SNS::Topic
          ←  import             Adopted          SNS::Topic
          ~  modify             Changed          SNS::Topic  Name
          ~  modify or replace  PerhapsReplaced  SNS::Topic  Name
          ±  replace            Replaced         SNS::Topic  Name
          -  remove             Removed          SNS::Topic  keeps the old one
          1 to add · 1 to import · 2 to modify · 1 to replace · 1 to remove
        ");
    }

    #[test]
    fn who_may_do_more_is_told_apart_from_the_changes() {
        let widenings = [Widening {
            logical_id: "ApiRole".to_owned(),
            grant: Grant {
                principal: "ApiRole".to_owned(),
                action: "dynamodb:Scan".to_owned(),
                resource: "!GetAtt EventsTable.Arn".to_owned(),
                condition: None,
                effect: Effect::Allow,
            },
        }];
        let changes = ChangeSummary {
            changes: vec![change("ApiRole", Action::Modify, Replacement::Never)],
        };
        let deploys = Question::Deploy {
            stack: "orders",
            creates: false,
            changes: &changes,
            widenings: &widenings,
        };
        insta::assert_snapshot!(plain(&super::question(&deploys)), @"
        To change orders:
          ~  modify  ApiRole  SNS::Topic  Name
          1 to modify
        Permissions that widen:
          !  ApiRole  ApiRole may dynamodb:Scan on !GetAtt EventsTable.Arn
        ");
        let widens = Question::Widen {
            stack: "orders",
            widenings: &widenings,
        };
        insta::assert_snapshot!(plain(&super::question(&widens)), @"
        In orders, which is protected, this needs approval of its own:
          !  ApiRole  ApiRole may dynamodb:Scan on !GetAtt EventsTable.Arn
        ");
    }

    #[test]
    fn a_change_of_outputs_alone_says_so() {
        let changes = ChangeSummary::default();
        let question = Question::Deploy {
            stack: "orders",
            creates: false,
            changes: &changes,
            widenings: &[],
        };
        insta::assert_snapshot!(plain(&super::question(&question)), @"
        To change orders:
          only outputs or tags change
        ");
    }

    #[test]
    fn a_deletion_names_what_goes_what_stays_and_what_cannot_come_back() {
        let goes = [
            ("Url".to_owned(), "AWS::Lambda::Url".to_owned()),
            ("Updates".to_owned(), "AWS::SNS::Topic".to_owned()),
        ];
        let table = [KeptTable {
            name: "orders-events".to_owned(),
            items: 1,
        }];
        let keeps = Question::Destroy {
            stack: "orders",
            goes: &goes,
            stays: &table,
            purges: &[],
        };
        insta::assert_snapshot!(plain(&super::question(&keeps)), @"
        To delete orders:
          -  Url      Lambda::Url
          -  Updates  SNS::Topic
          ! the URL will not come back: a new stack gets another
          ! existing subscriptions are lost; subscribers must subscribe again
          = stays: table orders-events (1 item)
          2 to delete
        ");
        let purges = Question::Destroy {
            stack: "orders",
            goes: &[],
            stays: &[],
            purges: &table,
        };
        insta::assert_snapshot!(plain(&super::question(&purges)), @"
        To delete orders:
          - table orders-events (1 item) with all data
          1 to delete
        ");
    }
}
