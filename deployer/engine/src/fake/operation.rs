//! What an operation on a stack will do, step by step.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::stack::StackStatus;

use super::world::World;

/// Something that happens to a stack at some time.
pub(super) struct Step {
    pub(super) at: Timestamp,
    pub(super) stack: String,
    /// Logical id, type, status, reason.
    pub(super) event: Option<(String, String, String, Option<String>)>,
    pub(super) effect: Effect,
}

pub(super) enum Effect {
    None,
    Status(StackStatus),
    Make(String, Value),
    Import(String, Value),
    Unmake(String),
    Leave(String),
    /// Leaves what was imported, after the rollback of its import.
    TakeBack(String),
    /// Makes the resources what they were before the update.
    Restore,
    Adopt {
        template: String,
        tags: BTreeMap<String, String>,
    },
}

/// What a change set or `create_stack` asks for.
pub(super) struct Target {
    pub(super) template: String,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) imports: BTreeSet<String>,
    /// What the stack ends as when its creation fails.
    pub(super) after_failure: StackStatus,
}

fn parsed(template: &str) -> Value {
    serde_json::from_str(template).unwrap_or_default()
}

pub(super) fn resources_of(template: &str) -> Map<String, Value> {
    let template = parsed(template);
    template["Resources"].as_object().cloned().unwrap_or_default()
}

/// A stack's steps as they are thought up, one second apart.
pub(super) struct Plan<'a> {
    pub(super) world: &'a mut World,
    stack: String,
    name: String,
    pub(super) at: Timestamp,
}

impl Plan<'_> {
    pub(super) fn of<'a>(world: &'a mut World, stack: &str) -> Plan<'a> {
        let (at, name) = (world.now, world.find(stack).unwrap().name.clone());
        Plan {
            world,
            stack: stack.to_owned(),
            name,
            at,
        }
    }

    pub(super) fn stack_is(&mut self, status: StackStatus, reason: Option<&str>) {
        let event = (
            self.name.clone(),
            "AWS::CloudFormation::Stack".to_owned(),
            status.to_string(),
            reason.map(Into::into),
        );
        self.push(Some(event), Effect::Status(status));
    }

    pub(super) fn resource_is(
        &mut self,
        id: &str,
        body: &Value,
        status: &str,
        reason: Option<&str>,
        effect: Effect,
    ) {
        let resource_type = body["Type"].as_str().unwrap().to_owned();
        let event = (
            id.to_owned(),
            resource_type,
            status.to_owned(),
            reason.map(Into::into),
        );
        self.push(Some(event), effect);
    }

    fn push(&mut self, event: Option<(String, String, String, Option<String>)>, effect: Effect) {
        self.world.due.push(Step {
            at: self.at,
            stack: self.stack.clone(),
            event,
            effect,
        });
    }

    pub(super) fn a_second_later(&mut self) {
        self.at += SignedDuration::from_secs(1);
    }
}

impl World {
    /// Begins to make a stack.
    pub(super) fn begin_creation(&mut self, stack: &str, target: &Target) {
        let resources = resources_of(&target.template);
        let conflict = self.conflict(&parsed(&target.template), resources.iter());
        let mut plan = Plan::of(self, stack);
        plan.push(
            None,
            Effect::Adopt {
                template: target.template.clone(),
                tags: target.tags.clone(),
            },
        );
        plan.stack_is(StackStatus::CreateInProgress, Some("User Initiated"));
        let mut made: Vec<(&String, &Value)> = Vec::new();
        for (id, body) in in_order(&resources) {
            let import = target.imports.contains(id);
            let kind = if import { "IMPORT" } else { "CREATE" };
            plan.resource_is(id, body, &format!("{kind}_IN_PROGRESS"), None, Effect::None);
            plan.a_second_later();
            let known = plan.world.find(stack).unwrap();
            let taken = !import && plan.world.exists(known, id, body);
            let conflicting = conflict.as_ref().filter(|(conflicting, _)| conflicting == id);
            let scripted = plan.world.failure_of(&plan.name, id, body);
            let scripted = scripted.or_else(|| conflicting.map(|(_, reason)| reason.clone()));
            if let Some(reason) = scripted.or_else(|| taken.then(|| format!("{id} already exists"))) {
                plan.fail_creation(id, body, &reason, &made, target);
                return;
            }
            let effect = if import { Effect::Import } else { Effect::Make };
            let status = format!("{kind}_COMPLETE");
            plan.resource_is(id, body, &status, None, effect(id.clone(), body.clone()));
            made.push((id, body));
        }
        plan.stack_is(StackStatus::CreateComplete, None);
        self.catch_up();
    }

    /// Begins to change a stack; `hindrance` is the resource at which that fails, and why.
    pub(super) fn begin_update(&mut self, stack: &str, target: &Target, hindrance: Option<(String, String)>) {
        let wanted = resources_of(&target.template);
        let had = resources_of(&self.find(stack).unwrap().template);
        let mut plan = Plan::of(self, stack);
        let updated = plan.world.stack_mut(stack);
        updated.resources_before = updated.resources.clone();
        updated.updated = Some(plan.at);
        plan.stack_is(StackStatus::UpdateInProgress, Some("User Initiated"));
        let changed: Vec<_> = in_order(&wanted)
            .into_iter()
            .filter(|(id, body)| had.get(*id) != Some(*body))
            .collect();
        let scripted = changed
            .iter()
            .find_map(|(id, body)| Some(((*id).clone(), plan.world.failure_of(&plan.name, id, body)?)));
        let scripted = scripted.or(plan
            .world
            .conflict(&parsed(&target.template), changed.iter().copied()));
        let known = plan.world.find(stack).unwrap();
        let taken = changed.iter().find(|(id, body)| {
            !had.contains_key(*id) && !target.imports.contains(*id) && plan.world.exists(known, id, body)
        });
        let scripted = scripted.or(taken.map(|(id, _)| ((*id).clone(), format!("{id} already exists"))));
        if let Some((id, reason)) = hindrance.or(scripted) {
            plan.a_second_later();
            let body = wanted.get(&id).or(had.get(&id)).unwrap();
            plan.roll_back_from(&id, body, &reason);
            return;
        }
        for (id, body) in changed {
            let import = target.imports.contains(id);
            let kind = if import { "IMPORT" } else { "UPDATE" };
            plan.resource_is(id, body, &format!("{kind}_IN_PROGRESS"), None, Effect::None);
            plan.a_second_later();
            let effect = if import { Effect::Import } else { Effect::Make };
            let status = format!("{kind}_COMPLETE");
            plan.resource_is(id, body, &status, None, effect(id.clone(), body.clone()));
        }
        // An alias follows a version that is made anew, whose text it does not hold.
        let follows = |alias: &Value| {
            let version = alias["Properties"]["FunctionVersion"]["Fn::GetAtt"][0].as_str();
            version.is_some_and(|version| had.get(version) != wanted.get(version))
        };
        for (id, body) in in_order(&wanted)
            .into_iter()
            .filter(|(_, body)| body["Type"] == "AWS::Lambda::Alias" && follows(body))
        {
            plan.push(None, Effect::Make(id.clone(), body.clone()));
        }
        for (id, body) in had.iter().filter(|(id, _)| !wanted.contains_key(*id)) {
            let (status, effect) = if body["DeletionPolicy"] == "Retain" {
                ("DELETE_SKIPPED", Effect::Leave(id.clone()))
            } else {
                ("DELETE_COMPLETE", Effect::Unmake(id.clone()))
            };
            plan.resource_is(id, body, status, None, effect);
        }
        plan.push(
            None,
            Effect::Adopt {
                template: target.template.clone(),
                tags: target.tags.clone(),
            },
        );
        plan.stack_is(StackStatus::UpdateComplete, None);
        self.catch_up();
    }

    /// Begins to delete a stack.
    pub(super) fn begin_deletion(&mut self, stack: &str) {
        self.begin_deletion_leaving(stack, |_, _| false);
    }

    /// The same, but for the resources that `leaves` says are left, told whether they fail.
    pub(super) fn begin_deletion_leaving(&mut self, stack: &str, leaves: impl Fn(&String, bool) -> bool) {
        let resources = self.find(stack).unwrap().resources.clone();
        let mut plan = Plan::of(self, stack);
        plan.stack_is(StackStatus::DeleteInProgress, Some("User Initiated"));
        let mut failed = None;
        for (id, resource) in resources.iter().rev() {
            let body = &resource.body;
            let is_protected = plan
                .world
                .tables
                .get(&resource.physical_id)
                .is_some_and(|table| table.deletion_protection);
            plan.a_second_later();
            let fails = plan.world.script.failing.contains_key(id) || is_protected;
            if body["DeletionPolicy"] == "Retain" || leaves(id, fails) {
                plan.resource_is(id, body, "DELETE_SKIPPED", None, Effect::Leave(id.clone()));
            } else if let Some(reason) = plan.world.script.failing.get(id).cloned() {
                plan.resource_is(id, body, "DELETE_FAILED", Some(&reason), Effect::None);
                failed = Some(id);
            } else if is_protected {
                plan.resource_is(
                    id,
                    body,
                    "DELETE_FAILED",
                    Some("deletion protection is on"),
                    Effect::None,
                );
                failed = Some(id);
            } else {
                plan.resource_is(id, body, "DELETE_COMPLETE", None, Effect::Unmake(id.clone()));
            }
        }
        plan.a_second_later();
        match failed {
            Some(id) => {
                let reason = format!("The following resource(s) failed to delete: [{id}]");
                plan.stack_is(StackStatus::DeleteFailed, Some(&reason));
            }
            None => plan.stack_is(StackStatus::DeleteComplete, None),
        }
        self.catch_up();
    }
}

impl Plan<'_> {
    /// Fails an update at a resource, and takes it back.
    pub(super) fn roll_back_from(&mut self, id: &str, body: &Value, reason: &str) {
        self.resource_is(id, body, "UPDATE_FAILED", Some(reason), Effect::None);
        self.stack_is(
            StackStatus::UpdateRollbackInProgress,
            Some(&format!("The following resource(s) failed: [{id}]")),
        );
        self.a_second_later();
        self.push(None, Effect::Restore);
        self.stack_is(StackStatus::UpdateRollbackComplete, None);
        self.world.catch_up();
    }

    fn fail_creation(
        &mut self,
        id: &str,
        body: &Value,
        reason: &str,
        made: &[(&String, &Value)],
        target: &Target,
    ) {
        let cancelled = serde_json::json!({"Type": "AWS::SSM::Parameter"});
        self.resource_is(
            "Bystander",
            &cancelled,
            "CREATE_FAILED",
            Some("Resource creation cancelled"),
            Effect::None,
        );
        self.resource_is(id, body, "CREATE_FAILED", Some(reason), Effect::None);
        let summary =
            format!("The following resource(s) failed to create: [{id}]. Rollback requested by user.");
        let deletes = target.after_failure == StackStatus::DeleteComplete;
        let undoing = if deletes {
            StackStatus::DeleteInProgress
        } else {
            StackStatus::RollbackInProgress
        };
        self.stack_is(undoing, Some(&summary));
        for (id, body) in made.iter().rev() {
            self.a_second_later();
            if target.imports.contains(*id) {
                self.resource_is(id, body, "DELETE_SKIPPED", None, Effect::TakeBack((*id).clone()));
            } else if body["DeletionPolicy"] == "Retain" {
                self.resource_is(id, body, "DELETE_SKIPPED", None, Effect::Leave((*id).clone()));
            } else {
                self.resource_is(id, body, "DELETE_COMPLETE", None, Effect::Unmake((*id).clone()));
            }
        }
        self.a_second_later();
        self.stack_is(target.after_failure.clone(), None);
        self.world.catch_up();
    }
}

/// Functions before their versions, versions before their aliases, else by name.
fn in_order(resources: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut ordered: Vec<_> = resources.iter().collect();
    ordered.sort_by_key(|(id, body)| {
        let late = match body["Type"].as_str() {
            Some("AWS::Lambda::Version") => 1,
            Some("AWS::Lambda::Alias") => 2,
            _ => 0,
        };
        (late, (*id).clone())
    });
    ordered
}
