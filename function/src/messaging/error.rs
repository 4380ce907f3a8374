//! Translates the SDKs' errors.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::relay::call::CallError;

/// Translates the error of a failed request into the relay's terms.
pub(super) fn translate<E>(error: SdkError<E, HttpResponse>) -> CallError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let is_transient = match &error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => true,
        SdkError::ServiceError(refusal) => {
            // An unreadable success is not a refusal.
            let status = refusal.raw().status().as_u16();
            let is_refusal = (400..500).contains(&status) && status != 429;
            !is_refusal || refusal.err().code().is_some_and(is_throttling)
        }
        _ => false,
    };
    if is_transient {
        CallError::Transient(error.into())
    } else {
        CallError::Permanent(error.into())
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
