//! `CloudWatch` Logs.

use cfn_deploy::cloud::{CallError, CallErrorKind, Logs};

use super::Aws;

impl Logs for Aws {
    async fn log_group_exists(&self, name: &str) -> Result<bool, CallError> {
        let mut next = None;
        loop {
            let page = self
                .logs
                .describe_log_groups()
                .log_group_name_prefix(name)
                .set_next_token(next)
                .send()
                .await
                .map_err(|error| self.failure("logs:DescribeLogGroups", error))?;
            // A name is a prefix of itself, but also of others.
            if page
                .log_groups()
                .iter()
                .any(|group| group.log_group_name() == Some(name))
            {
                return Ok(true);
            }
            next = page.next_token;
            if next.is_none() {
                return Ok(false);
            }
        }
    }

    async fn delete_log_group(&self, name: &str) -> Result<(), CallError> {
        let answer = self.logs.delete_log_group().log_group_name(name).send().await;
        match answer.map_err(|error| self.failure("logs:DeleteLogGroup", error)) {
            Err(CallError {
                kind: CallErrorKind::NotFound { .. },
                ..
            })
            | Ok(_) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
