//! From an SDK's error to what it means.

use std::error::Error;
use std::fmt::Debug;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::port::NO_ANSWER;
use super::{Aws, CallError, CallErrorKind};

impl Aws {
    /// Turns the failure of a call, named as IAM names it, into one of the kinds that something is decided on.
    pub(super) fn failure<E, R>(&self, operation: &str, error: SdkError<E, R>) -> CallError
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
        R: Debug + Send + Sync + 'static,
    {
        let kind = match &error {
            SdkError::ServiceError(failure) => {
                let failure = failure.err();
                kind_of(
                    failure.code().unwrap_or_default(),
                    failure.message().unwrap_or_default(),
                )
            }
            SdkError::TimeoutError(_) => self.unreachable(),
            SdkError::DispatchFailure(failure) if failure.is_io() || failure.is_timeout() => {
                self.unreachable()
            }
            other => CallErrorKind::Other {
                code: NO_ANSWER.to_owned(),
                message: in_a_word(other),
            },
        };
        let source = match error {
            // The service's own words are in the kind.
            SdkError::ServiceError(_) => None,
            other => Some(other.into()),
        };
        CallError {
            operation: operation.to_owned(),
            kind,
            source,
        }
    }

    fn unreachable(&self) -> CallErrorKind {
        let endpoint = self
            .endpoint
            .clone()
            .unwrap_or_else(|| format!("AWS in {}", self.region));
        CallErrorKind::Unreachable { endpoint }
    }
}

/// Reads a service's code. The codes of one meaning differ from service to service.
fn kind_of(code: &str, message: &str) -> CallErrorKind {
    let own = || message.to_owned();
    match code {
        "ValidationError" if message.contains("does not exist") => CallErrorKind::NotFound { message: own() },
        "ResourceNotFoundException"
        | "ChangeSetNotFound"
        | "ChangeSetNotFoundException"
        | "NoSuchEntity"
        | "NoSuchEntityException"
        | "TableNotFoundException"
        | "AWS.SimpleQueueService.NonExistentQueue"
        | "QueueDoesNotExist"
        | "NoSuchBucket"
        | "NoSuchKey"
        | "NotFound" => CallErrorKind::NotFound { message: own() },
        "AlreadyExistsException" => CallErrorKind::AlreadyExists { message: own() },
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => CallErrorKind::ExpiredToken,
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "Forbidden" => {
            CallErrorKind::AccessDenied { message: own() }
        }
        code if code.contains("Throttl") || code == "TooManyRequestsException" || code == "SlowDown" => {
            CallErrorKind::Throttled
        }
        code => CallErrorKind::Other {
            code: code.to_owned(),
            message: own(),
        },
    }
}

/// The innermost cause says most.
fn in_a_word(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_stack_is_told_only_by_the_message() {
        let kind = kind_of("ValidationError", "Stack with id orders does not exist");
        assert!(matches!(kind, CallErrorKind::NotFound { .. }));
        let kind = kind_of("ValidationError", "Template format error: no");
        assert!(matches!(kind, CallErrorKind::Other { .. }));
    }

    #[test]
    fn throttling_has_many_codes() {
        for code in [
            "Throttling",
            "ThrottlingException",
            "RequestThrottled",
            "TooManyRequestsException",
        ] {
            assert_eq!(kind_of(code, "Rate exceeded"), CallErrorKind::Throttled, "{code}");
        }
    }

    #[test]
    fn expired_credentials_are_told_from_refused_ones() {
        assert_eq!(kind_of("ExpiredToken", ""), CallErrorKind::ExpiredToken);
        assert!(matches!(
            kind_of("AccessDenied", "no"),
            CallErrorKind::AccessDenied { .. }
        ));
    }
}
