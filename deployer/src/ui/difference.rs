//! PURE: what a deployment would change, laid out for a reader.

use std::fmt::Write as _;

use super::changes;
use super::paint;
use crate::engine::Diff;
use crate::stack::comparison::{Fate, ResourceComparison, ValueChange, shown};
use crate::stack::{Action, Replacement, ResourceChange};

/// Longer values are cut: the whole of them is in `--json`.
const LONGEST_VALUE: usize = 100;

/// Lays a difference out.
pub(super) fn text(diff: &Diff) -> String {
    if diff.is_empty() {
        return format!("{} {} is as the template says\n", paint::good("="), diff.stack);
    }
    let mut text = format!("{}\n", title(diff));
    if let Some(templates) = &diff.templates {
        let (changed, whole): (Vec<_>, Vec<_>) = templates
            .resources
            .iter()
            .partition(|resource| resource.fate == Fate::Changed);
        for resource in whole {
            text.push_str(&head(diff, resource));
        }
        for resource in changed {
            let lines: String = resource.changes.iter().map(line).collect();
            let _ = write!(text, "\n{}{lines}", head(diff, resource));
        }
        section(&mut text, "the template itself", &templates.others);
    }
    for change in unseen(diff) {
        let head = headline(
            change.action,
            change.replacement,
            &change.logical_id,
            &change.resource_type,
        );
        let _ = write!(text, "\n{head}");
    }
    section(&mut text, "the stack itself", &diff.settings);
    for function in &diff.pushed {
        let mark = paint::warn("!");
        let _ = writeln!(
            text,
            "\n{mark} {function} runs code that was pushed past the stack"
        );
    }
    notes(&mut text, diff);
    text
}

fn title(diff: &Diff) -> String {
    let title = match &diff.status {
        None => format!("To create {}:", diff.stack),
        Some(_) => format!("To change {}:", diff.stack),
    };
    paint::strong(title)
}

/// The line of a resource. Of one that comes or goes it is the only one: the others would say the template over again.
fn head(diff: &Diff, resource: &ResourceComparison) -> String {
    let (action, replacement) = match (change_of(diff, &resource.logical_id), resource.fate) {
        (Some(change), _) => (change.action, change.replacement),
        (None, Fate::Added) => (Action::Add, Replacement::Never),
        (None, Fate::Changed) => (Action::Modify, Replacement::Never),
        (None, Fate::Removed) => (Action::Remove, Replacement::Never),
    };
    headline(action, replacement, &resource.logical_id, &resource.resource_type)
}

fn headline(action: Action, replacement: Replacement, logical_id: &str, resource_type: &str) -> String {
    let (mark, what) = changes::mark(action, replacement);
    let kind = paint::faint(resource_type.trim_start_matches("AWS::"));
    format!("{mark} {what}  {}  {kind}\n", paint::strong(logical_id))
}

/// What CloudFormation would do to resources of which the templates show no change: what depends on what changes.
fn unseen(diff: &Diff) -> impl Iterator<Item = &ResourceChange> {
    let changes = diff.changes.iter().flat_map(|changes| &changes.changes);
    changes.filter(|change| {
        let templates = diff.templates.iter().flat_map(|templates| &templates.resources);
        !templates
            .into_iter()
            .any(|resource| resource.logical_id == change.logical_id)
    })
}

fn change_of<'a>(diff: &'a Diff, logical_id: &str) -> Option<&'a ResourceChange> {
    let changes = diff.changes.as_ref()?;
    changes
        .changes
        .iter()
        .find(|change| change.logical_id == logical_id)
}

fn section(text: &mut String, title: &str, changes: &[ValueChange]) {
    if !changes.is_empty() {
        let _ = writeln!(text, "\n{} {}", paint::warn("~"), paint::strong(title));
        text.extend(changes.iter().map(line));
    }
}

fn line(change: &ValueChange) -> String {
    let path = change.path.trim_start_matches("Properties.");
    let what = match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!(
            "{} → {}",
            paint::bad(cut(&shown(before))),
            paint::good(cut(&shown(after)))
        ),
        (Some(before), None) => format!("{} {}", paint::bad("-"), paint::bad(cut(&shown(before)))),
        (None, Some(after)) => format!("{} {}", paint::good("+"), paint::good(cut(&shown(after)))),
        (None, None) => String::new(),
    };
    format!("    {path}: {what}\n")
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LONGEST_VALUE {
        return text.to_owned();
    }
    let start: String = text.chars().take(LONGEST_VALUE).collect();
    format!("{start}…")
}

/// What a reader must not overlook, at the end, where it is read last.
fn notes(text: &mut String, diff: &Diff) {
    if !diff.widenings.is_empty() {
        let _ = writeln!(
            text,
            "\n{}",
            paint::warn(paint::strong("Permissions that widen:"))
        );
        for widening in &diff.widenings {
            let _ = writeln!(text, "  {} {}", paint::warn("!"), widening.grant);
        }
    }
    if !diff.objections.is_empty() {
        let _ = writeln!(
            text,
            "\n{}",
            paint::bad("Refused by `up`, unless accepted by name:")
        );
        for objection in &diff.objections {
            let _ = writeln!(
                text,
                "  {} --accept {}: {}",
                paint::bad("✗"),
                objection.acceptance(),
                objection.danger.consequence()
            );
        }
    }
    if diff.status.is_some() && diff.changes.is_none() && diff.templates.is_some() {
        let _ = writeln!(
            text,
            "\n{}",
            paint::faint("CloudFormation was not asked: what it would replace is not known.")
        );
    }
    if diff.templates.is_none() {
        let _ = writeln!(
            text,
            "\n{}",
            paint::faint(
                "The deployed template was not sent by this deployer: its properties are not compared."
            )
        );
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::stack::ChangeSummary;
    use crate::stack::comparison::Comparison;
    use crate::stack::guard::in_templates;
    use crate::stack::widening::widenings;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    fn nothing() -> Diff {
        Diff {
            stack: "orders".into(),
            status: Some("UPDATE_COMPLETE".into()),
            templates: Some(Comparison::default()),
            settings: Vec::new(),
            pushed: Vec::new(),
            changes: None,
            widenings: Vec::new(),
            objections: Vec::new(),
        }
    }

    #[test]
    fn no_difference_is_one_line() {
        assert_eq!(plain(&text(&nothing())), "= orders is as the template says\n");
    }

    #[test]
    fn properties_actions_widenings_and_refusals_each_have_their_place() {
        let before = json!({"Resources": {
            "Api": {"Type": "AWS::Lambda::Function", "Properties": {"Timeout": 10, "Environment": {"Variables": {"OLD": "x"}}}},
            "Events": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "Properties": {"TableName": "e"}},
            "Gone": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}},
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "a"}},
        }, "Outputs": {"Old": {"Value": "1"}}});
        let after = json!({"Resources": {
            "Api": {"Type": "AWS::Lambda::Function", "Properties": {"Timeout": 20, "Environment": {"Variables": {"NEW": {"Ref": "Events"}}}}},
            "Anyone": {"Type": "AWS::Lambda::Permission", "Properties": {
                "FunctionName": {"Ref": "Api"}, "Action": "lambda:InvokeFunction", "Principal": "*"}},
            "Events": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Delete", "Properties": {"TableName": "e"}},
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "b".repeat(200)}},
        }});
        let change = |logical_id: &str, resource_type: &str, action, replacement| ResourceChange {
            logical_id: logical_id.into(),
            physical_id: None,
            resource_type: resource_type.into(),
            action,
            replacement,
            policy_action: None,
            causes: Vec::new(),
        };
        let diff = Diff {
            templates: Some(Comparison::of_values(&before, &after)),
            settings: vec![ValueChange {
                path: "Tags[owner]".into(),
                before: None,
                after: Some("platform".into()),
            }],
            pushed: vec!["Relay".into()],
            changes: Some(ChangeSummary {
                changes: vec![
                    change("Topic", "AWS::SNS::Topic", Action::Modify, Replacement::Always),
                    change("Alias", "AWS::Lambda::Alias", Action::Modify, Replacement::Never),
                ],
            }),
            widenings: widenings(&before, &after),
            objections: in_templates(&before, &after),
            ..nothing()
        };
        insta::assert_snapshot!(plain(&text(&diff)), @r#"
        To change orders:
        + add  Anyone  Lambda::Permission
        - remove  Gone  SQS::Queue

        ~ modify  Api  Lambda::Function
            Environment.Variables.OLD: - "x"
            Environment.Variables.NEW: + !Ref Events
            Timeout: 10 → 20

        ~ modify  Events  DynamoDB::Table
            DeletionPolicy: "Retain" → "Delete"

        ± replace  Topic  SNS::Topic
            TopicName: "a" → "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…

        ~ the template itself
            Outputs: - {Old: {Value: "1"}}

        ~ modify  Alias  Lambda::Alias

        ~ the stack itself
            Tags[owner]: + "platform"

        ! Relay runs code that was pushed past the stack

        Permissions that widen:
          ! everybody may lambda:InvokeFunction on !Ref Api

        Refused by `up`, unless accepted by name:
          ✗ --accept weaken:Events: the table, and every event in it, would be deleted with the stack or its replacement
          ✗ --accept replace:Topic: existing subscriptions are lost; subscribers must subscribe again
        "#);
    }
}
