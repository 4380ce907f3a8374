//! PURE: a value and its change.

use cfn_deploy::stack::comparison::{ValueChange, shown};
use serde_json::Value;

use super::hashes::with_short_hashes;
use super::paint;

/// Longer values are truncated; `--json` shows them whole.
const LONGEST: usize = 100;

/// A change: the old and the new value.
pub(super) fn change(change: &ValueChange) -> String {
    told(change, shown)
}

/// The same for a parameter, whose values are always strings.
pub(super) fn parameter(change: &ValueChange) -> String {
    told(change, |value| match value {
        Value::String(text) if !text.is_empty() && !text.contains(' ') => text.clone(),
        other => shown(other),
    })
}

fn told(change: &ValueChange, shown: fn(&Value) -> String) -> String {
    let path = change.path.trim_start_matches("Properties.");
    let told = |value| cut(&with_short_hashes(&shown(value)));
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!(
            "{path}: {} → {}",
            paint::bad(told(before)),
            paint::good(told(after))
        ),
        (Some(before), None) => format!("{path}: {} {}", paint::bad("-"), paint::bad(told(before))),
        (None, Some(after)) => format!("{path}: {} {}", paint::good("+"), paint::good(told(after))),
        (None, None) => path.to_owned(),
    }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("{start}…")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_long_value_is_cut() {
        let told = change(&ValueChange {
            path: "Properties.Name".to_owned(),
            before: Some(json!("x".repeat(200))),
            after: Some(json!(1)),
        });
        let plain = anstream::adapter::strip_str(&told).to_string();
        assert_eq!(plain, format!("Name: \"{}… → 1", "x".repeat(99)));
    }
}
