//! PURE: how a command ended, in the Markdown of a GitHub step's summary or of a comment on a pull request.

use std::fmt::Write as _;
use std::time::Duration;

use super::escape::on_one_line;
use super::outcome::tables;
use super::text::duration;
use super::{changes, difference, error};
use crate::commands::error::CommandError;
use crate::engine::{Deployed, Destroyed, Diff, Outputs};
use crate::stack::{ChangeSummary, ResourceChange};

/// What a deployment would change.
pub(super) fn difference(diff: &Diff) -> String {
    let stack = code(&diff.stack);
    if diff.is_empty() {
        return format!("### {stack} is as the template says\n\n");
    }
    let title = match &diff.status {
        None => format!("### {stack} would be created\n\n"),
        Some(_) => format!("### {stack} would change\n\n"),
    };
    let table = diff.changes.as_ref().map(table).unwrap_or_default();
    let mut notes = String::new();
    for widening in &diff.widenings {
        let _ = writeln!(
            notes,
            "- permissions widen: {}",
            cell(&widening.grant.to_string())
        );
    }
    for objection in &diff.objections {
        let consequence = cell(objection.danger.consequence());
        let acceptance = objection.acceptance();
        let _ = writeln!(notes, "- refused unless `--accept {acceptance}`: {consequence}");
    }
    if !notes.is_empty() {
        notes.push('\n');
    }
    let whole = folded("Property by property", &plain(&difference::text(diff)));
    format!("{title}{table}{notes}{whole}")
}

/// How a deployment ended, and what it did.
pub(super) fn deployed(
    stack: &str,
    deployed: &Deployed,
    done: Option<&ChangeSummary>,
    outputs: &Outputs,
    took: Duration,
) -> String {
    let what = match deployed {
        Deployed::Created(_) => "was created",
        Deployed::Updated(_) => "was updated",
        Deployed::Unchanged(_) => "is up to date",
    };
    let changes = done.map(table).unwrap_or_default();
    let mut text = format!("### ✓ {} {what} ({})\n\n{changes}", code(stack), duration(took));
    if !outputs.is_empty() {
        text.push_str("| Output | Value |\n| --- | --- |\n");
        for (name, value) in outputs {
            let _ = writeln!(text, "| {} | {} |", cell(name), code(value));
        }
        text.push('\n');
    }
    text
}

/// How a deletion ended.
pub(super) fn destroyed(stack: &str, destroyed: &Destroyed) -> String {
    let stack = code(stack);
    let (title, kept) = match destroyed {
        Destroyed::NothingThere { kept } => (format!("### ✓ there is no stack {stack}\n\n"), kept),
        Destroyed::Gone {
            removed,
            kept,
            purged,
        } => {
            let data = if purged.is_empty() {
                String::new()
            } else {
                format!(", {} with it", cell(&tables(purged)))
            };
            let title = format!("### ✓ {stack} is gone: {} resources{data}\n\n", removed.len());
            (title, kept)
        }
    };
    if kept.is_empty() {
        title
    } else {
        format!("{title}Kept: {}\n\n", cell(&tables(kept)))
    }
}

/// Why a command failed, and what it had set out to do.
pub(super) fn failed(failure: &CommandError, asked: Option<&ChangeSummary>) -> String {
    let changes = asked.map(table).unwrap_or_default();
    let reason = fenced(&plain(&error::text(failure)));
    format!(
        "### ✗ `deployer` ended with exit code {}\n\n{reason}\n{changes}",
        failure.kind.code()
    )
}

/// What is done to each resource.
fn table(summary: &ChangeSummary) -> String {
    if summary.changes.is_empty() {
        return "Only outputs or tags change.\n\n".to_owned();
    }
    let rows: String = summary.changes.iter().map(row).collect();
    format!("| | Resource | Type | Because of |\n| --- | --- | --- | --- |\n{rows}\n")
}

fn row(change: &ResourceChange) -> String {
    let (mark, what) = changes::mark(change.action, change.replacement);
    let causes: Vec<String> = change
        .causes
        .iter()
        .map(|cause| cell(cause.trim_start_matches("Properties.")))
        .collect();
    format!(
        "| {} {} | {} | {} | {} |\n",
        plain(&mark),
        plain(&what),
        code(&change.logical_id),
        cell(&change.resource_type),
        causes.join(", ")
    )
}

/// A text in a cell of a table, or in a line. What could be anything but words stands as code: there is neither Markdown nor HTML in it, no
/// link, and nobody is mentioned.
fn cell(text: &str) -> String {
    let is_word = |letter: char| letter.is_alphanumeric() || " .,:;()/-+=%'".contains(letter);
    if text.chars().all(is_word) && !text.contains("//") && !text.contains("www.") {
        text.to_owned()
    } else {
        code(text)
    }
}

/// A name or an address, as it is.
fn code(text: &str) -> String {
    // In a table a bar ends the cell even within code.
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

fn folded(title: &str, text: &str) -> String {
    format!(
        "<details><summary>{title}</summary>\n\n{}\n</details>\n\n",
        fenced(text)
    )
}

/// A block that is shown as it is, between fences longer than any within.
fn fenced(text: &str) -> String {
    let fence = "`".repeat((longest_run_of_backticks(text) + 1).max(3));
    format!("{fence}\n{}\n{fence}\n", text.trim())
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::error::ErrorKind;
    use crate::engine::KeptTable;
    use crate::stack::{Action, Replacement};

    fn changes() -> ChangeSummary {
        let change = |logical_id: &str, action, replacement, causes: &[&str]| ResourceChange {
            logical_id: logical_id.to_owned(),
            physical_id: None,
            resource_type: "AWS::SNS::Topic".to_owned(),
            action,
            replacement,
            policy_action: None,
            causes: causes.iter().map(|cause| (*cause).to_owned()).collect(),
        };
        ChangeSummary {
            changes: vec![
                change("Added", Action::Add, Replacement::Never, &[]),
                change(
                    "Replaced",
                    Action::Modify,
                    Replacement::Always,
                    &["Properties.Name", "Tags"],
                ),
            ],
        }
    }

    #[test]
    fn a_deployment_is_summed_up_with_its_changes_and_outputs() {
        let outputs = Outputs::from([("EsUrl".to_owned(), "https://abc.example/".to_owned())]);
        let took = Duration::from_secs(12);
        let summary = deployed(
            "orders",
            &Deployed::Updated(Outputs::new()),
            Some(&changes()),
            &outputs,
            took,
        );
        insta::assert_snapshot!(summary, @"
        ### ✓ `orders` was updated (12 s)

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
        ### ✓ there is no stack `orders`

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
        insta::assert_snapshot!(failed(&error, Some(&changes())), @"
        ### ✗ `deployer` ended with exit code 4

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
    fn a_difference_is_a_table_and_the_whole_of_it_folded() {
        let diff = Diff {
            stack: "orders".to_owned(),
            status: Some("UPDATE_COMPLETE".to_owned()),
            templates: None,
            settings: Vec::new(),
            pushed: Vec::new(),
            changes: Some(changes()),
            widenings: Vec::new(),
            objections: Vec::new(),
        };
        insta::assert_snapshot!(super::difference(&diff), @"
        ### `orders` would change

        | | Resource | Type | Because of |
        | --- | --- | --- | --- |
        | + add | `Added` | AWS::SNS::Topic |  |
        | ± replace | `Replaced` | AWS::SNS::Topic | Name, Tags |

        <details><summary>Property by property</summary>

        ```
        To change orders:

        + add  Added  SNS::Topic

        ± replace  Replaced  SNS::Topic

        The deployed template was not sent by this deployer: its properties are not compared.
        ```

        </details>
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
