//! PURE: the resources and outputs of a rendering.

use indexmap::IndexMap;

use super::evaluate::{Evaluator, Presence};
use super::rules::Rules;
use super::value::Value;
use crate::problem::Problems;
use crate::values::{ParameterValue, Values};
use crate::yaml::{Entry, Location, Node};

use super::document::Template;

/// The evaluated sections, in the template's order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Body {
    pub(super) resources: IndexMap<String, Value>,
    pub(super) outputs: IndexMap<String, Value>,
    /// Beliefs about AWS that are not verified.
    pub(super) warnings: Problems,
}

/// The attributes of a resource that are evaluated as values; `Condition` and `DependsOn` are not.
const ATTRIBUTES: [&str; 7] = [
    "Type",
    "Properties",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "CreationPolicy",
    "UpdatePolicy",
    "Metadata",
];

const RESOURCE_KEYS: [&str; 9] = [
    "Type",
    "Condition",
    "DependsOn",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "CreationPolicy",
    "UpdatePolicy",
    "Metadata",
    "Properties",
];

const OUTPUT_KEYS: [&str; 4] = ["Condition", "Description", "Export", "Value"];

/// The values that `DeletionPolicy` and `UpdateReplacePolicy` accept.
const POLICIES: [&str; 4] = ["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"];

/// Evaluates a template whose parameters are all known.
///
/// # Errors
/// Every broken rule, unknown name, reference to a removed resource and wrong call.
pub(super) fn evaluate(
    template: &Template,
    values: &Values,
    parameters: &IndexMap<String, ParameterValue>,
    rules: Rules,
) -> Result<Body, Problems> {
    let mut evaluator = Evaluator::new(template, values, parameters, rules);
    if rules == Rules::Hold {
        evaluator.check_rules();
    }
    evaluator.decide_conditions();
    let resources = evaluator.write_out_entries(template.section("Resources"));
    let outputs = evaluator.write_out_entries(template.section("Outputs"));
    evaluator.logical_ids(&resources);
    evaluator.logical_ids(&outputs);
    let presence = resources
        .iter()
        .map(|entry| (entry.key.clone(), evaluator.presence(entry)))
        .collect();
    evaluator.resources = Some(presence);
    let body = Body {
        resources: evaluator.sections(&resources),
        outputs: evaluator.outputs(&outputs),
        warnings: std::mem::take(&mut evaluator.warnings),
    };
    if rules == Rules::Hold {
        evaluator.check_retries(&resources, &body.resources);
    }
    if body.resources.is_empty() && evaluator.problems.is_empty() {
        evaluator.refuse(Location::START, "no resource is left to deploy");
    }
    evaluator.problems.into_result()?;
    Ok(body)
}

impl Evaluator<'_> {
    fn logical_ids(&mut self, entries: &[Entry]) {
        for entry in entries {
            if entry.key.is_empty() || !entry.key.chars().all(|letter| letter.is_ascii_alphanumeric()) {
                self.refuse(
                    entry.at,
                    format!("the logical id `{}` is not alphanumeric", entry.key),
                );
            }
        }
    }

    fn presence(&mut self, entry: &Entry) -> Presence {
        let Some(node) = entry.value.get("Condition") else {
            return Presence::Kept;
        };
        let Some(condition) = self.literal_text(node, "`Condition`") else {
            return Presence::Kept;
        };
        match self.condition(&condition, node.at) {
            Some(false) => Presence::Removed { condition },
            Some(true) | None => Presence::Kept,
        }
    }

    fn is_kept(&self, logical_id: &str) -> bool {
        let resources = self.resources.as_ref();
        resources.and_then(|resources| resources.get(logical_id)) == Some(&Presence::Kept)
    }

    fn sections(&mut self, entries: &[Entry]) -> IndexMap<String, Value> {
        let mut resources = IndexMap::new();
        for entry in entries {
            self.keys_of("resource", entry, &RESOURCE_KEYS);
            if self.is_kept(&entry.key) {
                resources.insert(entry.key.clone(), self.resource_body(entry));
            } else {
                self.untaken(&entry.value);
            }
        }
        resources
    }

    fn resource_body(&mut self, resource: &Entry) -> Value {
        let mut body = IndexMap::new();
        if resource.value.as_mapping().is_some()
            && resource.value.get("Type").and_then(Node::as_text).is_none()
        {
            self.refuse(
                resource.at,
                format!("the resource `{}` has no `Type`", resource.key),
            );
        }
        for attribute in resource.value.as_mapping().unwrap_or_default() {
            let mut value = match attribute.key.as_str() {
                "DependsOn" => self.depends_on(&attribute.value),
                "DeletionPolicy" | "UpdateReplacePolicy" => self.policy(attribute),
                key if ATTRIBUTES.contains(&key) => self.value(&attribute.value),
                _ => None,
            };
            if let ("Properties", Rules::Hold, Some(properties)) =
                (attribute.key.as_str(), self.rules, &mut value)
            {
                self.check_properties(resource, properties);
            }
            if let Some(value) = value {
                body.insert(attribute.key.clone(), value);
            }
        }
        Value::Object(body)
    }

    /// Drops dependencies on removed resources.
    fn depends_on(&mut self, node: &Node) -> Option<Value> {
        let names = node.as_sequence().unwrap_or(std::slice::from_ref(node));
        let mut kept = Vec::new();
        for name_node in names {
            let Some(name) = self.literal_text(name_node, "a name in `DependsOn`") else {
                continue;
            };
            let presence = self
                .resources
                .as_ref()
                .and_then(|resources| resources.get(&name))
                .cloned();
            match presence {
                Some(Presence::Kept) => kept.push(Value::Text(name)),
                Some(Presence::Removed { .. }) => {}
                None => {
                    let known: Vec<String> =
                        self.resources.iter().flat_map(IndexMap::keys).cloned().collect();
                    self.unknown("resource", &name, name_node.at, known.iter().map(String::as_str));
                }
            }
        }
        match (kept.len(), node.as_sequence()) {
            (0, _) => None,
            (1, None) => kept.pop(),
            _ => Some(Value::List(kept)),
        }
    }

    fn policy(&mut self, attribute: &Entry) -> Option<Value> {
        if attribute.value.as_mapping().is_some() {
            self.needs_language_extensions(attribute.value.at, &format!("a function in `{}`", attribute.key));
        }
        let policy = self.literal_text(&attribute.value, &format!("`{}`", attribute.key))?;
        if !POLICIES.contains(&policy.as_str()) {
            self.unknown(&attribute.key, &policy, attribute.value.at, POLICIES);
        }
        Some(Value::Text(policy))
    }

    fn outputs(&mut self, entries: &[Entry]) -> IndexMap<String, Value> {
        let mut outputs = IndexMap::new();
        for entry in entries {
            self.keys_of("output", entry, &OUTPUT_KEYS);
            if entry.value.get("Value").is_none() {
                self.refuse(entry.at, format!("the output `{}` has no `Value`", entry.key));
            }
            if self.presence(entry) != Presence::Kept {
                self.untaken(&entry.value);
                continue;
            }
            let mut body = IndexMap::new();
            for key in entry
                .value
                .as_mapping()
                .unwrap_or_default()
                .iter()
                .filter(|key| key.key != "Condition")
            {
                let what = format!("`{}` of the output `{}`", key.key, entry.key);
                if let Some(value) = self.whole(&key.value, &what) {
                    body.insert(key.key.clone(), value);
                }
            }
            outputs.insert(entry.key.clone(), Value::Object(body));
        }
        outputs
    }

    fn keys_of(&mut self, what: &str, entry: &Entry, known: &[&str]) {
        let Some(keys) = entry.value.as_mapping() else {
            self.refuse(
                entry.at,
                format!("the {what} `{}` is {}", entry.key, entry.value.noun()),
            );
            return;
        };
        for key in keys.iter().filter(|key| !known.contains(&key.key.as_str())) {
            self.unknown("key", &key.key, key.at, known.iter().copied());
        }
    }
}
