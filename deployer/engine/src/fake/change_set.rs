//! Change sets: how one is made, what it would do, and how it is begun.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::cloud::{CallError, CallErrorKind, ChangeSetHandle, ChangeSetType, NewChangeSet};
use crate::stack::{Action, ChangeSummary, Replacement, RequestToken, ResourceChange, StackStatus};

use super::operation::{Target, resources_of};
use super::stack::{FakeChangeSet, FakeStack};
use super::world::World;
use super::{error, refused};

impl World {
    pub(super) fn change_set(&self, stack_id: &str, request: &NewChangeSet) -> FakeChangeSet {
        let stack = self.find(stack_id).unwrap();
        let template = self.read(&request.template);
        let is_same = template == stack.template && request.tags == stack.tags;
        let (had, wanted) = (resources_of(&stack.template), resources_of(&template));
        let mut changes = ChangeSummary::default();
        let mut imports = BTreeSet::new();
        for (id, body) in &wanted {
            let action = match had.get(id) {
                Some(known) if known == body => continue,
                Some(_) => Action::Modify,
                None if request.import_existing && is_importable(body) && self.exists(stack, id, body) => {
                    imports.insert(id.clone());
                    Action::Import
                }
                None => Action::Add,
            };
            changes.changes.push(change(id, body, action));
        }
        let removed = had.iter().filter(|(id, _)| !wanted.contains_key(*id));
        changes
            .changes
            .extend(removed.map(|(id, body)| change(id, body, Action::Remove)));
        if let Some(told) = &self.script.told_change {
            changes
                .changes
                .retain(|change| change.logical_id != told.logical_id);
            changes.changes.push(told.clone());
        }
        let failure = match &self.script.rejection {
            Some((reason, _)) => Some(reason.clone()),
            None => is_same.then(|| {
                "The submitted information didn't contain changes. Submit different information to create a change set."
                    .to_owned()
            }),
        };
        FakeChangeSet {
            id: format!("arn:changeSet/{}/{}", request.name, self.tokens.len()),
            name: request.name.clone(),
            ready_at: self.now + self.change_sets_take,
            gone_at: None,
            made: self.now,
            is_executed: false,
            failure,
            template,
            tags: request.tags.clone(),
            changes,
            rollback: request.rollback.clone(),
            imports,
        }
    }
}

impl World {
    /// Makes what `CreateChangeSet` asks for, and the shell of a stack for it where there is none.
    pub(super) fn make_change_set(&mut self, request: &NewChangeSet) -> Result<ChangeSetHandle, CallError> {
        let stack_id = match (request.kind, self.find(&request.stack)) {
            (ChangeSetType::Create, None) => {
                let id = self.add_stack(&request.stack, StackStatus::ReviewInProgress);
                self.record(
                    &id,
                    &request.stack,
                    "AWS::CloudFormation::Stack",
                    "REVIEW_IN_PROGRESS",
                    None,
                );
                id
            }
            (ChangeSetType::Create, Some(stack)) if stack.status == StackStatus::ReviewInProgress => {
                stack.id.clone()
            }
            (ChangeSetType::Update, Some(stack)) if stack.status.is_healthy() => stack.id.clone(),
            (ChangeSetType::Create, Some(_)) => {
                let (stack, name) = (&request.stack, &request.name);
                return Err(refused(
                    "CreateChangeSet",
                    &format!(
                        "Stack [{stack}] already exists and cannot be created again with the changeSet [{name}]."
                    ),
                ));
            }
            (ChangeSetType::Update, Some(stack)) => {
                let FakeStack { id, status, .. } = stack;
                return Err(refused(
                    "CreateChangeSet",
                    &format!("Stack:{id} is in {status} state and can not be updated."),
                ));
            }
            (ChangeSetType::Update, None) => {
                let message = format!("Stack [{}] does not exist", request.stack);
                return Err(error("CreateChangeSet", CallErrorKind::NotFound { message }));
            }
        };
        if self
            .stack_mut(&stack_id)
            .change_sets
            .iter()
            .any(|known| known.name == request.name)
        {
            return Err(error(
                "CreateChangeSet",
                CallErrorKind::AlreadyExists {
                    message: format!("ChangeSet {} already exists", request.name),
                },
            ));
        }
        let change_set = self.change_set(&stack_id, request);
        let handle = ChangeSetHandle {
            id: change_set.id.clone(),
            stack_id,
        };
        self.tokens.push(request.token.to_string());
        self.last_request = Some(request.clone());
        self.stack_mut(&handle.stack_id).change_sets.push(change_set);
        Ok(handle)
    }

    /// Begins what a change set says.
    pub(super) fn execute_change_set(
        &mut self,
        handle: &ChangeSetHandle,
        token: &RequestToken,
    ) -> Result<(), CallError> {
        let Some(change_set) = self
            .find(&handle.stack_id)
            .and_then(|stack| stack.change_set(&handle.id))
        else {
            return Err(error(
                "ExecuteChangeSet",
                CallErrorKind::NotFound {
                    message: "no such change set".into(),
                },
            ));
        };
        let is_busy = self
            .find(&handle.stack_id)
            .is_some_and(|stack| !stack.status.is_settled() && stack.status != StackStatus::ReviewInProgress);
        if change_set.is_executed || change_set.failure.is_some() || is_busy {
            let status = if change_set.failure.is_some() {
                "FAILED"
            } else {
                "CREATE_COMPLETE"
            };
            let kind = CallErrorKind::Other {
                code: "InvalidChangeSetStatus".into(),
                message: format!(
                    "ChangeSet [{}] cannot be executed in its current status of [{status}]",
                    handle.id
                ),
            };
            return Err(error("ExecuteChangeSet", kind));
        }
        let target = Target {
            template: change_set.template.clone(),
            tags: change_set.tags.clone(),
            imports: change_set.imports.clone(),
            after_failure: StackStatus::RollbackComplete,
        };
        let (rollback, changes) = (change_set.rollback.clone(), change_set.changes.clone());
        self.take_token(&handle.stack_id, token);
        let stack = self.stack_mut(&handle.stack_id);
        stack.change_sets.retain(|known| known.id == handle.id);
        for executed in &mut stack.change_sets {
            executed.is_executed = true;
        }
        stack.before = Some(stack.describe());
        if stack.status == StackStatus::ReviewInProgress {
            self.begin_creation(&handle.stack_id, &target);
        } else {
            stack.rollback = rollback;
            stack.running.clone_from(&changes.changes);
            let hindrance = self.hindrance(self.find(&handle.stack_id).unwrap(), &changes.changes);
            self.begin_update(&handle.stack_id, &target, hindrance);
        }
        Ok(())
    }
}

impl FakeStack {
    pub(super) fn change_set(&self, name: &str) -> Option<&FakeChangeSet> {
        self.change_sets
            .iter()
            .find(|known| known.id == name || known.name == name)
    }
}

impl FakeChangeSet {
    pub(super) fn handle(&self, stack_id: &str) -> ChangeSetHandle {
        ChangeSetHandle {
            id: self.id.clone(),
            stack_id: stack_id.to_owned(),
        }
    }
}

fn is_importable(body: &Value) -> bool {
    body["DeletionPolicy"].is_string()
}

fn change(logical_id: &str, body: &Value, action: Action) -> ResourceChange {
    ResourceChange {
        logical_id: logical_id.into(),
        physical_id: None,
        resource_type: body["Type"].as_str().unwrap().into(),
        action,
        replacement: Replacement::Never,
        policy_action: None,
        causes: Vec::new(),
    }
}
