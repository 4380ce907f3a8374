//! PURE: what a change set would do.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

/// The changes of a change set, in the order in which AWS lists them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChangeSummary {
    /// One for each resource. None at all when only outputs change.
    pub changes: Vec<ResourceChange>,
}

/// What would be done to a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceChange {
    /// The resource's name in the template.
    pub logical_id: String,
    /// The resource's name in AWS, when it exists.
    pub physical_id: Option<String>,
    /// The resource's type.
    pub resource_type: String,
    /// What would be done.
    pub action: Action,
    /// Whether a modification makes a new resource in place of the old one.
    pub replacement: Replacement,
    /// What the resource's policy does to the old one, in AWS's words, such as `Delete` or `ReplaceAndRetain`.
    pub policy_action: Option<String>,
    /// The properties that cause the change, such as `Properties.MemorySize`.
    pub causes: Vec<String>,
}

/// What is done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// Created.
    Add,
    /// Changed.
    Modify,
    /// Taken out of the stack, and deleted unless its policy keeps it.
    Remove,
    /// Taken into the stack as it is.
    Import,
    /// Decided only while the change set runs.
    Dynamic,
}

/// Whether a resource is made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Replacement {
    /// It stays.
    Never,
    /// It may be, depending on what other changes give.
    Conditional,
    /// It is.
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

    /// The changes that put a new resource in place of an old one, or may.
    pub fn replacements(&self) -> impl Iterator<Item = &ResourceChange> {
        self.changes
            .iter()
            .filter(|change| change.replacement != Replacement::Never)
    }

    /// The resources with which the other does something else, sorted; the order in which AWS lists things says nothing.
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
