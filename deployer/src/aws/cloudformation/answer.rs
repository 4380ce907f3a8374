//! Converts CloudFormation's responses to this crate's types.

use aws_sdk_cloudformation::primitives::DateTime;
use aws_sdk_cloudformation::types;
use cfn_deploy::cloud::{
    ChangeSetHandle, ChangeSetProgress, ListedChangeSet, ListedStack, Prospect, ValidationFinding,
};
use cfn_deploy::stack::{
    Action, DeployedStack, Replacement, ResourceChange, StackEvent, StackResource, StackStatus,
};
use jiff::Timestamp;

pub(super) fn deployed_stack(stack: types::Stack) -> DeployedStack {
    let outputs = stack.outputs.unwrap_or_default();
    DeployedStack {
        id: stack.stack_id.unwrap_or_default(),
        name: stack.stack_name.unwrap_or_default(),
        status: stack
            .stack_status
            .map_or_else(|| StackStatus::from(""), |status| status.as_str().into()),
        status_reason: stack.stack_status_reason.filter(|reason| !reason.is_empty()),
        created: timestamp(stack.creation_time),
        updated: stack.last_updated_time.map(|time| timestamp(Some(time))),
        tags: stack
            .tags
            .unwrap_or_default()
            .into_iter()
            .filter_map(|tag| Some((tag.key?, tag.value?)))
            .filter(|(key, _)| !key.starts_with("aws:"))
            .collect(),
        outputs: outputs
            .into_iter()
            .filter_map(|output| Some((output.output_key?, output.output_value?)))
            .collect(),
        termination_protection: stack.enable_termination_protection.unwrap_or_default(),
    }
}

pub(super) fn listed_stack(mut stack: types::Stack) -> ListedStack {
    let parameters = stack.parameters.take().unwrap_or_default().into_iter();
    ListedStack {
        parameters: parameters
            .flat_map(|parameter| [parameter.parameter_value, parameter.resolved_value])
            .flatten()
            .collect(),
        stack: deployed_stack(stack),
    }
}

pub(super) fn stack_event(event: types::StackEvent) -> StackEvent {
    StackEvent {
        id: event.event_id.unwrap_or_default(),
        timestamp: timestamp(event.timestamp),
        stack_id: event.stack_id.unwrap_or_default(),
        logical_id: event.logical_resource_id.unwrap_or_default(),
        physical_id: event.physical_resource_id.unwrap_or_default(),
        resource_type: event.resource_type.unwrap_or_default(),
        status: event
            .resource_status
            .map_or_else(|| "".into(), |status| status.as_str().into()),
        reason: event.resource_status_reason.filter(|reason| !reason.is_empty()),
        token: event.client_request_token,
    }
}

pub(super) fn stack_resource(resource: types::StackResourceSummary) -> StackResource {
    StackResource {
        logical_id: resource.logical_resource_id.unwrap_or_default(),
        physical_id: resource.physical_resource_id.unwrap_or_default(),
        resource_type: resource.resource_type.unwrap_or_default(),
    }
}

pub(super) fn progress(status: &types::ChangeSetStatus) -> ChangeSetProgress {
    match status {
        types::ChangeSetStatus::CreateComplete => ChangeSetProgress::Ready,
        types::ChangeSetStatus::Failed | types::ChangeSetStatus::DeleteFailed => ChangeSetProgress::Failed,
        _ => ChangeSetProgress::Pending,
    }
}

pub(super) fn change(change: types::ResourceChange) -> ResourceChange {
    let mut causes: Vec<String> = Vec::new();
    for target in change
        .details
        .unwrap_or_default()
        .into_iter()
        .filter_map(|detail| detail.target)
    {
        let Some(attribute) = target.attribute else {
            continue;
        };
        let cause = match target.name {
            Some(name) => format!("{}.{name}", attribute.as_str()),
            None => attribute.as_str().to_owned(),
        };
        if !causes.contains(&cause) {
            causes.push(cause);
        }
    }
    ResourceChange {
        logical_id: change.logical_resource_id.unwrap_or_default(),
        physical_id: change.physical_resource_id.filter(|id| !id.is_empty()),
        resource_type: change.resource_type.unwrap_or_default(),
        action: match change.action {
            Some(types::ChangeAction::Add) => Action::Add,
            Some(types::ChangeAction::Modify | types::ChangeAction::SyncWithActual) => Action::Modify,
            Some(types::ChangeAction::Remove) => Action::Remove,
            Some(types::ChangeAction::Import) => Action::Import,
            _ => Action::Dynamic,
        },
        replacement: match (&change.action, change.replacement) {
            // AWS reports `True` for some resources that it creates or imports, although they replace nothing.
            (Some(types::ChangeAction::Add | types::ChangeAction::Import), _) => Replacement::Never,
            (_, Some(types::Replacement::True)) => Replacement::Always,
            (_, Some(types::Replacement::Conditional)) => Replacement::Conditional,
            _ => Replacement::Never,
        },
        policy_action: change.policy_action.map(|policy| policy.as_str().to_owned()),
        causes,
    }
}

pub(super) fn listed_change_set(summary: types::ChangeSetSummary) -> ListedChangeSet {
    let has_failed = summary.status == Some(types::ChangeSetStatus::Failed);
    let prospect = match summary.execution_status {
        status if is_executed(status.as_ref()) => Prospect::Executed,
        Some(types::ExecutionStatus::Obsolete) => Prospect::None,
        _ if has_failed => Prospect::None,
        // A change set that is still being created is `UNAVAILABLE`, too.
        _ => Prospect::Open,
    };
    ListedChangeSet {
        handle: ChangeSetHandle {
            id: summary.change_set_id.unwrap_or_default(),
            stack_id: summary.stack_id.unwrap_or_default(),
        },
        name: summary.change_set_name.unwrap_or_default(),
        made: timestamp(summary.creation_time),
        prospect,
    }
}

/// Tells whether an execution has begun: `EXECUTE_IN_PROGRESS`, `EXECUTE_COMPLETE`, `EXECUTE_FAILED`.
pub(super) fn is_executed(status: Option<&types::ExecutionStatus>) -> bool {
    status.is_some_and(|status| status.as_str().starts_with("EXECUTE_"))
}

/// The finding of a validation; `None` if it passed.
pub(super) fn finding(event: types::OperationEvent) -> Option<ValidationFinding> {
    let is_failure = event
        .validation_status
        .as_ref()
        .is_some_and(|status| status.as_str().eq_ignore_ascii_case("FAILED"));
    is_failure.then(|| ValidationFinding {
        logical_id: event.logical_resource_id,
        path: event.validation_path,
        reason: event.validation_status_reason.unwrap_or_default(),
    })
}

fn timestamp(time: Option<DateTime>) -> Timestamp {
    time.and_then(|time| Timestamp::from_nanosecond(time.as_nanos()).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(action: &str, replacement: &str) -> ResourceChange {
        let told = types::ResourceChange::builder()
            .action(action.into())
            .replacement(replacement.into());
        change(told.build())
    }

    #[test]
    fn what_is_made_or_taken_in_replaces_nothing_whatever_aws_says() {
        for action in ["Add", "Import"] {
            assert_eq!(read(action, "True").replacement, Replacement::Never, "{action}");
            assert_eq!(
                read(action, "Conditional").replacement,
                Replacement::Never,
                "{action}"
            );
        }
        assert_eq!(read("Modify", "True").replacement, Replacement::Always);
        assert_eq!(
            read("Modify", "Conditional").replacement,
            Replacement::Conditional
        );
        assert_eq!(read("Modify", "False").replacement, Replacement::Never);
    }

    #[test]
    fn a_listed_change_set_is_open_until_it_fails_is_overtaken_or_executed() {
        let listed = |status: &str, execution: &str| {
            let summary = types::ChangeSetSummary::builder()
                .status(status.into())
                .execution_status(execution.into());
            listed_change_set(summary.build()).prospect
        };
        assert_eq!(listed("CREATE_IN_PROGRESS", "UNAVAILABLE"), Prospect::Open);
        assert_eq!(listed("CREATE_COMPLETE", "AVAILABLE"), Prospect::Open);
        assert_eq!(listed("FAILED", "UNAVAILABLE"), Prospect::None);
        assert_eq!(listed("CREATE_COMPLETE", "OBSOLETE"), Prospect::None);
        for execution in ["EXECUTE_IN_PROGRESS", "EXECUTE_COMPLETE", "EXECUTE_FAILED"] {
            assert_eq!(listed("CREATE_COMPLETE", execution), Prospect::Executed);
        }
    }
}
