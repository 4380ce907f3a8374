//! Names that are taken, and by whom.

use serde_json::{Value, json};

use crate::cloud::{CallError, Names, Owner};
use crate::stack::{Blueprint, NamedKind, NamedResource, StackStatus};

use super::FakeCloud;
use super::world::{ACCOUNT, World};

/// What a resource of a template has as its own name.
pub(super) fn named(logical_id: &str, body: &Value) -> Option<NamedResource> {
    let template = json!({"Resources": {logical_id: body}}).to_string();
    Blueprint::read(&template).unwrap().named.pop()
}

/// What CloudFormation calls it.
pub(super) fn physical_id(named: &NamedResource) -> String {
    let name = &named.name;
    match named.kind {
        NamedKind::Topic => format!("arn:aws:sns:eu-central-1:{ACCOUNT}:{name}"),
        NamedKind::Queue => format!("https://sqs.eu-central-1.amazonaws.com/{ACCOUNT}/{name}"),
        _ => name.clone(),
    }
}

impl World {
    /// Puts there what somebody has made by hand.
    pub(crate) fn add_by_hand(&mut self, logical_id: &str, body: &Value) {
        let id = self.add_standing_stack("by-hand");
        self.make(&id, logical_id, body);
        self.stacks.retain(|stack| stack.id != id);
    }

    pub(super) fn is_taken(&self, named: &NamedResource) -> bool {
        let id = physical_id(named);
        match named.kind {
            NamedKind::Table => self.tables.contains_key(&id),
            NamedKind::LogGroup => self.log_groups.contains(&id),
            NamedKind::Queue => self.queues.contains_key(&id),
            NamedKind::Function => self.functions.contains_key(&id),
            NamedKind::Role => self
                .roles
                .iter()
                .any(|path| path.rsplit('/').next() == Some(&*id)),
            NamedKind::Topic | NamedKind::Parameter => self.others.contains(&id),
        }
    }
}

impl Names for FakeCloud {
    async fn physical_id(&self, resource: &NamedResource, _: &str) -> Result<Option<String>, CallError> {
        self.call(match resource.kind {
            NamedKind::Table => "DescribeTable",
            NamedKind::LogGroup => "DescribeLogGroups",
            NamedKind::Topic => "GetTopicAttributes",
            NamedKind::Queue => "GetQueueUrl",
            NamedKind::Parameter => "GetParameter",
            NamedKind::Role => "GetRole",
            NamedKind::Function => "GetFunctionConfiguration",
        })?;
        let world = self.world.borrow();
        Ok(world.is_taken(resource).then(|| physical_id(resource)))
    }

    async fn owner(&self, physical_id: &str) -> Result<Owner, CallError> {
        self.call("DescribeStackResources")?;
        let world = self.world.borrow();
        let mut living = world
            .stacks
            .iter()
            .filter(|stack| stack.status != StackStatus::DeleteComplete);
        let owning = living.find(|stack| {
            let mut resources = stack.resources.values();
            resources.any(|resource| resource.physical_id == physical_id)
        });
        if let Some(stack) = owning {
            return Ok(Owner::Stack(stack.name.clone()));
        }
        let left = world
            .stacks
            .iter()
            .rfind(|stack| stack.left.contains(physical_id));
        Ok(left.map_or(Owner::Nobody, |stack| Owner::Deleted(stack.name.clone())))
    }
}
