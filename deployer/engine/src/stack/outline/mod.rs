//! PURE: the changes of a deployment, organised by cause: changed settings come first, and consequences name their
//! causes.

mod beside;
mod references;
mod value_sources;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

pub use self::beside::Beside;
use self::references::references;
pub use self::value_sources::{ValueSource, ValueSources};
use super::comparison::{Comparison, Fate, ResourceComparison, ValueChange};
use super::guard::derived;
use super::{Action, ChangeSummary, Replacement, ResourceChange};

/// The changes of a deployment, each listed once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outline {
    /// Parameters with a new value, and new code; the path is the name.
    pub parameters: Vec<ValueChange>,
    /// The changed resources, causes before consequences.
    pub resources: Vec<Outlined>,
    /// Changes in the template outside its resources.
    pub others: Vec<ValueChange>,
    /// What neither template nor change set shows.
    #[serde(flatten)]
    pub beside: Beside,
}

/// The change of a resource, and its cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outlined {
    /// The resource's logical id.
    pub logical_id: String,
    /// The resource's type.
    pub resource_type: String,
    /// The kind of change.
    pub action: Action,
    /// Whether a modification replaces the resource.
    pub replacement: Replacement,
    /// Whether the old resource stays when it leaves the stack.
    pub keeps_old: bool,
    /// What is lost with the old resource, and how it comes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loses: Option<&'static str>,
    /// The parameters, code or resources whose change is the cause.
    pub follows_from: Vec<String>,
    /// Values that change on their own.
    pub values: Vec<ValueChange>,
    /// The properties that CloudFormation names, if nothing more is known about the cause.
    pub properties: Vec<String>,
}

impl Outline {
    /// Outlines the changes from the template `deployed`, if it can be read, to the template `wanted`, with
    /// CloudFormation's changes if a change set was made.
    pub fn of(
        deployed: Option<&Value>,
        wanted: &Value,
        changes: Option<&ChangeSummary>,
        value_sources: &ValueSources,
    ) -> Self {
        let comparison = match deployed {
            Some(deployed) => Comparison::of_values(deployed, wanted),
            None => Comparison::default(),
        };
        let nothing = ChangeSummary::default();
        let reader = Reader {
            creates: deployed.is_none_or(|deployed| deployed["Resources"].is_null()),
            deployed,
            wanted,
            value_sources,
            comparison: &comparison,
            changes: changes.unwrap_or(&nothing),
        };
        let parameters = reader.parameters();
        let mut resources: Vec<Outlined> = reader
            .logical_ids()
            .into_iter()
            .map(|logical_id| reader.outlined(logical_id, &parameters))
            .collect();
        by_cause(&mut resources);
        let others = if reader.creates {
            Vec::new()
        } else {
            comparison.others.clone()
        };
        Self {
            parameters: parameters.into_values().collect(),
            resources,
            others,
            beside: Beside::default(),
        }
    }

    /// The same with what is done beside.
    #[must_use]
    pub fn and(self, beside: Beside) -> Self {
        Self { beside, ..self }
    }

    /// How many resources have the given action.
    pub fn count(&self, action: Action) -> usize {
        let done = self.resources.iter().filter(|resource| resource.action == action);
        done.count()
    }
}

struct Reader<'a> {
    /// Whether the stack is new, so that nothing deployed can be a cause.
    creates: bool,
    deployed: Option<&'a Value>,
    wanted: &'a Value,
    value_sources: &'a ValueSources,
    comparison: &'a Comparison,
    changes: &'a ChangeSummary,
}

impl Reader<'_> {
    /// All changed resources, in the order in which CloudFormation and then the comparison name them.
    fn logical_ids(&self) -> Vec<&str> {
        let told = self
            .changes
            .changes
            .iter()
            .map(|change| change.logical_id.as_str());
        let compared = self.comparison.resources.iter();
        let mut seen = BTreeSet::new();
        told.chain(compared.map(|resource| resource.logical_id.as_str()))
            .filter(|logical_id| seen.insert(*logical_id))
            .collect()
    }

    fn changes(&self, logical_id: &str) -> bool {
        self.comparison_of(logical_id).is_some() || self.change_of(logical_id).is_some()
    }

    fn comparison_of(&self, logical_id: &str) -> Option<&ResourceComparison> {
        let mut resources = self.comparison.resources.iter();
        resources.find(|resource| resource.logical_id == logical_id)
    }

    fn change_of(&self, logical_id: &str) -> Option<&ResourceChange> {
        let mut changes = self.changes.changes.iter();
        changes.find(|change| change.logical_id == logical_id)
    }

    /// The changed parameters and code, each with both values. If two places show different values for one, it was
    /// not the only change, and is left to those places.
    fn parameters(&self) -> BTreeMap<String, ValueChange> {
        let mut found: BTreeMap<String, Option<ValueChange>> = BTreeMap::new();
        for resource in &self.comparison.resources {
            for change in &resource.changes {
                let Some(name) = self.root(&resource.logical_id, change) else {
                    continue;
                };
                let change = ValueChange {
                    path: name.clone(),
                    ..change.clone()
                };
                found
                    .entry(name)
                    .and_modify(|known| {
                        if known.as_ref() != Some(&change) {
                            *known = None;
                        }
                    })
                    .or_insert(Some(change));
            }
        }
        let certain = found.into_iter();
        certain
            .filter_map(|(name, change)| Some((name, change?)))
            .collect()
    }

    /// The name of the parameter or code whose change a value's change is.
    fn root(&self, logical_id: &str, change: &ValueChange) -> Option<String> {
        let is_on_both_sides = change.before.is_some() && change.after.is_some();
        match self.value_sources.of(logical_id, &change.path)? {
            ValueSource::Parameter(name) if is_on_both_sides => Some(name.clone()),
            ValueSource::OptionalParameter(name) => Some(name.clone()),
            ValueSource::Code(binary) if is_on_both_sides => Some(format!("code of {binary}")),
            ValueSource::Parameter(_)
            | ValueSource::Code(_)
            | ValueSource::Choice(_)
            | ValueSource::Revision(_) => None,
        }
    }

    /// The parameters that determined the value at a path: the only candidate, or those that are known to have
    /// changed.
    fn decided(
        &self,
        logical_id: &str,
        path: &str,
        parameters: &BTreeMap<String, ValueChange>,
    ) -> Vec<String> {
        match self.value_sources.deciding(logical_id, path) {
            [] => Vec::new(),
            [only] => vec![only.clone()],
            several => {
                let changed = several.iter().filter(|name| parameters.contains_key(*name));
                changed.cloned().collect()
            }
        }
    }

    fn outlined(&self, logical_id: &str, parameters: &BTreeMap<String, ValueChange>) -> Outlined {
        let compared = self.comparison_of(logical_id);
        let change = self.change_of(logical_id);
        let mut follows_from = Vec::new();
        let mut values = Vec::new();
        let mut properties = Vec::new();
        let mut follows_hidden = false;
        let changed = compared.filter(|resource| resource.fate == Fate::Changed);
        for value in changed.into_iter().flat_map(|resource| &resource.changes) {
            match self.cause_of(logical_id, value, parameters) {
                Cause::Itself => {
                    follows_from.extend(self.decided(logical_id, &value.path, parameters));
                    values.push(value.clone());
                }
                Cause::Other(name) => follows_from.push(name),
                Cause::Rest => follows_hidden = true,
            }
        }
        if follows_hidden && follows_from.is_empty() && values.is_empty() {
            follows_from.extend(self.reached(logical_id));
        }
        let is_new_or_gone = compared.is_some_and(|resource| resource.fate != Fate::Changed);
        if is_new_or_gone && !self.creates {
            follows_from.extend(self.decided(logical_id, "Condition", parameters));
        }
        if let (None, Some(change)) = (compared, change) {
            for property in &change.causes {
                let causes = self.referred_to(logical_id, property);
                if causes.is_empty() {
                    properties.push(property.clone());
                }
                follows_from.extend(causes);
            }
        }
        let mut seen = BTreeSet::new();
        follows_from.retain(|name| seen.insert(name.clone()));
        let keeps_old = change
            .and_then(|change| change.policy_action.as_deref())
            .is_some_and(|action| action.contains("Retain"));
        let action = change.map_or_else(|| action_of(compared), |change| change.action);
        let replacement = change.map_or(Replacement::Never, |change| change.replacement);
        let goes = action == Action::Remove || action == Action::Modify && replacement != Replacement::Never;
        let lost = self.deployed.filter(|_| goes && !keeps_old);
        let lost = lost.and_then(|deployed| derived::loss(&deployed["Resources"][logical_id]));
        Outlined {
            logical_id: logical_id.to_owned(),
            resource_type: compared
                .map(|resource| &resource.resource_type)
                .or(change.map(|change| &change.resource_type))
                .cloned()
                .unwrap_or_default(),
            action,
            replacement,
            keeps_old,
            loses: lost,
            follows_from,
            values,
            properties,
        }
    }

    fn cause_of(
        &self,
        logical_id: &str,
        change: &ValueChange,
        parameters: &BTreeMap<String, ValueChange>,
    ) -> Cause {
        if let Some(ValueSource::Revision(of)) = self.value_sources.of(logical_id, &change.path) {
            return match of == logical_id {
                true => Cause::Rest,
                false if self.changes(of) => Cause::Other(of.clone()),
                false => Cause::Itself,
            };
        }
        let root = self.root(logical_id, change);
        root.filter(|name| parameters.contains_key(name))
            .map_or(Cause::Itself, Cause::Other)
    }

    /// The nearest resources that change among those that a resource refers to, and from there on: its revision is made of them, too.
    fn reached(&self, logical_id: &str) -> Vec<String> {
        let mut seen = BTreeSet::from([logical_id]);
        let (mut open, mut reached) = (vec![logical_id], Vec::new());
        while let Some(next) = open.pop() {
            for other in references(&self.wanted["Resources"][next]["Properties"]) {
                if !seen.insert(other) {
                    continue;
                }
                if self.changes(other) {
                    reached.push(other.to_owned());
                } else {
                    open.push(other);
                }
            }
        }
        reached
    }

    /// The resources that change and that a property refers to.
    fn referred_to(&self, logical_id: &str, property: &str) -> Vec<String> {
        let mut value = &self.wanted["Resources"][logical_id];
        for step in property.split('.') {
            value = &value[step];
        }
        let others = references(value).into_iter();
        others
            .filter(|other| *other != logical_id && self.changes(other))
            .map(str::to_owned)
            .collect()
    }
}

/// The cause of a value's change.
enum Cause {
    /// It was set to another value.
    Itself,
    /// It follows from another change.
    Other(String),
    /// It follows from the other changes of the resource.
    Rest,
}

fn action_of(compared: Option<&ResourceComparison>) -> Action {
    match compared.map(|resource| resource.fate) {
        Some(Fate::Added) => Action::Add,
        Some(Fate::Removed) => Action::Remove,
        Some(Fate::Changed) | None => Action::Modify,
    }
}

/// Sorts resources so that each follows its causes.
fn by_cause(resources: &mut [Outlined]) {
    let mut depths: BTreeMap<String, usize> = BTreeMap::new();
    // No chain is longer than the number of resources, so a cycle ends there.
    for _ in 0..resources.len() {
        let mut grown = false;
        for resource in resources.iter() {
            let above = resource.follows_from.iter().filter_map(|name| depths.get(name));
            let depth = above.max().map_or(0, |depth| depth + 1).min(resources.len());
            grown |= depths.insert(resource.logical_id.clone(), depth) != Some(depth);
        }
        if !grown {
            break;
        }
    }
    resources.sort_by_key(|resource| depths.get(&resource.logical_id).copied());
}
