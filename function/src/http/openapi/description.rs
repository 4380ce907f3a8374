//! The text at the top of the document.

use std::fmt::Write;

use event_store_types::ProblemType;
use utoipa::PartialSchema;

use crate::store::limits;

/// The text, with the store's limits and problems filled in.
pub(super) fn text() -> String {
    include_str!("description.md")
        .replace("{problems}", problems().trim_end())
        .replace("{append_events}", &limits::APPEND_EVENTS.to_string())
        .replace("{append_bytes}", &grouped(limits::APPEND_BYTES))
        .replace("{body_bytes}", &grouped(limits::BODY_BYTES))
        .replace("{page_events}", &grouped(limits::PAGE_EVENTS))
        .replace("{page_streams}", &limits::PAGE_STREAMS.to_string())
        .replace(
            "{operation_seconds}",
            &limits::OPERATION_TIMEOUT.as_secs().to_string(),
        )
}

fn problems() -> String {
    let mut rows = String::new();
    for name in problem_names() {
        let problem: ProblemType = serde_json::from_value(name.clone().into()).unwrap();
        writeln!(rows, "| `{name}` | {} | {} |", problem.status(), problem.title()).unwrap();
    }
    rows
}

/// The names of all problem types, as their schema lists them.
pub(super) fn problem_names() -> Vec<String> {
    let schema = serde_json::to_value(ProblemType::schema()).unwrap();
    serde_json::from_value(schema["enum"].clone()).unwrap()
}

/// Formats a number with a comma before every three digits.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
