//! Invokes functions with Lambda.

use std::time::Duration;

use aws_sdk_lambda::config::Builder;
use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::primitives::Blob;
use cfn_deploy::cloud::{CallError, Invocations, Invoked};

use super::Aws;

/// Longer than the minute that a function may take, plus its cold start.
const LONGEST: Duration = Duration::from_secs(90);

impl Invocations for Aws {
    async fn invoke(&self, function: &str, payload: &str) -> Result<Invoked, CallError> {
        let patient = TimeoutConfig::builder()
            .operation_attempt_timeout(LONGEST)
            .build();
        let request = self.lambda.invoke().function_name(function);
        let answer = request
            .payload(Blob::new(payload))
            .customize()
            .config_override(Builder::new().timeout_config(patient))
            .send()
            .await
            .map_err(|error| self.failure("lambda:InvokeFunction", error))?;
        let bytes = answer.payload.map(Blob::into_inner).unwrap_or_default();
        Ok(Invoked {
            payload: String::from_utf8_lossy(&bytes).into_owned(),
            failed: answer.function_error.is_some(),
        })
    }
}
