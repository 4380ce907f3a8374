//! PURE: the timeline of the last operation on a stack.

use jiff::Timestamp;
use serde::Serialize;

use super::event::as_text;
use super::{Diagnosis, Failure, Phase, RequestToken, ResourceStatus, StackEvent, StackStatus, root_cause};

/// An operation from its first event to its last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Timeline {
    /// The stack's name.
    pub stack: String,
    /// Its kind: `create`, `update`, `delete`, `import`, `rollback` or `review`.
    pub operation: &'static str,
    /// When it began.
    #[serde(serialize_with = "as_text")]
    pub began: Timestamp,
    /// Its duration in milliseconds, up to its last event so far.
    pub duration_ms: u64,
    /// The last reported state of the stack.
    pub status: StackStatus,
    /// Who started it, if the events show it.
    pub by: Option<String>,
    /// The steps, in the order in which they began.
    pub steps: Vec<Step>,
    /// The root cause, if it failed.
    pub cause: Option<Diagnosis>,
    /// The events themselves, oldest first.
    pub events: Vec<StackEvent>,
}

/// One change of one resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// The resource's logical id.
    pub logical_id: String,
    /// The resource's type.
    pub resource_type: String,
    /// From the start of the operation to the start of the step, in milliseconds.
    pub offset_ms: u64,
    /// Its duration in milliseconds; `None` while it is in progress.
    pub duration_ms: Option<u64>,
    /// The last state that was reported.
    pub status: ResourceStatus,
    /// The last given reason, in AWS's words.
    pub reason: Option<String>,
    /// Whether it rolls back an earlier step.
    pub undoes: bool,
}

impl Timeline {
    /// Builds the timeline of the last operation among a stack's events, which are sorted oldest first. `explain`
    /// makes a diagnosis of a failure.
    ///
    /// `None` if there are no events of the stack itself.
    pub fn of_last(events: &[StackEvent], explain: impl FnOnce(Failure) -> Diagnosis) -> Option<Self> {
        let events = last_operation(events);
        let first = events.iter().find(|event| event.is_of_the_stack())?;
        let began = events.first()?.timestamp;
        let last = events.last()?.timestamp;
        let own = events.iter().rev().find(|event| event.is_of_the_stack())?;
        let status = StackStatus::from(own.status.as_str());
        let operation = operation(&first.status);
        let went_well =
            status.is_success() || (status == StackStatus::DeleteComplete && operation == "delete");
        Some(Self {
            stack: first.logical_id.clone(),
            operation,
            began,
            duration_ms: milliseconds(began, last),
            by: first.token.as_deref().and_then(RequestToken::author_of),
            steps: steps(events, began),
            cause: (!went_well).then(|| root_cause(events)).flatten().map(explain),
            status,
            events: events.to_vec(),
        })
    }
}

/// Tells whether the event begins an operation on the stack: the previous one has ended, and the request is another.
///
/// If a creation fails, CloudFormation deletes the resources under the same request, which is still the same
/// operation.
fn begins(event: &StackEvent, before: Option<&StackEvent>) -> bool {
    let Some(before) = before else { return true };
    let status = StackStatus::from(before.status.as_str());
    let had_ended = status.is_settled() || status == StackStatus::ReviewInProgress;
    let is_same_request = event.token.is_some() && event.token == before.token;
    had_ended && !is_same_request
}

fn last_operation(events: &[StackEvent]) -> &[StackEvent] {
    let own: Vec<usize> = (0..events.len())
        .filter(|&index| events[index].is_of_the_stack())
        .collect();
    let start = own.iter().enumerate().rev().find_map(|(position, &index)| {
        let before = position.checked_sub(1).map(|before| &events[own[before]]);
        begins(&events[index], before).then_some(index)
    });
    &events[start.unwrap_or(0)..]
}

fn operation(first: &ResourceStatus) -> &'static str {
    let status = first.as_str();
    if status.contains("ROLLBACK") {
        return "rollback";
    }
    ["CREATE", "UPDATE", "DELETE", "IMPORT", "REVIEW"]
        .iter()
        .zip(["create", "update", "delete", "import", "review"])
        .find_map(|(prefix, operation)| status.starts_with(prefix).then_some(operation))
        .unwrap_or("operation")
}

fn steps(events: &[StackEvent], began: Timestamp) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut undoes = false;
    for event in events {
        if event.is_of_the_stack() {
            undoes |= event.status.as_str().contains("ROLLBACK");
            continue;
        }
        let has_ended = event.status.phase() != Phase::InProgress;
        let open = steps.iter().rposition(|step| {
            step.logical_id == event.logical_id
                && step.duration_ms.is_none()
                && verb(&step.status) == verb(&event.status)
        });
        let position = open.unwrap_or_else(|| {
            steps.push(Step {
                logical_id: event.logical_id.clone(),
                resource_type: event.resource_type.clone(),
                offset_ms: milliseconds(began, event.timestamp),
                duration_ms: None,
                status: event.status.clone(),
                reason: None,
                undoes,
            });
            steps.len() - 1
        });
        let step = &mut steps[position];
        step.status = event.status.clone();
        step.reason = event.reason.clone().or(step.reason.take());
        if has_ended {
            step.duration_ms = Some(milliseconds(began, event.timestamp).saturating_sub(step.offset_ms));
        }
    }
    steps
}

/// `CREATE` for `CREATE_COMPLETE`.
fn verb(status: &ResourceStatus) -> &str {
    status.as_str().split('_').next().unwrap_or_default()
}

fn milliseconds(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.duration_since(from).as_millis()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::event::testing::event;
    use super::*;

    fn timeline(events: &[StackEvent]) -> Timeline {
        Timeline::of_last(events, |failure| Diagnosis::of(failure, None)).unwrap()
    }

    fn with_token(mut event: StackEvent, token: &str) -> StackEvent {
        event.token = Some(token.to_owned());
        event
    }

    #[test]
    fn each_resource_has_an_offset_and_a_duration() {
        let timeline = timeline(&[
            event(10, "orders", "CREATE_IN_PROGRESS", Some("User Initiated")),
            event(11, "Topic", "CREATE_IN_PROGRESS", None),
            event(12, "Queue", "CREATE_IN_PROGRESS", None),
            event(14, "Topic", "CREATE_COMPLETE", None),
            event(15, "orders", "CREATE_IN_PROGRESS", None),
        ]);
        let steps: Vec<_> = timeline
            .steps
            .iter()
            .map(|step| (&*step.logical_id, step.offset_ms, step.duration_ms))
            .collect();
        assert_eq!(steps, [("Topic", 1_000, Some(3_000)), ("Queue", 2_000, None)]);
        assert_eq!((timeline.operation, timeline.duration_ms), ("create", 5_000));
    }

    #[test]
    fn a_rollback_is_part_of_what_it_undoes() {
        let timeline = timeline(&[
            event(1, "orders", "CREATE_COMPLETE", None),
            event(5, "orders", "UPDATE_IN_PROGRESS", Some("User Initiated")),
            event(6, "Topic", "UPDATE_FAILED", Some("Rate exceeded")),
            event(
                7,
                "orders",
                "UPDATE_ROLLBACK_IN_PROGRESS",
                Some("failed: [Topic]"),
            ),
            event(8, "Topic", "UPDATE_IN_PROGRESS", None),
            event(9, "Topic", "UPDATE_COMPLETE", None),
            event(10, "orders", "UPDATE_ROLLBACK_COMPLETE", None),
        ]);
        assert_eq!((timeline.operation, timeline.events.len()), ("update", 6));
        let undone: Vec<_> = timeline
            .steps
            .iter()
            .map(|step| (step.status.as_str(), step.undoes))
            .collect();
        assert_eq!(undone, [("UPDATE_FAILED", false), ("UPDATE_COMPLETE", true)]);
        assert_eq!(timeline.cause.unwrap().failure.logical_id, "Topic");
    }

    #[test]
    fn what_a_failed_creation_deletes_under_the_same_request_is_the_same_operation() {
        let timeline = timeline(&[
            with_token(event(1, "orders", "CREATE_IN_PROGRESS", None), "a"),
            with_token(event(2, "Topic", "CREATE_FAILED", Some("Rate exceeded")), "a"),
            with_token(event(2, "orders", "CREATE_FAILED", Some("failed: [Topic]")), "a"),
            with_token(event(3, "orders", "DELETE_IN_PROGRESS", None), "a"),
            with_token(event(4, "orders", "DELETE_COMPLETE", None), "a"),
        ]);
        assert_eq!(timeline.operation, "create");
        assert_eq!(timeline.cause.unwrap().failure.reason, "Rate exceeded");
    }

    #[test]
    fn a_deletion_that_came_through_in_the_end_has_no_cause() {
        let timeline = timeline(&[
            with_token(event(1, "orders", "UPDATE_ROLLBACK_FAILED", None), "a"),
            with_token(
                event(2, "orders", "DELETE_IN_PROGRESS", None),
                "deployer-jo-00000000-0000-0000-0000-000000000000",
            ),
            event(3, "Topic", "DELETE_FAILED", Some("Rate exceeded")),
            event(4, "Topic", "DELETE_IN_PROGRESS", None),
            event(5, "Topic", "DELETE_COMPLETE", None),
            event(6, "orders", "DELETE_COMPLETE", None),
        ]);
        assert_eq!((timeline.operation, timeline.cause), ("delete", None));
        assert_eq!(timeline.by.as_deref(), Some("jo"));
    }

    #[test]
    fn without_an_event_of_the_stack_there_is_no_operation() {
        let events = [event(1, "Topic", "CREATE_COMPLETE", None)];
        assert_eq!(
            Timeline::of_last(&events, |failure| Diagnosis::of(failure, None)),
            None
        );
    }
}
