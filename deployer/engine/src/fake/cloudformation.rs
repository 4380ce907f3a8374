//! Stacks and change sets.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use crate::cloud::{
    CallError, CallErrorKind, ChangeSetHandle, ChangeSetPage, ChangeSetProgress, CloudFormation,
    ListedChangeSet, ListedStack, NewChangeSet, NewStack, Page, Prospect, TemplateSource, ValidationFinding,
};
use crate::stack::{
    ChangeSummary, DeployedStack, RequestToken, StackEvent, StackPolicy, StackResource, StackStatus,
};

use super::belief::PolicyDuringUpdate;
use super::operation::Target;
use super::world::World;
use super::{FakeCloud, error, refused};

impl CloudFormation for FakeCloud {
    async fn describe_stack(&self, stack: &str) -> Result<Option<DeployedStack>, CallError> {
        self.call("DescribeStacks")?;
        let mut world = self.world.borrow_mut();
        let Some(found) = world.find(stack) else {
            return Ok(None);
        };
        let (now, before) = (found.describe(), found.before.clone());
        match before {
            Some(before) if world.script.stale_reads > 0 => {
                world.script.stale_reads -= 1;
                Ok(Some(before))
            }
            _ => Ok(Some(now)),
        }
    }

    async fn stacks(&self, page: Option<&str>) -> Result<Page<ListedStack>, CallError> {
        self.call("DescribeStacks")?;
        let listed: Vec<ListedStack> = {
            let world = self.world.borrow();
            let standing = world.stacks.iter();
            standing
                .filter(|stack| stack.status != StackStatus::DeleteComplete)
                .map(|stack| ListedStack {
                    stack: stack.describe(),
                    parameters: stack.parameters.clone(),
                })
                .collect()
        };
        Ok(self.page(&listed, page))
    }

    async fn original_template(&self, stack: &str) -> Result<String, CallError> {
        self.call("GetTemplate")?;
        let world = self.world.borrow();
        Ok(world.given(&world.find(stack).unwrap().template))
    }

    async fn stack_resources(
        &self,
        stack: &str,
        page: Option<&str>,
    ) -> Result<Page<StackResource>, CallError> {
        self.call("ListStackResources")?;
        let resources: Vec<_> = {
            let world = self.world.borrow();
            let resources = &world.find(stack).unwrap().resources;
            let listed = resources.iter().map(|(logical_id, resource)| StackResource {
                logical_id: logical_id.clone(),
                physical_id: resource.physical_id.clone(),
                resource_type: resource.resource_type.clone(),
            });
            listed.collect()
        };
        Ok(self.page(&resources, page))
    }

    async fn stack_events(&self, stack: &str, page: Option<&str>) -> Result<Page<StackEvent>, CallError> {
        self.call("DescribeStackEvents")?;
        let events: Vec<_> = {
            let mut world = self.world.borrow_mut();
            let Some(found) = world.find(stack) else {
                return Err(error(
                    "DescribeStackEvents",
                    CallErrorKind::NotFound {
                        message: format!("Stack [{stack}] does not exist"),
                    },
                ));
            };
            let mut events: Vec<_> = found.events.iter().rev().cloned().collect();
            let has_ended = found.status.is_settled();
            if found.before.is_some() && world.script.held_back_reads > 0 {
                let token = found.token.clone();
                events.retain(|event| event.token.as_ref() != Some(&token));
                world.script.held_back_reads -= usize::from(has_ended);
            }
            events
        };
        Ok(self.page(&events, page))
    }

    async fn create_stack(&self, request: &NewStack) -> Result<String, CallError> {
        self.answer("CreateStack", || {
            let mut world = self.world.borrow_mut();
            if world.find(&request.stack).is_some() {
                return Err(error(
                    "CreateStack",
                    CallErrorKind::AlreadyExists {
                        message: format!("Stack [{}] already exists", request.stack),
                    },
                ));
            }
            world.last_stack = Some(request.clone());
            let id = world.start_stack(request);
            Ok(id)
        })
    }

    async fn create_change_set(&self, request: &NewChangeSet) -> Result<ChangeSetHandle, CallError> {
        self.answer("CreateChangeSet", || {
            self.world.borrow_mut().make_change_set(request)
        })
    }

    async fn change_sets(&self, stack: &str, page: Option<&str>) -> Result<Page<ListedChangeSet>, CallError> {
        self.call("ListChangeSets")?;
        let listed: Vec<ListedChangeSet> = {
            let world = self.world.borrow();
            let Some(stack) = world.find(stack) else {
                let message = format!("Stack [{stack}] does not exist");
                return Err(error("ListChangeSets", CallErrorKind::NotFound { message }));
            };
            let listed = stack.change_sets.iter().map(|known| ListedChangeSet {
                handle: known.handle(&stack.id),
                name: known.name.clone(),
                made: known.made,
                prospect: match known {
                    known if known.is_executed => Prospect::Executed,
                    known if known.failure.is_some() => Prospect::None,
                    _ => Prospect::Open,
                },
            });
            listed.collect()
        };
        Ok(self.page(&listed, page))
    }

    async fn describe_change_set(
        &self,
        stack: &str,
        change_set: &str,
        page: Option<&str>,
    ) -> Result<Option<ChangeSetPage>, CallError> {
        self.call("DescribeChangeSet")?;
        let (described, changes) = {
            let world = self.world.borrow();
            let Some(stack) = world.find(stack) else {
                return Ok(None);
            };
            let Some(found) = stack.change_set(change_set) else {
                return Ok(None);
            };
            let stack_id = &stack.id;
            let progress = match &found.failure {
                _ if found.gone_at.is_some() || found.ready_at > world.now => ChangeSetProgress::Pending,
                Some(_) => ChangeSetProgress::Failed,
                None => ChangeSetProgress::Ready,
            };
            let described = ChangeSetPage {
                handle: found.handle(stack_id),
                is_executed: found.is_executed,
                progress,
                reason: found.failure.clone().unwrap_or_default(),
                changes: ChangeSummary::default(),
                next: None,
            };
            (described, found.changes.changes.clone())
        };
        let page = self.page(&changes, page);
        Ok(Some(ChangeSetPage {
            changes: ChangeSummary { changes: page.items },
            next: page.next,
            ..described
        }))
    }

    async fn validation_findings(
        &self,
        _: &str,
        _: &str,
        page: Option<&str>,
    ) -> Result<Page<ValidationFinding>, CallError> {
        self.call("DescribeEvents")?;
        let rejection = self.world.borrow().script.rejection.clone();
        Ok(self.page(&rejection.map(|(_, findings)| findings).unwrap_or_default(), page))
    }

    async fn execute_change_set(
        &self,
        handle: &ChangeSetHandle,
        token: &RequestToken,
    ) -> Result<(), CallError> {
        self.answer("ExecuteChangeSet", || {
            self.world.borrow_mut().execute_change_set(handle, token)
        })
    }

    async fn delete_change_set(&self, stack: &str, change_set: &str) -> Result<(), CallError> {
        self.answer("DeleteChangeSet", || {
            let mut world = self.world.borrow_mut();
            let gone_at = world.now + SignedDuration::from_secs(1);
            if world.find(stack).is_none() {
                let message = format!("Stack [{stack}] does not exist");
                return Err(error("DeleteChangeSet", CallErrorKind::NotFound { message }));
            }
            let change_sets = &mut world.stack_mut(stack).change_sets;
            for known in change_sets
                .iter_mut()
                .filter(|known| known.id == change_set || known.name == change_set)
            {
                known.gone_at = Some(gone_at);
            }
            Ok(())
        })
    }

    async fn delete_stack(
        &self,
        stack: &str,
        _: Option<&str>,
        token: &RequestToken,
    ) -> Result<(), CallError> {
        self.answer("DeleteStack", || {
            let mut world = self.world.borrow_mut();
            if world.find(stack).is_none() {
                return Ok(());
            }
            if world.stack_mut(stack).status == StackStatus::DeleteInProgress {
                return Ok(());
            }
            world.take_token(stack, token);
            let found = world.stack_mut(stack);
            if found.termination_protection {
                return Err(refused("DeleteStack", "termination protection is on"));
            }
            found.before = Some(found.describe());
            if found.status == StackStatus::ReviewInProgress {
                found.status = StackStatus::DeleteComplete;
            } else {
                let id = found.id.clone();
                world.begin_deletion(&id);
            }
            Ok(())
        })
    }

    async fn set_termination_protection(&self, stack: &str, protected: bool) -> Result<(), CallError> {
        self.answer("UpdateTerminationProtection", || {
            self.world.borrow_mut().stack_mut(stack).termination_protection = protected;
            Ok(())
        })
    }

    async fn stack_policy(&self, stack: &str) -> Result<Option<StackPolicy>, CallError> {
        self.call("GetStackPolicy")?;
        let policy = self.world.borrow().find(stack).unwrap().policy.clone();
        Ok(policy.map(StackPolicy::of_stack))
    }

    async fn set_stack_policy(&self, stack: &str, policy: &StackPolicy) -> Result<(), CallError> {
        self.answer("SetStackPolicy", || {
            let mut world = self.world.borrow_mut();
            if !world.knows_all_of(stack, policy.as_str()) {
                return Err(refused(
                    "SetStackPolicy",
                    "Unknown logical id in the stack policy",
                ));
            }
            let found = world.stack_mut(stack);
            let is_updating = found.status == StackStatus::UpdateInProgress;
            let (id, status) = (found.id.clone(), found.status.clone());
            if is_updating && world.beliefs.stack_policy == PolicyDuringUpdate::Refused {
                return Err(refused(
                    "SetStackPolicy",
                    &format!("Stack:{id} is in {status} state and can not be updated."),
                ));
            }
            world.stack_mut(stack).policy = Some(policy.as_str().to_owned());
            if is_updating && world.beliefs.stack_policy == PolicyDuringUpdate::Counts {
                world.hold_against_policy(stack);
            }
            Ok(())
        })
    }
}

impl World {
    /// Begins what `create_stack` asks for.
    pub(crate) fn start_stack(&mut self, request: &NewStack) -> String {
        let id = self.add_stack(&request.stack, StackStatus::CreateInProgress);
        self.take_token(&id, &request.token);
        let target = Target {
            template: self.read(&request.template),
            tags: request.tags.clone(),
            imports: BTreeSet::new(),
            after_failure: StackStatus::DeleteComplete,
        };
        self.begin_creation(&id, &target);
        id
    }

    pub(super) fn take_token(&mut self, stack: &str, token: &RequestToken) {
        self.tokens.push(token.to_string());
        self.stack_mut(stack).token = token.to_string();
    }

    pub(super) fn read(&self, source: &TemplateSource) -> String {
        match source {
            TemplateSource::Inline(body) => body.clone(),
            TemplateSource::Url(url) => {
                let key = self.objects.keys().find(|key| url.ends_with(*key)).unwrap();
                String::from_utf8(self.objects[key].clone()).unwrap()
            }
        }
    }
}
