//! Stacks, and what each holds.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use crate::cloud::RollbackTriggers;
use crate::stack::{ChangeSummary, DeployedStack, ResourceChange, StackEvent, StackStatus};

use super::world::{ACCOUNT, FakeTable, World};

pub(crate) struct FakeStack {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) status: StackStatus,
    pub(crate) created: Timestamp,
    pub(crate) updated: Option<Timestamp>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) template: String,
    /// The values of its parameters; what the engine deploys has none.
    pub(crate) parameters: Vec<String>,
    pub(crate) termination_protection: bool,
    pub(crate) policy: Option<String>,
    /// The triggers of the last operation that said any.
    pub(crate) rollback: RollbackTriggers,
    pub(crate) resources: BTreeMap<String, FakeResource>,
    /// What it no longer has, and did not delete.
    pub(super) left: BTreeSet<String>,
    pub(crate) change_sets: Vec<FakeChangeSet>,
    /// What the last update was to change, and what there was before it.
    pub(super) running: Vec<ResourceChange>,
    pub(super) resources_before: BTreeMap<String, FakeResource>,
    pub(crate) events: Vec<StackEvent>,
    /// The token of the running or last operation.
    pub(crate) token: String,
    /// How the stack was described before that operation.
    pub(super) before: Option<DeployedStack>,
}

#[derive(Clone)]
pub(crate) struct FakeResource {
    pub(crate) physical_id: String,
    pub(crate) resource_type: String,
    pub(crate) body: Value,
    pub(crate) imported: bool,
    /// What an import has changed of it.
    pub(super) table_before: Option<FakeTable>,
}

pub(crate) struct FakeChangeSet {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(super) ready_at: Timestamp,
    pub(super) gone_at: Option<Timestamp>,
    pub(super) made: Timestamp,
    pub(super) is_executed: bool,
    pub(super) failure: Option<String>,
    pub(super) template: String,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) changes: ChangeSummary,
    pub(super) rollback: RollbackTriggers,
    pub(super) imports: BTreeSet<String>,
}

impl FakeStack {
    pub(super) fn forget_the_past(&mut self) {
        self.before = None;
    }

    fn answers_to(&self, name: &str) -> bool {
        self.id == name || self.name == name && self.status != StackStatus::DeleteComplete
    }

    pub(crate) fn describe(&self) -> DeployedStack {
        let template: Value = serde_json::from_str(&self.template).unwrap_or_default();
        let outputs = template["Outputs"].as_object().cloned().unwrap_or_default();
        let outputs = outputs
            .into_iter()
            .filter_map(|(name, output)| Some((name, output["Value"].as_str()?.to_owned())))
            .collect();
        DeployedStack {
            id: self.id.clone(),
            name: self.name.clone(),
            status: self.status.clone(),
            status_reason: None,
            created: self.created,
            updated: self.updated,
            tags: self.tags.clone(),
            outputs,
            termination_protection: self.termination_protection,
        }
    }
}

impl FakeChangeSet {
    /// Whether it is more than the history of its stack, and its deletion has not begun.
    pub(crate) fn is_left(&self) -> bool {
        self.gone_at.is_none() && !self.is_executed
    }
}

impl World {
    pub(super) fn find(&self, stack: &str) -> Option<&FakeStack> {
        self.stacks.iter().rfind(|known| known.answers_to(stack))
    }

    pub(crate) fn stack_mut(&mut self, stack: &str) -> &mut FakeStack {
        self.stacks
            .iter_mut()
            .rfind(|known| known.answers_to(stack))
            .unwrap()
    }

    /// Makes an empty stack in the given state.
    pub(super) fn add_stack(&mut self, name: &str, status: StackStatus) -> String {
        let id = format!(
            "arn:aws:cloudformation:eu-central-1:{ACCOUNT}:stack/{name}/{}",
            self.stacks.len()
        );
        self.stacks.push(FakeStack {
            id: id.clone(),
            name: name.into(),
            status,
            created: self.now,
            updated: None,
            tags: BTreeMap::new(),
            template: String::new(),
            parameters: Vec::new(),
            termination_protection: false,
            policy: None,
            rollback: RollbackTriggers::default(),
            resources: BTreeMap::new(),
            left: BTreeSet::new(),
            change_sets: Vec::new(),
            running: Vec::new(),
            resources_before: BTreeMap::new(),
            events: Vec::new(),
            token: String::new(),
            before: None,
        });
        id
    }

    /// A stack that somebody made in another way; its template may be anything.
    pub(crate) fn add_standing_stack(&mut self, name: &str) -> String {
        self.add_stack(name, StackStatus::CreateComplete)
    }

    /// A shell, as an unexecuted change set leaves it.
    pub(crate) fn add_shell(&mut self, name: &str) {
        self.add_stack(name, StackStatus::ReviewInProgress);
    }
}
