//! What stands against an update: the stack's policy, and the alarms that watch over it.

use serde_json::Value;

use crate::stack::{Action, Replacement, ResourceChange};

use super::stack::FakeStack;
use super::world::{ACCOUNT, World};

pub(super) const DENIED: &str =
    "Action denied by stack policy: Statement [#2] does not allow [Update:Replace]";

impl World {
    /// Whether every resource that a policy names is there.
    pub(super) fn knows_all_of(&self, stack: &str, policy: &str) -> bool {
        let policy: Value = serde_json::from_str(policy).unwrap();
        let resources = &self.find(stack).unwrap().resources;
        let statements = policy["Statement"].as_array().unwrap().iter();
        statements
            .flat_map(|statement| words(&statement["Resource"]))
            .filter_map(|resource| resource.strip_prefix("LogicalResourceId/").map(str::to_owned))
            .all(|logical_id| resources.contains_key(&logical_id))
    }

    /// Why an update over these changes comes to nothing, and at which resource, if one is to blame.
    pub(super) fn hindrance(
        &self,
        stack: &FakeStack,
        changes: &[ResourceChange],
    ) -> Option<(String, String)> {
        let denied = changes.iter().find(|change| !stack.allows(change));
        if let Some(change) = denied {
            return Some((change.logical_id.clone(), DENIED.to_owned()));
        }
        if let (Some(first), Some(refused)) = (
            stack.rollback.alarms.first(),
            self.refused_alarms(&stack.rollback.alarms),
        ) {
            return Some((named_by(stack, first), refused));
        }
        let alarm = stack.rollback.alarms.iter().find_map(|arn| {
            let name = arn.rsplit(':').next().unwrap_or_default();
            let exists = stack
                .resources
                .values()
                .any(|resource| resource.physical_id == name);
            if !exists {
                return Some((name.to_owned(), format!("Rollback trigger {arn} does not exist")));
            }
            let is_on = self.script.ringing.contains(name);
            is_on.then(|| (name.to_owned(), format!("Alarm {arn} is in the ALARM state")))
        });
        alarm.map(|(name, reason)| (named_by(stack, &name), reason))
    }
}

/// What the template calls a trigger, which is named by its ARN or its name.
fn named_by(stack: &FakeStack, trigger: &str) -> String {
    let name = trigger.rsplit(':').next().unwrap_or_default();
    let mut resources = stack.resources.iter();
    let found = resources.find(|(_, resource)| resource.physical_id == name);
    found.map_or(name.to_owned(), |(logical_id, _)| logical_id.clone())
}

impl FakeStack {
    pub(super) fn allows(&self, change: &ResourceChange) -> bool {
        let Some(policy) = &self.policy else { return true };
        let policy: Value = serde_json::from_str(policy).unwrap();
        let action = match (change.action, change.replacement) {
            (Action::Remove, _) => "Update:Delete",
            (Action::Modify, Replacement::Always | Replacement::Conditional) => "Update:Replace",
            _ => "Update:Modify",
        };
        let applies = |statement: &&Value| {
            let resource = format!("LogicalResourceId/{}", change.logical_id);
            let actions = words(&statement["Action"]);
            let is_about_action = actions.iter().any(|word| word == "Update:*" || word == action);
            let resources = words(&statement["Resource"]);
            is_about_action && resources.iter().any(|word| *word == "*" || *word == resource)
        };
        let effects: Vec<&Value> = policy["Statement"]
            .as_array()
            .unwrap()
            .iter()
            .filter(applies)
            .map(|statement| &statement["Effect"])
            .collect();
        !effects.is_empty() && effects.iter().all(|effect| **effect == "Allow")
    }
}

/// A word or several.
fn words(value: &Value) -> Vec<String> {
    match value {
        Value::Array(words) => words
            .iter()
            .filter_map(|word| word.as_str().map(Into::into))
            .collect(),
        word => word.as_str().map(Into::into).into_iter().collect(),
    }
}

/// The ARN of a stack's alarm.
pub(crate) fn alarm_arn(stack: &str, logical_id: &str) -> String {
    format!("arn:aws:cloudwatch:eu-central-1:{ACCOUNT}:alarm:{stack}-{logical_id}")
}
