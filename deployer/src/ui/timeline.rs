//! PURE: lays out the timeline of an operation.

use std::time::Duration;

use cfn_deploy::stack::{Diagnosis, Phase, Step, Timeline};

use super::narrate::past;
use super::paint;
use super::table::fitted_or_without;
use super::text::{duration, indented, moment};

/// The column of a step's type.
const TYPE: usize = 4;

/// The operation: the root cause, if there is one, and one line per step.
pub(super) fn text(timeline: &Timeline, width: Option<usize>) -> String {
    let Timeline {
        stack,
        operation,
        began,
        status,
        ..
    } = timeline;
    let by = timeline
        .by
        .as_ref()
        .map_or_else(String::new, |by| format!(" by {by}"));
    let took = duration(Duration::from_millis(timeline.duration_ms));
    let title = format!("{operation} of {stack}{by}, {}, {took}: {status}", moment(*began));
    // The names usually suggest the types.
    let rows = timeline.steps.iter().map(row).collect();
    let steps = fitted_or_without(width, "  ", rows, TYPE);
    let cause = timeline
        .cause
        .as_ref()
        .map_or_else(String::new, |cause| format!("{}\n\n", explanation(cause)));
    format!("{}\n{cause}{steps}", paint::strong(title))
}

/// A root cause: the fact, its details and the remedies.
fn explanation(cause: &Diagnosis) -> String {
    let fact = paint::quoted(&indented(&cause.fact()));
    let notes = cause
        .notes()
        .into_iter()
        .map(|note| format!("  {}", indented(&note)));
    let hints = cause
        .hints()
        .map(|hint| format!("  {} {}", paint::strong("hint:"), paint::quoted(hint)));
    std::iter::once(fact)
        .chain(notes)
        .chain(hints)
        .collect::<Vec<_>>()
        .join("\n")
}

fn row(step: &Step) -> Vec<String> {
    let mark = match step.status.phase() {
        Phase::InProgress => paint::warn("…"),
        Phase::Complete => paint::good("✓"),
        Phase::Failed => paint::bad("✗"),
        Phase::Skipped => paint::faint("-"),
    };
    let took = step.duration_ms.map_or_else(
        || "…".to_owned(),
        |milliseconds| duration(Duration::from_millis(milliseconds)),
    );
    let undone = if step.undoes { ", undoing" } else { "" };
    let kind = paint::faint(step.resource_type.trim_start_matches("AWS::"));
    // The type is in column `TYPE`.
    vec![
        format!("+{}", duration(Duration::from_millis(step.offset_ms))),
        took,
        mark,
        step.logical_id.clone(),
        kind,
        format!("{}{undone}", past(step.status.as_str())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use cfn_deploy::stack::{SourceLine, StackEvent};
    use jiff::Timestamp;

    fn event(second: i64, logical_id: &str, kind: &str, status: &str, reason: Option<&str>) -> StackEvent {
        let stack = "arn:aws:cloudformation:eu-central-1:123456789012:stack/orders/1";
        StackEvent {
            id: format!("{second}-{logical_id}-{status}"),
            timestamp: Timestamp::from_second(second).unwrap(),
            stack_id: stack.to_owned(),
            logical_id: logical_id.to_owned(),
            physical_id: if logical_id == "orders" { stack } else { "" }.to_owned(),
            resource_type: format!("AWS::{kind}"),
            status: status.into(),
            reason: reason.map(str::to_owned),
            token: Some("deployer-ada-00000000-0000-0000-0000-000000000000".to_owned()),
        }
    }

    #[test]
    fn a_failed_creation_is_explained_and_then_told_step_by_step() {
        let stack = "CloudFormation::Stack";
        let cancelled = Some("Resource creation cancelled");
        let events = [
            event(
                1_700_000_000,
                "orders",
                stack,
                "CREATE_IN_PROGRESS",
                Some("User Initiated"),
            ),
            event(1_700_000_001, "Topic", "SNS::Topic", "CREATE_IN_PROGRESS", None),
            event(1_700_000_001, "Queue", "SQS::Queue", "CREATE_IN_PROGRESS", None),
            event(
                1_700_000_002,
                "Logs",
                "Logs::LogGroup",
                "CREATE_IN_PROGRESS",
                None,
            ),
            event(1_700_000_004, "Topic", "SNS::Topic", "CREATE_COMPLETE", None),
            event(
                1_700_000_005,
                "Logs",
                "Logs::LogGroup",
                "CREATE_FAILED",
                cancelled,
            ),
            event(
                1_700_000_005,
                "Queue",
                "SQS::Queue",
                "CREATE_FAILED",
                Some("Rate exceeded"),
            ),
            event(
                1_700_000_006,
                "orders",
                stack,
                "ROLLBACK_IN_PROGRESS",
                Some("failed: [Queue]"),
            ),
            event(1_700_000_007, "Topic", "SNS::Topic", "DELETE_IN_PROGRESS", None),
        ];
        let place = SourceLine {
            file: "templates/orders.yaml".to_owned(),
            line: 7,
        };
        let timeline = Timeline::of_last(&events, |failure| Diagnosis::of(failure, Some(place))).unwrap();
        let plain = anstream::adapter::strip_str(&text(&timeline, None)).to_string();
        insta::assert_snapshot!(plain);
    }
}
