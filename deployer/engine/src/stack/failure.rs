//! PURE: finds the resource that caused an operation to fail.

use serde::Serialize;

use super::{Phase, ResourceStatus, StackEvent};

/// The resource whose failure stopped all others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The resource's logical id.
    pub logical_id: String,
    /// The resource's type.
    pub resource_type: String,
    /// Its final state.
    pub status: ResourceStatus,
    /// The reason, in AWS's words.
    pub reason: String,
    /// The other resources that failed or were cancelled as a consequence, without duplicates.
    pub consequences: Vec<String>,
}

/// Finds the root cause among an operation's events, which are sorted oldest first: the first resource that failed on
/// its own.
///
/// When a resource fails, those in progress are reported as failed, too, with a reason that contains "cancelled"; the
/// stack's own failure only names them. If nothing else failed, the stack's own event is the cause.
pub(crate) fn root_cause(events: &[StackEvent]) -> Option<Failure> {
    let failed = || {
        events
            .iter()
            .filter(|event| event.status.phase() == Phase::Failed)
    };
    failed()
        .find(|event| !event.is_of_the_stack() && !is_a_consequence(event))
        .or_else(|| failed().find(|event| !event.is_of_the_stack()))
        .or_else(|| failed().next())
        .or_else(|| {
            events
                .iter()
                .find(|event| event.is_of_the_stack() && rolls_back(event))
        })
        .map(|event| Failure {
            consequences: consequences(events, event),
            logical_id: event.logical_id.clone(),
            resource_type: event.resource_type.clone(),
            status: event.status.clone(),
            reason: event
                .reason
                .clone()
                .unwrap_or_else(|| "no reason given".to_owned()),
        })
}

/// The failures besides the cause, in the order of the events.
fn consequences(events: &[StackEvent], cause: &StackEvent) -> Vec<String> {
    let mut names = Vec::new();
    let failed = events
        .iter()
        .filter(|event| event.status.phase() == Phase::Failed && !event.is_of_the_stack());
    for event in failed.filter(|event| event.logical_id != cause.logical_id) {
        if !names.contains(&event.logical_id) {
            names.push(event.logical_id.clone());
        }
    }
    names
}

fn is_a_consequence(event: &StackEvent) -> bool {
    event.reason.as_deref().is_some_and(|reason| {
        let reason = reason.to_ascii_lowercase();
        reason.contains("cancelled") || reason.contains("canceled")
    })
}

fn rolls_back(event: &StackEvent) -> bool {
    event.status.as_str().contains("ROLLBACK_IN_PROGRESS") && event.reason.is_some()
}

#[cfg(test)]
mod tests {
    use super::super::event::testing::event;
    use super::*;

    #[test]
    fn the_first_failure_that_is_neither_cancelled_nor_the_stack_is_the_cause() {
        let events = [
            event(1, "orders", "CREATE_IN_PROGRESS", Some("User Initiated")),
            event(2, "Topic", "CREATE_FAILED", Some("Resource creation cancelled")),
            event(2, "Queue", "CREATE_FAILED", Some("Invalid VisibilityTimeout")),
            event(2, "Table", "CREATE_FAILED", Some("Something later")),
            event(
                3,
                "orders",
                "ROLLBACK_FAILED",
                Some("The following resource(s) failed: [Queue]"),
            ),
        ];
        let cause = root_cause(&events).unwrap();
        assert_eq!(
            (&*cause.logical_id, &*cause.reason),
            ("Queue", "Invalid VisibilityTimeout")
        );
        assert_eq!(cause.consequences, ["Topic", "Table"]);
    }

    #[test]
    fn a_stack_that_fails_by_itself_is_its_own_cause() {
        let events = [event(
            1,
            "orders",
            "DELETE_FAILED",
            Some("The role is not assumable"),
        )];
        assert_eq!(root_cause(&events).unwrap().reason, "The role is not assumable");
    }

    #[test]
    fn a_rollback_without_a_failed_resource_gives_the_stacks_reason() {
        let events = [
            event(1, "Topic", "CREATE_COMPLETE", None),
            event(
                2,
                "orders",
                "UPDATE_ROLLBACK_IN_PROGRESS",
                Some("Alarm went into ALARM"),
            ),
        ];
        assert_eq!(root_cause(&events).unwrap().reason, "Alarm went into ALARM");
    }

    #[test]
    fn a_success_has_no_cause() {
        assert_eq!(root_cause(&[event(1, "Topic", "CREATE_COMPLETE", None)]), None);
    }
}
