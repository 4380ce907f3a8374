//! What a failed call of SNS or SQS means to the relay.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// A call that failed. Whether it had an effect is unknown.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The service throttles, fails, or was not reached in time.
    #[error("the service did not answer")]
    Transient(#[source] Box<dyn Error + Send + Sync>),
    /// The service refuses the call: the same call will fail again.
    #[error("the service refuses the call")]
    Permanent(#[source] Box<dyn Error + Send + Sync>),
}

impl CallError {
    /// Translates the SDK's error.
    pub(super) fn of<E>(error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let is_transient = match &error {
            SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => true,
            SdkError::ServiceError(refusal) => {
                // A success that cannot be read is no refusal.
                let status = refusal.raw().status().as_u16();
                let is_refusal = (400..500).contains(&status) && status != 429;
                !is_refusal || refusal.err().code().is_some_and(is_throttling)
            }
            _ => false,
        };
        if is_transient {
            Self::Transient(error.into())
        } else {
            Self::Permanent(error.into())
        }
    }
}

/// Whether an error code means "later": <https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html>, and KMS's,
/// for topics and queues that are encrypted.
fn is_throttling(code: &str) -> bool {
    matches!(
        code,
        "Throttled"
            | "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "KMSThrottling"
            | "RequestThrottled"
    )
}
