//! PURE: the outcome of a command in Markdown, for a GitHub step summary or a comment on a pull request.

use std::fmt::Write as _;
use std::time::Duration;

use cfn_deploy::stack::guard::Refusal;
use cfn_deploy::stack::outline::{Beside, Outline, Outlined};
use cfn_deploy::stack::release::ReleaseOutcome;
use cfn_deploy::stack::widening::Widening;
use cfn_deploy::{Deployed, Destroyed, Diff, Outputs, shell};

use super::beside::{imported, undone};
use super::escape::on_one_line;
use super::outcome::{tables, went};
use super::text::duration;
use super::value::{change, parameter};
use super::{Asked, changes, difference, error};
use crate::commands::error::CommandError;

/// A section with the command as its heading, because a step's summary may contain several.
pub(super) fn of(command: &str, section: &str) -> String {
    format!("### {}\n\n{section}", code(command))
}

/// The changes that a deployment would make.
pub(super) fn difference(diff: &Diff) -> String {
    let stack = code(&diff.stack);
    if diff.is_empty() {
        return format!("{stack} is as the template says\n\n");
    }
    let title = match &diff.status {
        None => format!("{stack} would be created\n\n"),
        Some(_) => format!("{stack} would change\n\n"),
    };
    let table = if difference::has_changes(diff) {
        table(&diff.outline)
    } else {
        String::new()
    };
    let mut notes = String::new();
    for value in &diff.outline.others {
        let _ = writeln!(notes, "- {}", code(&plain(&change(value))));
    }
    if diff.status.is_some() {
        notes.push_str(&widened(&diff.widenings));
    }
    if let Some(foreign) = &diff.foreign {
        let acceptance = shell::quoted(&format!("adopt:{}", diff.stack));
        let whose = cell(&difference::whose(foreign));
        let _ = writeln!(notes, "- refused unless `--accept {acceptance}`: {whose}");
    }
    for refusal in Refusal::of(&diff.objections) {
        let consequences = cell(&refusal.consequences());
        let acceptance = shell::quoted(&refusal.acceptance);
        let _ = writeln!(notes, "- refused unless `--accept {acceptance}`: {consequences}");
    }
    for refused in &diff.refused {
        let _ = writeln!(notes, "- refused: {}", cell(refused));
    }
    if !notes.is_empty() {
        notes.push('\n');
    }
    let unknown = difference::unknown(diff).map(|unknown| format!("{unknown}\n\n"));
    format!("{title}{table}{notes}{}", unknown.unwrap_or_default())
}

/// What the widened permissions newly allow.
fn widened(widenings: &[Widening]) -> String {
    let mut lines = String::new();
    for widening in widenings {
        let _ = writeln!(
            lines,
            "- permissions widen: {}",
            cell(&widening.grant.to_string())
        );
    }
    lines
}

/// The outcome of a deployment, and its changes.
pub(super) fn deployed(
    stack: &str,
    deployed: &Deployed,
    done: Option<&Asked>,
    outputs: &Outputs,
    took: Duration,
) -> String {
    let what = match deployed {
        Deployed::Created(_) => "was created",
        Deployed::Updated(_) => "was updated",
        Deployed::Completed(_, ReleaseOutcome::Created) => {
            "is up to date: the creation that was begun earlier is finished"
        }
        Deployed::Completed(_, ReleaseOutcome::Updated) => {
            "is up to date: the update that was begun earlier is finished"
        }
        Deployed::Settled(_) => "is up to date: what an interrupted run had left is put right",
        Deployed::Unchanged(_) => "is up to date",
    };
    let changes = done.map(|done| table(&done.outline)).unwrap_or_default();
    let mut text = format!("✓ {} {what} ({})\n\n{changes}", code(stack), duration(took));
    if !outputs.is_empty() {
        text.push_str("| Output | Value |\n| --- | --- |\n");
        for (name, value) in outputs {
            let _ = writeln!(text, "| {} | {} |", cell(name), code(value));
        }
        text.push('\n');
    }
    text
}

/// The outcome of a deletion.
pub(super) fn destroyed(stack: &str, destroyed: &Destroyed) -> String {
    let stack = code(stack);
    let (title, kept) = match destroyed {
        Destroyed::NothingThere { kept } => (format!("✓ there is no stack {stack}\n\n"), kept),
        Destroyed::Gone {
            removed,
            kept,
            purged,
        } => {
            let went = cell(&went(removed.len(), purged));
            let title = format!("✓ {stack} is gone{went}\n\n");
            (title, kept)
        }
    };
    if kept.is_empty() {
        title
    } else {
        format!("{title}Kept: {}\n\n", cell(&tables(kept)))
    }
}

/// Why a command failed, and the changes that it had planned.
pub(super) fn failed(failure: &CommandError, asked: Option<&Asked>) -> String {
    let changes = asked.map(|asked| table(&asked.outline) + &widened(&asked.widenings));
    let changes = changes.unwrap_or_default();
    let reason = fenced(&plain(&error::text(failure)));
    format!(
        "✗ failed with exit code {}\n\n{reason}\n{changes}",
        failure.kind.code()
    )
}

/// The change of each resource, and the parameters that caused it.
fn table(outline: &Outline) -> String {
    let mut text = String::new();
    for changed in &outline.parameters {
        let _ = writeln!(text, "- {}", code(&plain(&parameter(changed))));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    let mut beside = beside(&outline.beside);
    if !beside.is_empty() {
        beside.push('\n');
    }
    if outline.resources.is_empty() {
        let nothing_else = if outline.beside.is_empty() {
            "Only outputs or tags change.\n\n"
        } else {
            ""
        };
        return format!("{text}{nothing_else}{beside}");
    }
    let rows: String = outline.resources.iter().map(row).collect();
    format!("{text}| | Resource | Type | Because of |\n| --- | --- | --- | --- |\n{rows}\n{beside}")
}

/// What is done beside what CloudFormation does.
fn beside(beside: &Beside) -> String {
    let settings = beside.settings.iter().map(|value| code(&plain(&change(value))));
    let told = imported(&beside.imports).into_iter().chain(undone(beside));
    let lines = settings.chain(told.map(|told| cell(&told)));
    lines.fold(String::new(), |text, line| text + "- " + &line + "\n")
}

fn row(resource: &Outlined) -> String {
    let (mark, what) = changes::mark(resource.action, resource.replacement);
    let values = resource.values.iter().map(|value| code(&plain(&change(value))));
    let because = Some(changes::because(resource)).filter(|because| !because.is_empty());
    let causes: Vec<String> = values.chain(because.map(|because| cell(&because))).collect();
    format!(
        "| {} {} | {} | {} | {} |\n",
        plain(&mark),
        plain(&what),
        code(&resource.logical_id),
        cell(&resource.resource_type),
        causes.join(", ")
    )
}

/// Formats a text for a table cell or a line. Anything but plain words becomes code, so that it contains no Markdown,
/// HTML, links or mentions.
fn cell(text: &str) -> String {
    let is_word = |letter: char| letter.is_alphanumeric() || " .,:;·()/-+=%'".contains(letter);
    if text.chars().all(is_word) && !text.contains("//") && !text.contains("www.") {
        text.to_owned()
    } else {
        code(text)
    }
}

/// Formats a name or an address as code.
fn code(text: &str) -> String {
    // In a table, a bar ends the cell even inside code.
    let text = on_one_line(text).replace('|', "\\|");
    let fence = "`".repeat(longest_run_of_backticks(&text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{space}{text}{space}{fence}")
}

fn longest_run_of_backticks(text: &str) -> usize {
    let runs = text.split(|letter| letter != '`');
    runs.map(str::len).max().unwrap_or(0)
}

/// A code block, with a fence longer than any inside.
fn fenced(text: &str) -> String {
    let fence = "`".repeat((longest_run_of_backticks(text) + 1).max(3));
    format!("{fence}\n{}\n{fence}\n", text.trim())
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::commands::error::ErrorKind;
    use cfn_deploy::KeptTable;
    use cfn_deploy::stack::comparison::ValueChange;
    use cfn_deploy::stack::outline::ValueSources;
    use cfn_deploy::stack::{Action, ChangeSummary, Replacement, ResourceChange};

    fn asked() -> Asked {
        let change = |logical_id: &str, action, replacement, causes: &[&str]| ResourceChange {
            logical_id: logical_id.to_owned(),
            physical_id: None,
            resource_type: "AWS::SNS::Topic".to_owned(),
            action,
            replacement,
            policy_action: None,
            causes: causes.iter().map(|cause| (*cause).to_owned()).collect(),
        };
        let changes = ChangeSummary {
            changes: vec![
                change("Added", Action::Add, Replacement::Never, &[]),
                change(
                    "Replaced",
                    Action::Modify,
                    Replacement::Always,
                    &["Properties.Name", "Tags"],
                ),
            ],
        };
        Asked {
            outline: Outline::of(None, &Value::Null, Some(&changes), &ValueSources::default()),
            widenings: Vec::new(),
        }
    }

    #[test]
    fn a_deployment_is_summed_up_with_its_changes_and_outputs() {
        let outputs = Outputs::from([("EsUrl".to_owned(), "https://abc.example/".to_owned())]);
        let took = Duration::from_secs(12);
        let summary = deployed(
            "orders",
            &Deployed::Updated(Outputs::new()),
            Some(&asked()),
            &outputs,
            took,
        );
        insta::assert_snapshot!(of("deployer up --env demo", &summary), @"
        ### `deployer up --env demo`

        ✓ `orders` was updated (12 s)

        | | Resource | Type | Because of |
        | --- | --- | --- | --- |
        | + add | `Added` | AWS::SNS::Topic |  |
        | ± replace | `Replaced` | AWS::SNS::Topic | Name, Tags |

        | Output | Value |
        | --- | --- |
        | EsUrl | `https://abc.example/` |
        ");
    }

    #[test]
    fn a_deletion_is_summed_up_with_what_stays() {
        let kept = vec![KeptTable {
            name: "orders-events".to_owned(),
            items: 2,
        }];
        insta::assert_snapshot!(super::destroyed("orders", &Destroyed::NothingThere { kept }), @"
        ✓ there is no stack `orders`

        Kept: table orders-events (2 items)
        ");
    }

    #[test]
    fn a_failure_is_summed_up_as_it_is_told() {
        let error = CommandError::new(
            ErrorKind::Refused,
            std::io::Error::other("table `orders` is protected"),
        )
        .hint("ask ```");
        insta::assert_snapshot!(failed(&error, Some(&asked())), @"
        ✗ failed with exit code 4

        `````
        error: table `orders` is protected
          hint: ask ````
        `````

        | | Resource | Type | Because of |
        | --- | --- | --- | --- |
        | + add | `Added` | AWS::SNS::Topic |  |
        | ± replace | `Replaced` | AWS::SNS::Topic | Name, Tags |
        ");
    }

    #[test]
    fn a_difference_is_a_table_and_what_is_in_none() {
        let beside = Beside {
            settings: vec![ValueChange {
                path: "TerminationProtection".to_owned(),
                before: Some(true.into()),
                after: Some(false.into()),
            }],
            imports: vec![KeptTable {
                name: "orders-events".to_owned(),
                items: 2,
            }],
            pushed: vec!["Api".to_owned()],
        };
        let diff = Diff {
            stack: "orders".to_owned(),
            status: Some("UPDATE_COMPLETE".to_owned()),
            foreign: None,
            templates: None,
            outline: asked().outline.and(beside),
            changes: Some(ChangeSummary::default()),
            widenings: Vec::new(),
            objections: Vec::new(),
            refused: vec!["these exist already: topic `a` (in no stack)".to_owned()],
            unfinished: Vec::new(),
        };
        insta::assert_snapshot!(super::difference(&diff), @"
        `orders` would change

        | | Resource | Type | Because of |
        | --- | --- | --- | --- |
        | + add | `Added` | AWS::SNS::Topic |  |
        | ± replace | `Replaced` | AWS::SNS::Topic | Name, Tags |

        - `TerminationProtection: true → false`
        - table orders-events (2 items) is imported, with all that is in it
        - Api runs code that was pushed past the stack, which this undoes

        - refused: ``these exist already: topic `a` (in no stack)``

        The deployed template was not sent by this deployer: its properties are not compared.
        ");
    }

    #[test]
    fn what_a_template_says_cannot_leave_its_cell() {
        for (text, shown) in [
            (
                "table orders-events (2 items), 50%",
                "table orders-events (2 items), 50%",
            ),
            ("a|b\n<script> `x` *y*", "``a\\|b\\u000a<script> `x` *y*``"),
            ("ask @everyone", "`ask @everyone`"),
            ("`", "`` ` ``"),
            ("see https://evil.example", "`see https://evil.example`"),
            ("[x](y) ![z](w) #1", "`[x](y) ![z](w) #1`"),
            ("&lt;img src=x&gt;", "`&lt;img src=x&gt;`"),
        ] {
            assert_eq!(cell(text), shown);
        }
        assert!(fenced("``` and ````").starts_with("`````\n"));
    }
}
