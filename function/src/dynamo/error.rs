//! Translates the SDK's errors.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use crate::store::StoreError;

/// Translates the error of a failed request into the store's terms.
pub(crate) fn translate<E>(error: SdkError<E, HttpResponse>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match &error {
        _ if error.code().is_some_and(is_throttling) => StoreError::Throttled(error.into()),
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            StoreError::Unavailable(error.into())
        }
        SdkError::ServiceError(refusal) if refusal.raw().status().is_server_error() => {
            StoreError::Unavailable(error.into())
        }
        _ => StoreError::Fault(error.into()),
    }
}

/// The codes of <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>
/// that mean throttling, and those of AWS services in general.
fn is_throttling(code: &str) -> bool {
    matches!(
        code,
        "ProvisionedThroughputExceededException"
            | "ThrottlingException"
            | "RequestLimitExceeded"
            | "LimitExceededException"
            | "Throttling"
            | "TooManyRequestsException"
    )
}
