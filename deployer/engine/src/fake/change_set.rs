//! What a change set would do.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::cloud::NewChangeSet;
use crate::stack::{Action, ChangeSummary, Replacement, ResourceChange};

use super::operation::resources_of;
use super::world::{FakeChangeSet, World};

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
