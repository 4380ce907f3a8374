//! PURE: a stack and its health, laid out.

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use super::paint;
use super::table::columns;
use super::text::size;
use crate::engine::Described;

/// The form of a description.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum DescriptionFormat {
    /// For reading.
    Table,
    /// For programs.
    Json,
}

/// Lays out a description, with the outputs given in place of its own.
pub(super) fn text(described: &Described, outputs: &[(String, String)], format: DescriptionFormat) -> String {
    match format {
        DescriptionFormat::Table => table(described, outputs),
        DescriptionFormat::Json => json(described, outputs),
    }
}

fn json(described: &Described, outputs: &[(String, String)]) -> String {
    // A description holds nothing that JSON cannot.
    let mut value = serde_json::to_value(described).unwrap_or_else(|_| json!({}));
    let outputs: Map<String, Value> = outputs
        .iter()
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect();
    value["outputs"] = Value::Object(outputs);
    format!("{value:#}\n")
}

fn table(described: &Described, outputs: &[(String, String)]) -> String {
    let rows = [
        stack_rows(described),
        function_rows(described),
        mapping_rows(described),
        table_rows(described),
    ];
    let rows: Vec<Vec<String>> = rows.into_iter().flatten().collect();
    let mut text = columns("", &rows);
    if !outputs.is_empty() {
        let rows: Vec<Vec<String>> = outputs
            .iter()
            .map(|(name, value)| vec![paint::strong(name), value.clone()])
            .collect();
        text.push('\n');
        text.push_str(&columns("", &rows));
    }
    text
}

fn stack_rows(described: &Described) -> Vec<Vec<String>> {
    let since = described
        .since
        .strftime("since %Y-%m-%d %H:%M:%S UTC")
        .to_string();
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

fn function_rows(described: &Described) -> Vec<Vec<String>> {
    let rows = described.functions.iter().map(|function| {
        let version = match (&function.version, &function.stack_version) {
            (Some(live), stack) if Some(live) == stack.as_ref() => format!("version {live}"),
            (Some(live), Some(stack)) => format!("version {live}, the stack published {stack}"),
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
        let stream = if mapping.reads_latest_stream {
            "reads the latest stream"
        } else {
            "reads no current stream"
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
            &[stream, &last],
        )
    });
    rows.collect()
}

fn table_rows(described: &Described) -> Vec<Vec<String>> {
    let rows = described.tables.iter().map(|table| {
        let bytes = usize::try_from(table.bytes).unwrap_or(usize::MAX);
        let contents = format!("{} items, {}", table.items, size(bytes));
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

/// A revision is a hash, of which a reader wants enough to tell two apart.
fn short_revision(description: &str) -> String {
    let Some(start) = description
        .find(|character: char| character.is_ascii_hexdigit())
        .filter(|_| !description.contains(' '))
    else {
        return description.to_owned();
    };
    description
        .get(start..start + 12)
        .map_or_else(|| description.to_owned(), |hash| format!("revision {hash}"))
}
