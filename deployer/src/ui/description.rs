//! PURE: lays out a stack and its health.

use cfn_deploy::Described;
use clap::ValueEnum;

use super::flow::flowed;
use super::hashes::with_short_hashes;
use super::outputs;
use super::paint;
use super::table::{columns, fits, fitted};
use super::text::{count, moment, size};

/// The column of the details.
const DETAILS: usize = 3;
/// The indentation of details on a separate line: as far as the names.
const INDENT: &str = "            ";

/// The form of a description.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum DescriptionFormat {
    /// For reading.
    Table,
    /// For programs.
    Json,
    /// For programs that read YAML.
    Yaml,
    /// The outputs, as variables for a shell.
    Env,
    /// The outputs, as outputs of a GitHub Actions step: nothing is printed, `$GITHUB_OUTPUT` is added to.
    Github,
}

/// A description for programs.
pub(super) fn data(described: &Described, format: DescriptionFormat) -> String {
    match format {
        DescriptionFormat::Json => json(described),
        DescriptionFormat::Yaml => serde_saphyr::to_string(described).unwrap_or_default(),
        DescriptionFormat::Env => outputs::for_shell(&described.outputs),
        DescriptionFormat::Table | DescriptionFormat::Github => String::new(),
    }
}

fn json(described: &Described) -> String {
    // A description contains only values that JSON can represent.
    let mut text = serde_json::to_string_pretty(described).unwrap_or_default();
    text.push('\n');
    text
}

/// The health for a reader, followed by an empty line before the outputs.
pub(super) fn table(described: &Described, up: &str, width: Option<usize>) -> String {
    let rows = [
        stack_rows(described),
        function_rows(described, up),
        mapping_rows(described),
        table_rows(described),
        queue_rows(described),
    ];
    let rows: Vec<Vec<String>> = rows.into_iter().flatten().collect();
    let mut text = laid_out(&rows, width);
    if let Some(left_out) = &described.left_out {
        text.push_str(left_out);
        text.push('\n');
    }
    if !described.outputs.is_empty() {
        text.push('\n');
    }
    text
}

/// If the details do not fit next to the names, they go below.
fn laid_out(rows: &[Vec<String>], width: Option<usize>) -> String {
    let whole = columns("", rows);
    if fits(&whole, width) {
        return whole;
    }
    let heads: Vec<Vec<String>> = rows.iter().map(|row| row[..DETAILS].to_vec()).collect();
    let mut text = String::new();
    for (head, row) in fitted(width, "", &heads).iter().zip(rows) {
        if !head.trim().is_empty() {
            text.push_str(head);
        }
        let details = with_short_hashes(&row[DETAILS]);
        if !details.is_empty() {
            text.push_str(&flowed(&format!("{INDENT}{details}\n"), width));
        }
    }
    text
}

fn stack_rows(described: &Described) -> Vec<Vec<String>> {
    let since = format!("since {}", moment(described.since));
    let protection = if described.termination_protection {
        "protected from deletion"
    } else {
        ""
    };
    let healthy = described.status.is_healthy();
    let status = described.status.to_string();
    let mut rows = vec![row(
        healthy,
        "stack",
        &described.stack,
        &status,
        &[&since, protection],
    )];
    rows.extend(described.status_reason.iter().map(|reason| {
        vec![
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            reason.clone(),
        ]
    }));
    rows
}

fn function_rows(described: &Described, up: &str) -> Vec<Vec<String>> {
    let puts_right = format!("`{up}` puts it right");
    let rows = described.functions.iter().map(|function| {
        let version = match (&function.version, &function.stack_version) {
            (Some(live), _) if function.runs_foreign_code() => {
                format!("version {live}, whose code is not the artifact's; {puts_right}")
            }
            (Some(live), stack) if Some(live) == stack.as_ref() => format!("version {live}"),
            (Some(live), Some(stack)) => format!("version {live}, the stack published {stack}; {puts_right}"),
            (Some(live), None) => format!("version {live}, the stack published none"),
            (None, _) => format!("alias {} leads nowhere", function.alias),
        };
        let revision = function
            .revision
            .as_deref()
            .map(short_revision)
            .unwrap_or_default();
        row(
            function.healthy,
            "function",
            &function.logical_id,
            &function.state,
            &[&version, &revision],
        )
    });
    rows.collect()
}

fn mapping_rows(described: &Described) -> Vec<Vec<String>> {
    let rows = described.mappings.iter().map(|mapping| {
        let source = match &mapping.queue {
            Some(queue) => format!("reads {queue}"),
            None if mapping.reads_latest_stream => "reads the latest stream".to_owned(),
            None => "reads no current stream".to_owned(),
        };
        let last = mapping
            .last_result
            .as_ref()
            .map(|last| format!("last: {last}"))
            .unwrap_or_default();
        row(
            mapping.healthy,
            "mapping",
            &mapping.logical_id,
            &mapping.state,
            &[&source, &last],
        )
    });
    rows.collect()
}

fn table_rows(described: &Described) -> Vec<Vec<String>> {
    let rows = described.tables.iter().map(|table| {
        let bytes = usize::try_from(table.bytes).unwrap_or(usize::MAX);
        let contents = format!("{}, {}", count(table.items, "item"), size(bytes));
        let protection = if table.deletion_protection {
            "protected from deletion"
        } else {
            ""
        };
        row(
            table.healthy,
            "table",
            &table.name,
            &table.status,
            &[&contents, protection],
        )
    });
    rows.collect()
}

fn queue_rows(described: &Described) -> Vec<Vec<String>> {
    let rows = described.queues.iter().map(|queue| {
        let state = match queue.messages {
            None => "MISSING".to_owned(),
            Some(messages) => count(messages, "message"),
        };
        let meaning = match &queue.dead_letters_of {
            _ if queue.healthy || queue.messages.is_none() => String::new(),
            Some(source) => format!(
                "dead letters of {source}: `deployer logs` tells why they failed; mended, `aws sqs start-message-move-task` has them tried again"
            ),
            None => "nothing in the stack reads them: they have failed, and wait for somebody".to_owned(),
        };
        row(queue.healthy, "queue", &queue.logical_id, &state, &[&meaning])
    });
    rows.collect()
}

fn row(healthy: bool, kind: &str, name: &str, state: &str, details: &[&str]) -> Vec<String> {
    let mark = if healthy {
        paint::good("✓")
    } else {
        paint::bad("✗")
    };
    let details: Vec<_> = details
        .iter()
        .filter(|detail| !detail.is_empty())
        .copied()
        .collect();
    let state = if healthy {
        state.to_owned()
    } else {
        paint::bad(state)
    };
    vec![
        format!("{mark} {kind}"),
        paint::strong(name),
        state,
        details.join(" · "),
    ]
}

/// Shortens a revision, which is a hash; other descriptions stay as they are.
fn short_revision(description: &str) -> String {
    let is_hash = description.len() == 64 && description.chars().all(|digit| digit.is_ascii_hexdigit());
    if is_hash {
        format!("revision {}", &description[..12])
    } else {
        description.to_owned()
    }
}

#[cfg(test)]
mod tests;
