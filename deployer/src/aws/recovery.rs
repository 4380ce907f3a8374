//! CloudFormation's operations to recover from a failure.

use aws_sdk_cloudformation::types::DeletionMode;
use cfn_deploy::cloud::{CallError, LeftBehind, Recovery};
use cfn_deploy::stack::RequestToken;

use super::Aws;

impl Recovery for Aws {
    async fn continue_rollback(
        &self,
        stack: &str,
        skip: &[String],
        role: Option<&str>,
        token: &RequestToken,
    ) -> Result<(), CallError> {
        let request = self.cloudformation.continue_update_rollback().stack_name(stack);
        let answer = request
            .set_resources_to_skip((!skip.is_empty()).then(|| skip.to_vec()))
            .set_role_arn(role.map(ToOwned::to_owned))
            .client_request_token(token.as_str())
            .send()
            .await;
        answer
            .map(|_| ())
            .map_err(|error| self.failure("cloudformation:ContinueUpdateRollback", error))
    }

    async fn roll_back(
        &self,
        stack: &str,
        role: Option<&str>,
        token: &RequestToken,
    ) -> Result<(), CallError> {
        let request = self.cloudformation.rollback_stack().stack_name(stack);
        let request = request.set_role_arn(role.map(ToOwned::to_owned));
        let answer = request.client_request_token(token.as_str()).send().await;
        answer
            .map(|_| ())
            .map_err(|error| self.failure("cloudformation:RollbackStack", error))
    }

    async fn cancel_update(&self, stack: &str, token: &RequestToken) -> Result<(), CallError> {
        let request = self.cloudformation.cancel_update_stack().stack_name(stack);
        let answer = request.client_request_token(token.as_str()).send().await;
        answer
            .map(|_| ())
            .map_err(|error| self.failure("cloudformation:CancelUpdateStack", error))
    }

    async fn delete_leaving(
        &self,
        stack: &str,
        left: LeftBehind<'_>,
        role: Option<&str>,
        token: &RequestToken,
    ) -> Result<(), CallError> {
        let request = self.cloudformation.delete_stack().stack_name(stack);
        let request = request.set_role_arn(role.map(ToOwned::to_owned));
        let request = match left {
            LeftBehind::Named(names) => request.set_retain_resources(Some(names.to_vec())),
            LeftBehind::Undeletable => request.deletion_mode(DeletionMode::ForceDeleteStack),
        };
        let answer = request.client_request_token(token.as_str()).send().await;
        match answer.map_err(|error| self.failure("cloudformation:DeleteStack", error)) {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        }
    }
}
