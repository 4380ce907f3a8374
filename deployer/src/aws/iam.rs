//! IAM.

use aws_sdk_iam::types::PolicyEvaluationDecisionType;
use cfn_deploy::cloud::{CallError, Roles};

use super::Aws;

impl Roles for Aws {
    async fn role_arn(&self, name: &str) -> Result<Option<String>, CallError> {
        let answer = self.iam.get_role().role_name(name).send().await;
        match answer.map_err(|error| self.failure("iam:GetRole", error)) {
            Ok(found) => Ok(found.role.map(|role| role.arn)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn policy_exists(&self, arn: &str) -> Result<bool, CallError> {
        let answer = self.iam.get_policy().policy_arn(arn).send().await;
        match answer.map_err(|error| self.failure("iam:GetPolicy", error)) {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn denied_actions(
        &self,
        principal: &str,
        actions: &[String],
        resources: &[String],
    ) -> Result<Vec<String>, CallError> {
        let mut denied = Vec::new();
        let mut next = None;
        loop {
            let page = self
                .iam
                .simulate_principal_policy()
                .policy_source_arn(principal)
                .set_action_names(Some(actions.to_vec()))
                .set_resource_arns(Some(resources.to_vec()))
                .set_marker(next)
                .send()
                .await
                .map_err(|error| self.failure("iam:SimulatePrincipalPolicy", error))?;
            let refused = page
                .evaluation_results()
                .iter()
                .filter(|result| result.eval_decision() != &PolicyEvaluationDecisionType::Allowed);
            denied.extend(refused.map(|result| result.eval_action_name().to_owned()));
            next = page.marker;
            if next.is_none() {
                return Ok(denied);
            }
        }
    }
}
