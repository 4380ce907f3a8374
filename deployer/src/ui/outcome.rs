//! PURE: how a command ended, in words.

use std::time::Duration;

use super::paint;
use super::table::columns;
use super::text::duration;
use crate::aws::Call;
use crate::engine::{Deployed, Destroyed, KeptTable};

/// How a deployment ended.
pub(super) fn deployed(stack: &str, deployed: &Deployed, took: Duration) -> String {
    let what = match deployed {
        Deployed::Created(_) => "created",
        Deployed::Updated(_) => "updated",
        Deployed::Unchanged(_) => "is up to date, nothing to do",
    };
    let took = paint::faint(format!("({})", duration(took)));
    format!("{} {} {what} {took}", paint::good("✓"), paint::strong(stack))
}

/// The outputs of a stack, as data.
pub(super) fn outputs(outputs: &[(String, String)]) -> String {
    let rows: Vec<_> = outputs
        .iter()
        .map(|(name, value)| vec![name.as_str(), value.as_str()])
        .collect();
    columns("", &rows)
}

/// How a deletion ended.
pub(super) fn destroyed(stack: &str, destroyed: &Destroyed, took: Duration) -> String {
    let stack_name = paint::strong(stack);
    let (first, kept) = match destroyed {
        Destroyed::NothingThere { kept } => (
            format!(
                "{} there is no stack {stack_name}, nothing to do",
                paint::good("✓")
            ),
            kept,
        ),
        Destroyed::Gone {
            removed,
            kept,
            purged,
        } => {
            let purged = match purged.len() {
                0 => String::new(),
                _ => format!(", {} with it", tables(purged)),
            };
            let took = paint::faint(format!("({})", duration(took)));
            let what = format!("{stack_name} is gone: {} resources{purged} {took}", removed.len());
            (format!("{} {what}", paint::good("✓")), kept)
        }
    };
    if kept.is_empty() {
        return first;
    }
    let stays = if kept.len() == 1 { "stays" } else { "stay" };
    format!(
        "{first}\n  {} {stays}; the next {} adopts it",
        tables(kept),
        paint::quoted("`deployer up`")
    )
}

/// Names tables with what is in them.
pub(super) fn tables(tables: &[KeptTable]) -> String {
    let named: Vec<_> = tables
        .iter()
        .map(|table| {
            format!(
                "table {} ({} item{})",
                table.name,
                table.items,
                if table.items == 1 { "" } else { "s" }
            )
        })
        .collect();
    named.join(", ")
}

/// The calls that were made to AWS.
pub(super) fn calls(calls: &[Call]) -> String {
    let rows: Vec<_> = calls
        .iter()
        .map(|call| {
            let took = paint::faint(format!("{} ms", call.duration.as_millis()));
            vec![
                format!("{}:{}", call.service.to_lowercase(), call.operation),
                took,
            ]
        })
        .collect();
    let noun = if calls.len() == 1 { "call" } else { "calls" };
    format!("{} {noun} to AWS:\n{}", calls.len(), columns("  ", &rows))
}
