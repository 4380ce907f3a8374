//! PURE: the changes of a change set.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

/// The changes of a change set, in the order of AWS's list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChangeSummary {
    /// One change per resource; empty if only outputs change.
    pub changes: Vec<ResourceChange>,
}

/// The change of a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceChange {
    /// The resource's logical id.
    pub logical_id: String,
    /// The resource's physical id, if it exists.
    pub physical_id: Option<String>,
    /// The resource's type.
    pub resource_type: String,
    /// What would be done.
    pub action: Action,
    /// Whether a modification replaces the resource.
    pub replacement: Replacement,
    /// What the resource's policy does with the old resource, in AWS's words, such as `Delete` or `ReplaceAndRetain`.
    pub policy_action: Option<String>,
    /// The properties that cause the change, such as `Properties.MemorySize`.
    pub causes: Vec<String>,
}

/// The kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// Created.
    Add,
    /// Changed.
    Modify,
    /// Removed from the stack, and deleted unless its policy keeps it.
    Remove,
    /// Imported into the stack as it is.
    Import,
    /// Decided only while the change set is executed.
    Dynamic,
}

/// Whether a resource is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Replacement {
    /// It is kept.
    Never,
    /// It may be replaced, depending on the results of other changes.
    Conditional,
    /// It is replaced.
    Always,
}

impl ChangeSummary {
    /// How many resources have the given action.
    pub fn count(&self, action: Action) -> usize {
        self.changes
            .iter()
            .filter(|change| change.action == action)
            .count()
    }

    /// The changes that replace a resource, or may.
    pub fn replacements(&self) -> impl Iterator<Item = &ResourceChange> {
        self.changes
            .iter()
            .filter(|change| change.replacement != Replacement::Never)
    }

    /// The resources that the other change set changes differently, sorted. The order of AWS's list does not matter.
    pub fn differs_in(&self, other: &Self) -> Vec<String> {
        let of = |summary: &Self, id: &str| {
            let named = summary.changes.iter().filter(|change| change.logical_id == id);
            let mut changes: Vec<ResourceChange> = named.cloned().collect();
            for change in &mut changes {
                change.causes.sort_unstable();
            }
            changes
        };
        let all = self.changes.iter().chain(&other.changes);
        let ids: BTreeSet<&str> = all.map(|change| change.logical_id.as_str()).collect();
        ids.into_iter()
            .filter(|id| of(self, id) != of(other, id))
            .map(str::to_owned)
            .collect()
    }
}

impl Display for Action {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Add => "add",
            Self::Modify => "modify",
            Self::Remove => "remove",
            Self::Import => "import",
            Self::Dynamic => "decided while running",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(logical_id: &str) -> ResourceChange {
        ResourceChange {
            logical_id: logical_id.into(),
            physical_id: None,
            resource_type: "AWS::SNS::Topic".into(),
            action: Action::Modify,
            replacement: Replacement::Never,
            policy_action: None,
            causes: Vec::new(),
        }
    }

    #[test]
    fn a_conditional_replacement_counts_as_one() {
        let mut topic = change("Topic");
        topic.replacement = Replacement::Conditional;
        let summary = ChangeSummary {
            changes: vec![topic.clone(), change("Queue")],
        };
        assert_eq!(summary.replacements().collect::<Vec<_>>(), [&topic]);
    }
}
