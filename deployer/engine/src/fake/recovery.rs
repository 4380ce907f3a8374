//! What leads out of the states in which a stack takes no update.

use crate::cloud::{CallError, LeftBehind, Recovery};
use crate::stack::{RequestToken, StackStatus};

use super::operation::{Effect, Plan};
use super::world::World;
use super::{FakeCloud, refused};

impl Recovery for FakeCloud {
    async fn continue_rollback(
        &self,
        stack: &str,
        skip: &[String],
        _: Option<&str>,
        token: &RequestToken,
    ) -> Result<(), CallError> {
        let operation = "ContinueUpdateRollback";
        self.answer(operation, || {
            self.begin(operation, stack, token, &[StackStatus::UpdateRollbackFailed])?;
            let mut world = self.with_mut();
            let failing: Vec<String> = world.script.failing.keys().cloned().collect();
            let failing = failing.into_iter().find(|id| !skip.contains(id));
            world.begin_rollback(stack, failing.as_deref());
            Ok(())
        })
    }

    async fn roll_back(&self, stack: &str, _: Option<&str>, token: &RequestToken) -> Result<(), CallError> {
        let operation = "RollbackStack";
        self.answer(operation, || {
            self.begin(operation, stack, token, &[StackStatus::UpdateFailed])?;
            self.with_mut().begin_rollback(stack, None);
            Ok(())
        })
    }

    async fn cancel_update(&self, stack: &str, token: &RequestToken) -> Result<(), CallError> {
        let operation = "CancelUpdateStack";
        self.answer(operation, || {
            self.begin(operation, stack, token, &[StackStatus::UpdateInProgress])?;
            self.with_mut().begin_rollback(stack, None);
            Ok(())
        })
    }

    async fn delete_leaving(
        &self,
        stack: &str,
        left: LeftBehind<'_>,
        _: Option<&str>,
        token: &RequestToken,
    ) -> Result<(), CallError> {
        self.answer("DeleteStack", || {
            self.begin("DeleteStack", stack, token, &[StackStatus::DeleteFailed])?;
            let mut world = self.with_mut();
            match left {
                LeftBehind::Named(names) => world.begin_deletion_leaving(stack, |id, _| names.contains(id)),
                LeftBehind::Undeletable => world.begin_deletion_leaving(stack, |_, fails| fails),
            }
            Ok(())
        })
    }
}

impl FakeCloud {
    /// Takes a request, which is refused unless the stack is in one of the states.
    fn begin(
        &self,
        operation: &str,
        stack: &str,
        token: &RequestToken,
        states: &[StackStatus],
    ) -> Result<(), CallError> {
        let mut world = self.with_mut();
        let found = world.stack_mut(stack);
        if !states.contains(&found.status) {
            return Err(refused(operation, &format!("the stack is {}", found.status)));
        }
        if operation == "DeleteStack" && found.termination_protection {
            return Err(refused(operation, "termination protection is on"));
        }
        found.before = Some(found.describe());
        world.take_token(stack, token);
        Ok(())
    }
}

impl World {
    /// Begins to undo an update; one resource may fail to be undone.
    fn begin_rollback(&mut self, stack: &str, failing: Option<&str>) {
        let mut plan = Plan::of(self, stack);
        plan.stack_is(StackStatus::UpdateRollbackInProgress, Some("User Initiated"));
        plan.a_second_later();
        let known = failing.and_then(|id| {
            let resource = plan.world.find(stack)?.resources.get(id)?.clone();
            Some((id, resource, plan.world.script.failing[id].clone()))
        });
        if let Some((id, resource, reason)) = known {
            plan.resource_is(id, &resource.body, "UPDATE_FAILED", Some(&reason), Effect::None);
            plan.a_second_later();
            plan.stack_is(
                StackStatus::UpdateRollbackFailed,
                Some(&format!("The following resource(s) failed to update: [{id}]")),
            );
        } else {
            plan.stack_is(StackStatus::UpdateRollbackComplete, None);
        }
        self.catch_up();
    }
}
