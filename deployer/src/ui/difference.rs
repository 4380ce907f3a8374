//! PURE: lays out the changes of a deployment for a reader.

use std::fmt::Write as _;

use cfn_deploy::shell;
use cfn_deploy::stack::comparison::Comparison;
use cfn_deploy::stack::guard::Refusal;
use cfn_deploy::{Diff, Foreign};

use super::changes::{outlined, widened};
use super::flow::flowed;
use super::paint;

/// Lays out a difference, in lines of at most `width` characters if there is a limit.
pub(super) fn text(diff: &Diff, width: Option<usize>) -> String {
    if diff.is_empty() {
        return format!("{} {} is as the template says\n", paint::good("="), diff.stack);
    }
    let mut text = format!("{}\n", title(diff));
    if has_changes(diff) {
        text.push_str(&outlined(&diff.outline, width));
    }
    notes(&mut text, diff, width);
    text
}

fn title(diff: &Diff) -> String {
    let title = match &diff.status {
        None => format!("To create {}:", diff.stack),
        Some(_) => format!("To change {}:", diff.stack),
    };
    paint::strong(title)
}

/// Whether anything would be done. Of a template that cannot be read it is not known, unless CloudFormation says it.
pub(super) fn has_changes(diff: &Diff) -> bool {
    let changes = diff.changes.as_ref();
    is_of_templates(diff)
        || !diff.outline.beside.is_empty()
        || changes.is_some_and(|changes| !changes.changes.is_empty())
}

fn is_of_templates(diff: &Diff) -> bool {
    diff.templates
        .as_ref()
        .is_some_and(|templates| !Comparison::is_empty(templates))
}

/// What a reader must not overlook, at the end, where it is read last.
fn notes(text: &mut String, diff: &Diff, width: Option<usize>) {
    // In a new stack, every permission is new.
    if !diff.widenings.is_empty() && diff.status.is_some() {
        let _ = writeln!(
            text,
            "{}",
            widened("Permissions that widen", &diff.widenings, width)
        );
    }
    if !diff.objections.is_empty() || diff.foreign.is_some() {
        let _ = writeln!(
            text,
            "\n{}",
            paint::bad("Refused by `up`, unless accepted by name:")
        );
        if let Some(foreign) = &diff.foreign {
            let _ = writeln!(
                text,
                "  {} --accept {}: {}",
                paint::bad("✗"),
                shell::quoted(&format!("adopt:{}", diff.stack)),
                whose(foreign)
            );
        }
        for refusal in Refusal::of(&diff.objections) {
            let _ = writeln!(
                text,
                "  {} --accept {}: {}",
                paint::bad("✗"),
                shell::quoted(&refusal.acceptance),
                refusal.consequences()
            );
        }
    }
    if !diff.refused.is_empty() {
        let _ = writeln!(text, "\n{}", paint::bad("Refused by `up`:"));
        let refused = diff.refused.iter();
        text.extend(
            refused.map(|refused| {
                flowed(&format!("  {} {refused}", paint::bad("✗")), width).into_owned() + "\n"
            }),
        );
    }
    if let Some(unknown) = unknown(diff) {
        let _ = writeln!(text, "{}", paint::faint(unknown));
    }
}

/// The owner of a stack that belongs to somebody else.
pub(super) fn whose(foreign: &Foreign) -> String {
    match &foreign.owner {
        Some(owner) => format!("the stack is of environment `{owner}`"),
        None => "the stack does not say which environment it is of".to_owned(),
    }
}

/// What could not be determined.
pub(super) fn unknown(diff: &Diff) -> Option<&'static str> {
    if diff.templates.is_none() {
        return Some("The deployed template was not sent by this deployer: its properties are not compared.");
    }
    let was_not_asked = diff.status.is_some() && diff.changes.is_none() && is_of_templates(diff);
    was_not_asked.then_some("CloudFormation was not asked: what it would replace is not known.")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use cfn_deploy::KeptTable;
    use cfn_deploy::stack::ChangeSummary;
    use cfn_deploy::stack::comparison::ValueChange;
    use cfn_deploy::stack::guard::{in_changes, in_templates};
    use cfn_deploy::stack::outline::{Beside, Outline, ValueSources};
    use cfn_deploy::stack::widening::widenings;
    use cfn_deploy::stack::{Action, Replacement, ResourceChange};

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    fn nothing() -> Diff {
        Diff {
            stack: "orders".into(),
            status: Some("UPDATE_COMPLETE".into()),
            foreign: None,
            templates: Some(Comparison::default()),
            outline: Outline::default(),
            changes: None,
            widenings: Vec::new(),
            objections: Vec::new(),
            refused: Vec::new(),
            unfinished: Vec::new(),
        }
    }

    #[test]
    fn no_difference_is_one_line() {
        assert_eq!(
            plain(&text(&nothing(), None)),
            "= orders is as the template says\n"
        );
    }

    #[test]
    fn a_foreign_stack_is_told_with_its_owner_and_what_takes_it_over() {
        let told = [Some("staging".to_owned()), None].map(|owner| {
            let foreign = Some(Foreign { owner });
            plain(&text(&Diff { foreign, ..nothing() }, None))
        });
        insta::assert_snapshot!(told.join(""), @"
        To change orders:

        Refused by `up`, unless accepted by name:
          ✗ --accept adopt:orders: the stack is of environment `staging`
        To change orders:

        Refused by `up`, unless accepted by name:
          ✗ --accept adopt:orders: the stack does not say which environment it is of
        ");
    }

    #[test]
    fn of_code_that_was_pushed_only_that_is_told() {
        let beside = Beside {
            pushed: vec!["Relay".into()],
            ..Beside::default()
        };
        let diff = Diff {
            outline: Outline::default().and(beside),
            ..nothing()
        };
        insta::assert_snapshot!(plain(&text(&diff, None)), @"
        To change orders:
          !  Relay runs code that was pushed past the stack, which this undoes
        ");
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
        let changes = ChangeSummary {
            changes: vec![
                change("Topic", "AWS::SNS::Topic", Action::Modify, Replacement::Always),
                change("Alias", "AWS::Lambda::Alias", Action::Modify, Replacement::Never),
            ],
        };
        let mut objections = in_templates(&before, &after);
        objections.extend(in_changes(Some(&before), &changes));
        let beside = Beside {
            settings: vec![ValueChange {
                path: "Tags[owner]".into(),
                before: None,
                after: Some("platform".into()),
            }],
            imports: vec![KeptTable {
                name: "orders-feed".into(),
                items: 1,
            }],
            pushed: vec!["Relay".into()],
        };
        let outline = Outline::of(Some(&before), &after, Some(&changes), &ValueSources::default());
        let diff = Diff {
            templates: Some(Comparison::of_values(&before, &after)),
            outline: outline.and(beside),
            refused: vec!["these exist already: topic `a` (in no stack)".into()],
            changes: Some(changes),
            widenings: widenings(Some(&before), &after),
            // The templates and the change set show the same refusal by different properties; it is reported once.
            objections,
            ..nothing()
        };
        insta::assert_snapshot!(plain(&text(&diff, None)), @r#"
        To change orders:
          ±  replace  Topic   SNS::Topic
               TopicName: "a" → "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…
          ~  modify   Alias   Lambda::Alias
          +  add      Anyone  Lambda::Permission
          ~  modify   Api     Lambda::Function
               Environment.Variables.OLD: - "x"
               Environment.Variables.NEW: + !Ref Events
               Timeout: 10 → 20
          ~  modify   Events  DynamoDB::Table
               DeletionPolicy: "Retain" → "Delete"
          -  remove   Gone    SQS::Queue
          ~  the template itself
               Outputs: - {Old: {Value: "1"}}
          1 to add · 3 to modify · 1 to replace · 1 to remove
          ~  the stack itself
               Tags[owner]: + "platform"
          ←  table orders-feed (1 item) is imported, with all that is in it
          !  Relay runs code that was pushed past the stack, which this undoes

        Permissions that widen:
          !  Anyone  everybody may lambda:InvokeFunction on !Ref Api

        Refused by `up`, unless accepted by name:
          ✗ --accept weaken:Events: the table, and every event in it, would be deleted with the stack or its replacement
          ✗ --accept replace:Topic: existing subscriptions are lost; subscribers must subscribe again

        Refused by `up`:
          ✗ these exist already: topic `a` (in no stack)
        "#);
    }
}
