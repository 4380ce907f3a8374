//! Lambda.

use std::time::Duration;

use aws_sdk_lambda::client::Waiters as _;
use aws_sdk_lambda::types::{AccountLimit, FunctionVersion, State};
use cfn_deploy::cloud::{
    CallError, CallErrorKind, Concurrency, FunctionConfiguration, Functions, Mapping, Page,
};

use super::Aws;

const LONGEST_UPDATE: Duration = Duration::from_mins(2);

impl Functions for Aws {
    async fn concurrency(&self) -> Result<Concurrency, CallError> {
        let answer = self.lambda.get_account_settings().send().await;
        let settings = answer.map_err(|error| self.failure("lambda:GetAccountSettings", error))?;
        let limit = settings
            .account_limit
            .unwrap_or_else(|| AccountLimit::builder().build());
        Ok(Concurrency {
            limit: u32::try_from(limit.concurrent_executions).unwrap_or_default(),
            unreserved: limit
                .unreserved_concurrent_executions
                .and_then(|unreserved| u32::try_from(unreserved).ok())
                .unwrap_or_default(),
        })
    }

    async fn function_configuration(
        &self,
        function: &str,
        qualifier: &str,
    ) -> Result<Option<FunctionConfiguration>, CallError> {
        let request = self
            .lambda
            .get_function_configuration()
            .function_name(function)
            .qualifier(qualifier);
        let answer = request.send().await;
        match answer.map_err(|error| self.failure("lambda:GetFunctionConfiguration", error)) {
            Ok(found) => Ok(Some(FunctionConfiguration {
                name: found.function_name.unwrap_or_default(),
                version: found.version.unwrap_or_default(),
                code_sha256: found.code_sha256.unwrap_or_default(),
                description: found.description.unwrap_or_default(),
                state: found
                    .state
                    .map_or_else(|| "Active".to_owned(), |state| state.as_str().to_owned()),
                state_reason: found.state_reason,
                variables: found
                    .environment
                    .and_then(|environment| environment.variables)
                    .unwrap_or_default()
                    .into_iter()
                    .collect(),
            })),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn update_code(&self, function: &str, bucket: &str, key: &str) -> Result<(), CallError> {
        const OPERATION: &str = "lambda:UpdateFunctionCode";
        let send = || {
            let request = self.lambda.update_function_code().function_name(function);
            request.s3_bucket(bucket).s3_key(key).send()
        };
        let mut answer = send().await.map_err(|error| self.failure(OPERATION, error));
        if answer.as_ref().is_err_and(is_conflict) {
            // Another update is in progress; if a response was lost, it is our own.
            self.wait_until_updated(OPERATION, function).await?;
            answer = send().await.map_err(|error| self.failure(OPERATION, error));
        }
        answer?;
        self.wait_until_updated(OPERATION, function).await
    }

    async fn publish_version(&self, function: &str, code_sha256: &str) -> Result<String, CallError> {
        const OPERATION: &str = "lambda:PublishVersion";
        let request = self.lambda.publish_version().function_name(function);
        let answer = request.code_sha256(code_sha256).send().await;
        let published = answer.map_err(|error| self.failure(OPERATION, error))?;
        let version = published.version.unwrap_or_default();
        if published.state == Some(State::Pending) {
            let waiter = self
                .lambda
                .wait_until_published_version_active()
                .function_name(function)
                .qualifier(&version);
            waiter.wait(LONGEST_UPDATE).await.map_err(|error| CallError {
                operation: OPERATION.to_owned(),
                kind: CallErrorKind::Other {
                    code: "not active".to_owned(),
                    message: format!("version {version} of `{function}` cannot be called"),
                },
                source: Some(error.into()),
            })?;
        }
        Ok(version)
    }

    async fn code_of_all_functions(&self, page: Option<&str>) -> Result<Page<String>, CallError> {
        let request = self
            .lambda
            .list_functions()
            .function_version(FunctionVersion::All);
        let answer = request.set_marker(page.map(ToOwned::to_owned)).send().await;
        let answer = answer.map_err(|error| self.failure("lambda:ListFunctions", error))?;
        let functions = answer.functions.unwrap_or_default().into_iter();
        Ok(Page {
            items: functions.filter_map(|function| function.code_sha256).collect(),
            next: answer.next_marker.filter(|marker| !marker.is_empty()),
        })
    }

    async fn point_alias(&self, function: &str, alias: &str, version: &str) -> Result<(), CallError> {
        let request = self.lambda.update_alias().function_name(function).name(alias);
        let answer = request.function_version(version).send().await;
        answer
            .map(|_| ())
            .map_err(|error| self.failure("lambda:UpdateAlias", error))
    }

    async fn mapping(&self, id: &str) -> Result<Option<Mapping>, CallError> {
        let answer = self.lambda.get_event_source_mapping().uuid(id).send().await;
        match answer.map_err(|error| self.failure("lambda:GetEventSourceMapping", error)) {
            Ok(found) => Ok(Some(Mapping {
                id: found.uuid.unwrap_or_default(),
                state: found.state.unwrap_or_default(),
                source: found.event_source_arn.unwrap_or_default(),
                last_result: found.last_processing_result,
            })),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Aws {
    async fn wait_until_updated(&self, operation: &str, function: &str) -> Result<(), CallError> {
        let waiter = self
            .lambda
            .wait_until_function_updated_v2()
            .function_name(function);
        waiter
            .wait(LONGEST_UPDATE)
            .await
            .map(|_| ())
            .map_err(|error| CallError {
                operation: operation.to_owned(),
                kind: CallErrorKind::Other {
                    code: "not updated".to_owned(),
                    message: "the function did not take the code".to_owned(),
                },
                source: Some(error.into()),
            })
    }
}

fn is_conflict(error: &CallError) -> bool {
    matches!(&error.kind, CallErrorKind::Other { code, .. } if code == "ResourceConflictException")
}
