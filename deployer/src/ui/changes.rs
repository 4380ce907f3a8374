//! PURE: lays out planned changes for the user's decision.

use cfn_deploy::stack::outline::{Outline, Outlined};
use cfn_deploy::stack::widening::Widening;
use cfn_deploy::stack::{Action, Replacement};
use cfn_deploy::{DrillSource, Question};
use jiff::Timestamp;

use super::beside::beside;
use super::deletion::deletion;
use super::flow::flowed;
use super::narrate::as_of;
use super::table::{columns, fits, fitted};
use super::text::{count, size};
use super::value::{change, parameter};
use super::{garbage, paint};

/// Lays out the subject of a question, in lines of at most `width` characters if there is a limit.
///
/// Permissions in `told` were described before; they are only named.
pub(super) fn question(question: &Question<'_>, told: &[Widening], width: Option<usize>) -> String {
    match question {
        Question::Deploy {
            stack,
            creates,
            outline,
            widenings,
            ..
        } => planned(stack, *creates, outline, widenings, width),
        Question::Widen { stack, widenings } => asked_apart(stack, widenings, told, width),
        Question::DeleteArtifacts { bucket, garbage } => garbage::question(bucket, garbage, width),
        Question::Drill {
            source,
            at,
            stack,
            table,
            left,
        } => drill(source, *at, (stack, table), left),
        Question::Destroy(told) => deletion(told, width),
    }
}

/// What a drill makes, and removes.
fn drill(
    source: &DrillSource,
    at: Option<Timestamp>,
    (stack, table): (&str, &str),
    left: &[String],
) -> String {
    let title = paint::strong(format!("To drill the restoring of {}:", source.stack));
    let items = count(source.items, "item");
    let bytes = size(usize::try_from(source.bytes).unwrap_or(usize::MAX));
    let as_of = as_of(at);
    let first = if left.is_empty() {
        String::new()
    } else {
        format!(
            "  - {}, which an earlier drill left, or one that is still at work\n",
            left.join(" and ")
        )
    };
    format!(
        "\n{title}\n{first}  + table {table}, with {} {as_of} ({items}, {bytes})\n  + stack {stack}, the store on it, which is verified\n  - \
         both again, whatever happens\n  AWS bills the restored size, and what the store reads of it",
        source.table
    )
}

/// The changes in a plan.
pub(super) fn planned(
    stack: &str,
    creates: bool,
    outline: &Outline,
    widenings: &[Widening],
    width: Option<usize>,
) -> String {
    let verb = if creates { "create" } else { "change" };
    let title = paint::strong(format!("To {verb} {stack}:"));
    let widened = widened("Permissions that widen", widenings, width);
    format!("\n{title}\n{}{widened}", outlined(outline, width).trim_end())
}

/// The changes: first their causes, then the resources, then the totals.
pub(super) fn outlined(outline: &Outline, width: Option<usize>) -> String {
    let mut lines: Vec<String> = outline
        .parameters
        .iter()
        .map(|changed| format!("  {}\n", parameter(changed)))
        .collect();
    if !lines.is_empty() && !outline.resources.is_empty() {
        lines.push("\n".to_owned());
    }
    let indented = |text: &str| flowed(&format!("       {text}"), width).into_owned() + "\n";
    let below = |value| indented(&change(value));
    let mut rows: Vec<Vec<String>> = outline.resources.iter().map(row).collect();
    // If there is no room for the cause next to a resource, it goes below.
    let mut causes = vec![None; rows.len()];
    if !fits(&columns("  ", &rows), width) {
        causes = rows.iter_mut().map(Vec::pop).collect();
    }
    let laid_out = fitted(width, "  ", &rows).into_iter();
    for ((line, resource), cause) in laid_out.zip(&outline.resources).zip(causes) {
        lines.push(line);
        let cause = cause.filter(|cause| !cause.is_empty());
        lines.extend(cause.map(|cause| indented(&cause)));
        lines.extend(resource.values.iter().map(below));
    }
    if !outline.others.is_empty() {
        lines.push(format!("  {}  the template itself\n", paint::warn("~")));
        lines.extend(outline.others.iter().map(below));
    }
    lines.extend(counts(outline).map(|counts| format!("  {counts}\n")));
    lines.extend(beside(&outline.beside, width));
    lines.concat()
}

/// A sign and a word for the change of a resource.
pub(super) fn mark(action: Action, replacement: Replacement) -> (String, String) {
    match (action, replacement) {
        (Action::Modify, Replacement::Always) => (paint::bad("±"), paint::bad("replace")),
        (Action::Modify, Replacement::Conditional) => (paint::warn("~"), paint::warn("may replace")),
        (Action::Modify | Action::Dynamic, _) => (paint::warn("~"), action.to_string()),
        (Action::Add, _) => (paint::good("+"), action.to_string()),
        (Action::Import, _) => (paint::good("←"), "import".to_owned()),
        (Action::Remove, _) => (paint::bad("-"), action.to_string()),
    }
}

fn row(resource: &Outlined) -> Vec<String> {
    let (mark, what) = mark(resource.action, resource.replacement);
    let kind = paint::faint(resource.resource_type.trim_start_matches("AWS::"));
    vec![
        mark,
        what,
        resource.logical_id.clone(),
        kind,
        paint::faint(because(resource)),
    ]
}

/// Why a resource changes, in a few words.
pub(super) fn because(resource: &Outlined) -> String {
    let follows = (!resource.follows_from.is_empty())
        .then(|| format!("follows from {}", resource.follows_from.join(", ")));
    let properties = resource.properties.iter();
    let parts = properties
        .map(|property| property.trim_start_matches("Properties.").to_owned())
        .chain(follows)
        .chain(resource.keeps_old.then(|| "keeps the old one".to_owned()))
        .chain(resource.loses.map(str::to_owned));
    parts.collect::<Vec<_>>().join(", ")
}

/// How much it is; nothing, where CloudFormation has nothing to do.
fn counts(outline: &Outline) -> Option<String> {
    let modified = |replacement| {
        let changes = outline.resources.iter();
        changes
            .filter(|change| change.action == Action::Modify && change.replacement == replacement)
            .count()
    };
    let counts = [
        (outline.count(Action::Add), "to add"),
        (outline.count(Action::Import), "to import"),
        (
            modified(Replacement::Never) + outline.count(Action::Dynamic),
            "to modify",
        ),
        (modified(Replacement::Conditional), "may be replaced"),
        (modified(Replacement::Always), "to replace"),
        (outline.count(Action::Remove), "to remove"),
    ];
    let parts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    match parts.as_slice() {
        [] if outline.beside.is_empty() => Some("only outputs or tags change".to_owned()),
        [] => None,
        parts => Some(parts.join(" · ")),
    }
}

/// What needs a separate approval.
fn asked_apart(stack: &str, widenings: &[Widening], told: &[Widening], width: Option<usize>) -> String {
    if widenings.iter().any(|widening| !told.contains(widening)) {
        let title = format!("In {stack}, which is protected, this needs approval of its own");
        return widened(&title, widenings, width);
    }
    let mut names: Vec<&str> = widenings
        .iter()
        .map(|widening| widening.logical_id.as_str())
        .collect();
    names.dedup();
    let title = format!(
        "In {stack}, which is protected, the permissions of {} need approval of their own",
        names.join(", ")
    );
    format!("\n{}", paint::strong(title))
}

/// What the widened permissions newly allow; empty if nothing.
pub(super) fn widened(title: &str, widenings: &[Widening], width: Option<usize>) -> String {
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
        fitted(width, "  ", &rows).concat().trim_end()
    )
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use cfn_deploy::stack::comparison::ValueChange;
    use cfn_deploy::stack::outline::{Beside, ValueSources};
    use cfn_deploy::stack::widening::{Effect, Grant};
    use cfn_deploy::stack::{ChangeSummary, ResourceChange};

    fn outline(changes: &ChangeSummary) -> Outline {
        Outline::of(None, &Value::Null, Some(changes), &ValueSources::default())
    }

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
            outline: &outline(&changes),
            widenings: &[],
        };
        insta::assert_snapshot!(plain(&super::question(&question, &[], None)), @"
        To change orders:
          +  add          Added            SNS::Topic
          ←  import       Adopted          SNS::Topic
          ~  modify       Changed          SNS::Topic  Name
          ~  may replace  PerhapsReplaced  SNS::Topic  Name
          ±  replace      Replaced         SNS::Topic  Name
          -  remove       Removed          SNS::Topic  keeps the old one
          1 to add · 1 to import · 1 to modify · 1 may be replaced · 1 to replace · 1 to remove
        ");
    }

    #[test]
    fn who_may_do_more_is_told_apart_from_the_changes_and_once() {
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
            outline: &outline(&changes),
            widenings: &widenings,
        };
        insta::assert_snapshot!(plain(&super::question(&deploys, &[], None)), @"
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
        let told = [&[][..], &widenings].map(|told| plain(&super::question(&widens, told, None)));
        insta::assert_snapshot!(told.join("\n"), @"
        In orders, which is protected, this needs approval of its own:
          !  ApiRole  ApiRole may dynamodb:Scan on !GetAtt EventsTable.Arn

        In orders, which is protected, the permissions of ApiRole need approval of their own
        ");
    }

    #[test]
    fn a_parameter_comes_first_and_its_consequences_say_so_in_80_columns() {
        let follows = |logical_id: &str, resource_type: &str, replacement, from: &str| Outlined {
            logical_id: logical_id.to_owned(),
            resource_type: resource_type.to_owned(),
            action: Action::Modify,
            replacement,
            keeps_old: false,
            loses: None,
            follows_from: vec![from.to_owned()],
            values: Vec::new(),
            properties: Vec::new(),
        };
        let value = |path: &str, before: Value, after: Value| ValueChange {
            path: path.to_owned(),
            before: Some(before),
            after: Some(after),
        };
        let maybe = Replacement::Conditional;
        let mut function = follows(
            "ApiFunction",
            "AWS::Lambda::Function",
            Replacement::Never,
            "ApiMemoryMb",
        );
        function.values = vec![value("Properties.Timeout", 10.into(), 20.into())];
        let outline = Outline {
            parameters: vec![value("ApiMemoryMb", "256".into(), "512".into())],
            resources: vec![
                function,
                follows("ApiVersion", "AWS::Lambda::Version", maybe, "ApiFunction"),
                follows(
                    "AnyoneMayInvokeThroughUrl",
                    "AWS::Lambda::Permission",
                    maybe,
                    "ApiAlias",
                ),
            ],
            others: Vec::new(),
            beside: Beside::default(),
        };
        insta::assert_snapshot!(plain(&planned("event-store", false, &outline, &[], Some(80))), @"
        To change event-store:
          ApiMemoryMb: 256 → 512

          ~  modify       ApiFunction                Lambda::Function
               follows from ApiMemoryMb
               Timeout: 10 → 20
          ~  may replace  ApiVersion                 Lambda::Version
               follows from ApiFunction
          ~  may replace  AnyoneMayInvokeThroughUrl  Lambda::Permission
               follows from ApiAlias
          1 to modify · 2 may be replaced
        ");
    }

    #[test]
    fn a_change_of_outputs_alone_says_so() {
        let changes = ChangeSummary::default();
        let question = Question::Deploy {
            stack: "orders",
            creates: false,
            changes: &changes,
            outline: &outline(&changes),
            widenings: &[],
        };
        insta::assert_snapshot!(plain(&super::question(&question, &[], None)), @"
        To change orders:
          only outputs or tags change
        ");
    }
}
