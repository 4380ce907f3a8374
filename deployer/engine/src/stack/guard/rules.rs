//! PURE: guarded changes between two templates.

use serde_json::Value;

use super::derived::{self, is_read_model};
use super::rule::{FEED, LOG, MAPPING, Rule, TOPIC, URL};
use super::{Danger, Objection};
use crate::stack::comparison::{Comparison, Fate, ResourceComparison, ValueChange};

/// Finds the changes to refuse between the deployed template and the wanted one.
pub fn in_templates(deployed: &Value, wanted: &Value) -> Vec<Objection> {
    let comparison = Comparison::of_values(deployed, wanted);
    let mut objections: Vec<Objection> = comparison
        .resources
        .iter()
        .filter(|resource| resource.fate != Fate::Added)
        .flat_map(|resource| of_resource(deployed, resource))
        .collect();
    objections.sort();
    objections.dedup();
    objections
}

/// The irreplaceable resources of a template: its logs, feeds, topics and URLs.
pub(crate) fn irreplaceable(template: &Value) -> Vec<String> {
    let resources = &template["Resources"];
    let names = resources
        .as_object()
        .into_iter()
        .flat_map(|resources| resources.keys());
    let is_irreplaceable = |logical_id: &&String| {
        matches!(
            Guarded::of(resources, logical_id),
            Some(Guarded::Log | Guarded::Feed | Guarded::Topic | Guarded::Url)
        )
    };
    let mut found: Vec<String> = names.filter(is_irreplaceable).cloned().collect();
    found.sort_unstable();
    found
}

fn of_resource(deployed: &Value, resource: &ResourceComparison) -> Vec<Objection> {
    let Some(guarded) = Guarded::of(&deployed["Resources"], &resource.logical_id) else {
        return Vec::new();
    };
    let objection = |danger, path| Objection {
        logical_id: resource.logical_id.clone(),
        danger,
        path,
    };
    if resource.fate == Fate::Removed {
        return vec![objection(guarded.removed(), None)];
    }
    let rules = guarded.rules();
    let found = resource.changes.iter().filter_map(|change| {
        let rule = rules.iter().find(|rule| rule.is_about(&change.path))?;
        (!strengthens(rule, change)).then(|| objection(rule.danger, Some(change.path.clone())))
    });
    found.collect()
}

/// The kind of a guarded resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guarded {
    Log,
    Feed,
    Mapping,
    Topic,
    Url,
}

impl Guarded {
    /// The kind of a resource in the deployed template.
    pub(super) fn of(resources: &Value, logical_id: &str) -> Option<Self> {
        let resource = &resources[logical_id];
        match resource["Type"].as_str()? {
            "AWS::DynamoDB::Table" if is_feed(resource) => Some(Self::Feed),
            "AWS::DynamoDB::Table" if is_log(resource) => Some(Self::Log),
            "AWS::Lambda::EventSourceMapping" => {
                let source = &resource["Properties"]["EventSourceArn"]["Fn::GetAtt"];
                let table = source.get(0).unwrap_or(source).as_str()?;
                let table = table.split('.').next()?;
                is_log(&resources[table]).then_some(Self::Mapping)
            }
            "AWS::SNS::Topic" => Some(Self::Topic),
            "AWS::Lambda::Url" => Some(Self::Url),
            _ => None,
        }
    }

    pub(super) fn removed(self) -> Danger {
        match self {
            Self::Log => Danger::LogRemoved,
            Self::Feed => Danger::FeedRemoved,
            Self::Mapping => Danger::MappingRemoved,
            Self::Topic => Danger::TopicRemoved,
            Self::Url => Danger::UrlRemoved,
        }
    }

    pub(super) fn replaced(self) -> Danger {
        match self {
            Self::Log => Danger::LogReplaced,
            Self::Feed => Danger::FeedReplaced,
            Self::Mapping => Danger::MappingChanged,
            Self::Topic => Danger::TopicReplaced,
            Self::Url => Danger::UrlReplaced,
        }
    }

    fn rules(self) -> &'static [Rule] {
        match self {
            Self::Log => &LOG,
            Self::Feed => &FEED,
            Self::Mapping => &MAPPING,
            Self::Topic => &TOPIC,
            Self::Url => &URL,
        }
    }
}

impl Rule {
    /// Tells whether the rule covers a change at `path`: the property itself, or something below it.
    fn is_about(&self, path: &str) -> bool {
        path.strip_prefix(self.path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    }
}

/// Tells whether a table is a log: its template does not say that it may be deleted with its stack. A table without a
/// statement, as in a stack created by hand, contains data that somebody put there.
fn is_log(resource: &Value) -> bool {
    resource["Type"] == "AWS::DynamoDB::Table"
        && resource["DeletionPolicy"] != "Delete"
        && !is_read_model(resource)
}

/// Tells whether a retained table says that it contains positions of followers and no events.
fn is_feed(resource: &Value) -> bool {
    is_log(resource) && derived::is_feed(resource)
}

/// Tells whether a change only makes a table safer, enables its mapping, or adds an attribute for an index.
fn strengthens(rule: &Rule, change: &ValueChange) -> bool {
    let turns_on = || {
        let is_on = |value: &Value| value == &Value::Bool(true) || value == "true";
        change
            .after
            .as_ref()
            .is_some_and(|after| is_on(after) || is_on(&after["PointInTimeRecoveryEnabled"]))
    };
    match rule.danger {
        Danger::ProtectionWeakened => turns_on() || lengthens(change),
        Danger::FeedUnprotected if rule.path.ends_with("Enabled") => turns_on(),
        Danger::PolicyWeakened | Danger::FeedUnprotected => change
            .after
            .as_ref()
            .and_then(Value::as_str)
            .is_some_and(|policy| policy.starts_with("Retain")),
        Danger::MappingChanged => rule.path.ends_with("Enabled") && turns_on(),
        Danger::LogReshaped => rule.path.ends_with("AttributeDefinitions") && change.before.is_none(),
        _ => false,
    }
}

/// Tells whether a number increases, such as the days for which a table can be restored.
fn lengthens(change: &ValueChange) -> bool {
    let number = |value: &Option<Value>| value.as_ref()?.as_u64();
    matches!((number(&change.before), number(&change.after)), (Some(before), Some(after)) if after > before)
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
