//! PURE: guarded changes in a change set.

use serde_json::Value;

use super::Objection;
use super::rules::Guarded;
use crate::stack::{Action, ChangeSummary, Replacement, ResourceChange};

/// Finds the changes to refuse in a change set for the deployed template.
///
/// For a log, a possible replacement counts, too, because certainty would come too late. The policy's action on the
/// old resource also counts, whatever the change is called. Without the deployed template, because another tool wrote
/// it, a resource is judged by the change set alone.
pub fn in_changes(deployed: Option<&Value>, changes: &ChangeSummary) -> Vec<Objection> {
    let found = changes.changes.iter().filter_map(|change| {
        let guarded = match deployed {
            Some(deployed) => Guarded::of(&deployed["Resources"], &change.logical_id),
            None => by_its_change(change),
        }?;
        let danger = if change.action == Action::Remove {
            guarded.removed()
        } else if is_replaced(change, guarded) {
            guarded.replaced()
        } else {
            return None;
        };
        Some(Objection {
            logical_id: change.logical_id.clone(),
            danger,
            path: None,
        })
    });
    let mut objections: Vec<Objection> = found.collect();
    objections.sort();
    objections
}

/// Judges a resource that no template shows, by its type and by its policy's action.
fn by_its_change(change: &ResourceChange) -> Option<Guarded> {
    let is_kept = || {
        let policy = change.policy_action.as_deref();
        policy.is_some_and(|policy| policy.ends_with("Retain"))
    };
    match change.resource_type.as_str() {
        "AWS::DynamoDB::Table" if is_kept() => Some(Guarded::Log),
        "AWS::Lambda::EventSourceMapping" => Some(Guarded::Mapping),
        "AWS::SNS::Topic" => Some(Guarded::Topic),
        "AWS::Lambda::Url" => Some(Guarded::Url),
        _ => None,
    }
}

fn is_replaced(change: &ResourceChange, guarded: Guarded) -> bool {
    let by_policy = change
        .policy_action
        .as_deref()
        .is_some_and(|action| action.starts_with("Replace") || action == "Delete");
    match change.replacement {
        Replacement::Always => true,
        // The change of a resource that depends on a table is conditional whenever the table changes. Recreating a
        // mapping in the same place loses nothing, and a mapping in another place changes a property that the
        // templates show.
        Replacement::Conditional => {
            matches!(guarded, Guarded::Log | Guarded::Feed) || by_policy && guarded != Guarded::Mapping
        }
        Replacement::Never => by_policy,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::stack::guard::Danger;

    fn deployed() -> Value {
        json!({"Resources": {
            "EventsTable": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain"},
            "CatalogueTable": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Delete"},
            "Mapping": {"Type": "AWS::Lambda::EventSourceMapping",
                "Properties": {"EventSourceArn": {"Fn::GetAtt": ["EventsTable", "StreamArn"]}}},
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Url": {"Type": "AWS::Lambda::Url"},
            "Role": {"Type": "AWS::IAM::Role"},
        }})
    }

    fn dangers(
        logical_id: &str,
        action: Action,
        replacement: Replacement,
        policy_action: Option<&str>,
    ) -> Vec<Danger> {
        let change = change(logical_id, "", action, replacement, policy_action);
        dangers_of(Some(&deployed()), change)
    }

    fn dangers_of(deployed: Option<&Value>, change: ResourceChange) -> Vec<Danger> {
        let summary = ChangeSummary {
            changes: vec![change],
        };
        in_changes(deployed, &summary)
            .into_iter()
            .map(|objection| objection.danger)
            .collect()
    }

    fn change(
        logical_id: &str,
        resource_type: &str,
        action: Action,
        replacement: Replacement,
        policy_action: Option<&str>,
    ) -> ResourceChange {
        ResourceChange {
            logical_id: logical_id.into(),
            physical_id: None,
            resource_type: resource_type.into(),
            action,
            replacement,
            policy_action: policy_action.map(Into::into),
            causes: Vec::new(),
        }
    }

    #[test]
    fn where_the_deployed_template_cannot_be_read_the_change_set_alone_decides() {
        use Action::{Modify, Remove};
        use Replacement::{Always, Never};
        for (resource_type, action, replacement, policy_action, danger) in [
            (
                "AWS::DynamoDB::Table",
                Modify,
                Always,
                Some("ReplaceAndRetain"),
                Some(Danger::LogReplaced),
            ),
            (
                "AWS::DynamoDB::Table",
                Remove,
                Never,
                Some("Retain"),
                Some(Danger::LogRemoved),
            ),
            ("AWS::DynamoDB::Table", Remove, Never, Some("Delete"), None),
            (
                "AWS::Lambda::EventSourceMapping",
                Remove,
                Never,
                Some("Delete"),
                Some(Danger::MappingRemoved),
            ),
            (
                "AWS::SNS::Topic",
                Modify,
                Always,
                Some("ReplaceAndDelete"),
                Some(Danger::TopicReplaced),
            ),
            (
                "AWS::Lambda::Url",
                Remove,
                Never,
                Some("Delete"),
                Some(Danger::UrlRemoved),
            ),
            ("AWS::IAM::Role", Remove, Never, Some("Delete"), None),
        ] {
            let change = change("Any", resource_type, action, replacement, policy_action);
            assert_eq!(
                dangers_of(None, change),
                Vec::from_iter(danger),
                "{resource_type} {action:?}"
            );
        }
    }

    #[test]
    fn each_way_in_which_a_change_set_would_lose_something_is_refused() {
        use Action::{Modify, Remove};
        use Replacement::{Always, Conditional, Never};
        for (logical_id, action, replacement, policy_action, danger) in [
            (
                "EventsTable",
                Modify,
                Always,
                Some("ReplaceAndRetain"),
                Some(Danger::LogReplaced),
            ),
            (
                "EventsTable",
                Modify,
                Conditional,
                None,
                Some(Danger::LogReplaced),
            ),
            (
                "EventsTable",
                Modify,
                Never,
                Some("ReplaceAndDelete"),
                Some(Danger::LogReplaced),
            ),
            ("EventsTable", Modify, Never, None, None),
            (
                "EventsTable",
                Remove,
                Never,
                Some("Retain"),
                Some(Danger::LogRemoved),
            ),
            (
                "EventsTable",
                Remove,
                Never,
                Some("Delete"),
                Some(Danger::LogRemoved),
            ),
            ("CatalogueTable", Modify, Always, Some("ReplaceAndDelete"), None),
            ("CatalogueTable", Remove, Never, Some("Delete"), None),
            ("Mapping", Modify, Always, None, Some(Danger::MappingChanged)),
            ("Mapping", Modify, Conditional, None, None),
            ("Mapping", Modify, Conditional, Some("ReplaceAndDelete"), None),
            (
                "Mapping",
                Remove,
                Never,
                Some("Delete"),
                Some(Danger::MappingRemoved),
            ),
            (
                "Topic",
                Modify,
                Always,
                Some("ReplaceAndDelete"),
                Some(Danger::TopicReplaced),
            ),
            (
                "Topic",
                Modify,
                Conditional,
                Some("ReplaceAndDelete"),
                Some(Danger::TopicReplaced),
            ),
            ("Topic", Remove, Never, None, Some(Danger::TopicRemoved)),
            ("Url", Modify, Always, None, Some(Danger::UrlReplaced)),
            ("Url", Remove, Never, None, Some(Danger::UrlRemoved)),
            ("Role", Modify, Always, Some("ReplaceAndDelete"), None),
            ("Unknown", Remove, Never, None, None),
        ] {
            assert_eq!(
                dangers(logical_id, action, replacement, policy_action),
                Vec::from_iter(danger),
                "{logical_id} {action:?} {replacement:?} {policy_action:?}"
            );
        }
    }
}
