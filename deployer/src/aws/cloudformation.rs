//! CloudFormation.

mod answer;
mod request;

use aws_sdk_cloudformation::types::{self, Capability, OnFailure};
use cfn_deploy::cloud::{
    CallError, ChangeSetHandle, ChangeSetPage, ChangeSetProgress, ChangeSetType, CloudFormation,
    ListedChangeSet, ListedStack, NewChangeSet, NewStack, Page, ValidationFinding,
};
use cfn_deploy::stack::{ChangeSummary, DeployedStack, RequestToken, StackEvent, StackPolicy, StackResource};

use self::answer::{
    change, deployed_stack, finding, is_executed, listed_change_set, listed_stack, progress, stack_event,
    stack_resource,
};
use self::request::{rollback, tags, template};
use super::Aws;

impl CloudFormation for Aws {
    async fn describe_stack(&self, stack: &str) -> Result<Option<DeployedStack>, CallError> {
        let answer = self
            .cloudformation
            .describe_stacks()
            .stack_name(stack)
            .send()
            .await;
        match answer.map_err(|error| self.failure("cloudformation:DescribeStacks", error)) {
            Ok(answer) => Ok(answer
                .stacks
                .unwrap_or_default()
                .into_iter()
                .next()
                .map(deployed_stack)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn stacks(&self, page: Option<&str>) -> Result<Page<ListedStack>, CallError> {
        let request = self.cloudformation.describe_stacks();
        let answer = request.set_next_token(page.map(ToOwned::to_owned)).send().await;
        let answer = answer.map_err(|error| self.failure("cloudformation:DescribeStacks", error))?;
        let stacks = answer.stacks.unwrap_or_default();
        Ok(Page {
            items: stacks.into_iter().map(listed_stack).collect(),
            next: answer.next_token,
        })
    }

    async fn original_template(&self, stack: &str) -> Result<String, CallError> {
        let request = self.cloudformation.get_template().stack_name(stack);
        let answer = request
            .template_stage(types::TemplateStage::Original)
            .send()
            .await;
        let answer = answer.map_err(|error| self.failure("cloudformation:GetTemplate", error))?;
        let template = answer.template_body.unwrap_or_default();
        // The template may begin with a byte order mark, which CloudFormation accepts but JSON readers do not.
        Ok(template.trim_start_matches('\u{feff}').to_owned())
    }

    async fn stack_resources(
        &self,
        stack: &str,
        page: Option<&str>,
    ) -> Result<Page<StackResource>, CallError> {
        let request = self.cloudformation.list_stack_resources().stack_name(stack);
        let answer = request.set_next_token(page.map(ToOwned::to_owned)).send().await;
        let answer = answer.map_err(|error| self.failure("cloudformation:ListStackResources", error))?;
        let resources = answer.stack_resource_summaries.unwrap_or_default();
        Ok(Page {
            items: resources.into_iter().map(stack_resource).collect(),
            next: answer.next_token,
        })
    }

    async fn stack_events(&self, stack: &str, page: Option<&str>) -> Result<Page<StackEvent>, CallError> {
        let request = self.cloudformation.describe_stack_events().stack_name(stack);
        let answer = request.set_next_token(page.map(ToOwned::to_owned)).send().await;
        let answer = answer.map_err(|error| self.failure("cloudformation:DescribeStackEvents", error))?;
        let items = answer
            .stack_events
            .unwrap_or_default()
            .into_iter()
            .map(stack_event)
            .collect();
        Ok(Page {
            items,
            next: answer.next_token,
        })
    }

    async fn create_stack(&self, request: &NewStack) -> Result<String, CallError> {
        let (body, url) = template(&request.template);
        let answer = self
            .cloudformation
            .create_stack()
            .stack_name(&request.stack)
            .set_template_body(body)
            .set_template_url(url)
            .set_tags(Some(tags(&request.tags)))
            .set_role_arn(request.role.clone())
            // A stack whose creation fails is deleted, because it has no earlier state to recover.
            .on_failure(OnFailure::Delete)
            .client_request_token(request.token.as_str())
            .send()
            .await;
        let answer = answer.map_err(|error| self.failure("cloudformation:CreateStack", error))?;
        Ok(answer.stack_id.unwrap_or_default())
    }

    async fn create_change_set(&self, request: &NewChangeSet) -> Result<ChangeSetHandle, CallError> {
        let (body, url) = template(&request.template);
        let answer = self
            .cloudformation
            .create_change_set()
            .stack_name(&request.stack)
            .change_set_name(&request.name)
            .change_set_type(match request.kind {
                ChangeSetType::Create => types::ChangeSetType::Create,
                ChangeSetType::Update => types::ChangeSetType::Update,
            })
            .set_template_body(body)
            .set_template_url(url)
            .set_tags(Some(tags(&request.tags)))
            .set_role_arn(request.role.clone())
            .set_rollback_configuration(rollback(request))
            .set_import_existing_resources(request.import_existing.then_some(true))
            .capabilities(Capability::CapabilityIam)
            .capabilities(Capability::CapabilityNamedIam)
            .client_token(request.token.as_str())
            .send()
            .await;
        let answer = answer.map_err(|error| self.failure("cloudformation:CreateChangeSet", error))?;
        Ok(ChangeSetHandle {
            id: answer.id.unwrap_or_default(),
            stack_id: answer.stack_id.unwrap_or_default(),
        })
    }

    async fn change_sets(&self, stack: &str, page: Option<&str>) -> Result<Page<ListedChangeSet>, CallError> {
        let request = self.cloudformation.list_change_sets().stack_name(stack);
        let answer = request.set_next_token(page.map(ToOwned::to_owned)).send().await;
        let answer = answer.map_err(|error| self.failure("cloudformation:ListChangeSets", error))?;
        let listed = answer.summaries.unwrap_or_default();
        Ok(Page {
            items: listed.into_iter().map(listed_change_set).collect(),
            next: answer.next_token,
        })
    }

    async fn describe_change_set(
        &self,
        stack: &str,
        change_set: &str,
        page: Option<&str>,
    ) -> Result<Option<ChangeSetPage>, CallError> {
        let answer = self
            .cloudformation
            .describe_change_set()
            .stack_name(stack)
            .change_set_name(change_set)
            .set_next_token(page.map(ToOwned::to_owned))
            .send()
            .await;
        let answer = match answer.map_err(|error| self.failure("cloudformation:DescribeChangeSet", error)) {
            Ok(answer) => answer,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        let changes = answer.changes.unwrap_or_default();
        Ok(Some(ChangeSetPage {
            handle: ChangeSetHandle {
                id: answer.change_set_id.unwrap_or_default(),
                stack_id: answer.stack_id.unwrap_or_default(),
            },
            is_executed: is_executed(answer.execution_status.as_ref()),
            progress: answer
                .status
                .as_ref()
                .map_or(ChangeSetProgress::Pending, progress),
            reason: answer.status_reason.unwrap_or_default(),
            changes: ChangeSummary {
                changes: changes
                    .into_iter()
                    .filter_map(|change| change.resource_change)
                    .map(change)
                    .collect(),
            },
            next: answer.next_token,
        }))
    }

    async fn validation_findings(
        &self,
        stack: &str,
        change_set: &str,
        page: Option<&str>,
    ) -> Result<Page<ValidationFinding>, CallError> {
        let request = self
            .cloudformation
            .describe_events()
            .stack_name(stack)
            .change_set_name(change_set);
        let answer = request.set_next_token(page.map(ToOwned::to_owned)).send().await;
        let answer = answer.map_err(|error| self.failure("cloudformation:DescribeEvents", error))?;
        let findings = answer
            .operation_events
            .unwrap_or_default()
            .into_iter()
            .filter_map(finding);
        Ok(Page {
            items: findings.collect(),
            next: answer.next_token,
        })
    }

    async fn execute_change_set(
        &self,
        handle: &ChangeSetHandle,
        token: &RequestToken,
    ) -> Result<(), CallError> {
        let request = self
            .cloudformation
            .execute_change_set()
            .stack_name(&handle.stack_id);
        let answer = request
            .change_set_name(&handle.id)
            .client_request_token(token.as_str())
            .send()
            .await;
        answer
            .map(|_| ())
            .map_err(|error| self.failure("cloudformation:ExecuteChangeSet", error))
    }

    async fn delete_change_set(&self, stack: &str, change_set: &str) -> Result<(), CallError> {
        let request = self.cloudformation.delete_change_set().stack_name(stack);
        let answer = request.change_set_name(change_set).send().await;
        match answer.map_err(|error| self.failure("cloudformation:DeleteChangeSet", error)) {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        }
    }

    async fn delete_stack(
        &self,
        stack: &str,
        role: Option<&str>,
        token: &RequestToken,
    ) -> Result<(), CallError> {
        let request = self.cloudformation.delete_stack().stack_name(stack);
        let request = request.set_role_arn(role.map(ToOwned::to_owned));
        let answer = request.client_request_token(token.as_str()).send().await;
        match answer.map_err(|error| self.failure("cloudformation:DeleteStack", error)) {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        }
    }

    async fn set_termination_protection(&self, stack: &str, protected: bool) -> Result<(), CallError> {
        let request = self
            .cloudformation
            .update_termination_protection()
            .stack_name(stack);
        let answer = request.enable_termination_protection(protected).send().await;
        answer
            .map(|_| ())
            .map_err(|error| self.failure("cloudformation:UpdateTerminationProtection", error))
    }

    async fn stack_policy(&self, stack: &str) -> Result<Option<StackPolicy>, CallError> {
        let answer = self
            .cloudformation
            .get_stack_policy()
            .stack_name(stack)
            .send()
            .await;
        let answer = answer.map_err(|error| self.failure("cloudformation:GetStackPolicy", error))?;
        let body = answer.stack_policy_body.filter(|body| !body.is_empty());
        Ok(body.map(StackPolicy::of_stack))
    }

    async fn set_stack_policy(&self, stack: &str, policy: &StackPolicy) -> Result<(), CallError> {
        let request = self.cloudformation.set_stack_policy().stack_name(stack);
        let answer = request.stack_policy_body(policy.as_str()).send().await;
        answer
            .map(|_| ())
            .map_err(|error| self.failure("cloudformation:SetStackPolicy", error))
    }
}
