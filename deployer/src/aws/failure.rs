//! Converts SDK errors to their meaning.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use cfn_deploy::cloud::NO_ANSWER;
use cfn_deploy::cloud::{CallError, CallErrorKind};

use super::Aws;

impl Aws {
    /// Converts the failure of a call, named as in IAM, to one of the kinds that decisions depend on.
    pub(super) fn failure<E>(&self, operation: &str, error: SdkError<E, HttpResponse>) -> CallError
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        // A response with an error code speaks AWS's protocol, even from an emulator that sends no request id.
        let has_code = error
            .as_service_error()
            .is_some_and(|failure| failure.code().is_some_and(|code| !code.is_empty()));
        let answer = error.raw_response().filter(|_| !has_code);
        let foreign = answer.and_then(|response| self.not_aws(response));
        let kind = foreign.unwrap_or_else(|| self.kind(&error));
        let kind = match (kind, error.raw_response()) {
            (CallErrorKind::Other { code, message }, Some(response))
                if message.trim().is_empty() || code.is_empty() =>
            {
                self.unreadable(response, &message)
            }
            (kind, _) => kind,
        };
        let source = match error {
            // The kind already contains the service's message.
            SdkError::ServiceError(_) => None,
            other => Some(other.into()),
        };
        CallError {
            operation: operation.to_owned(),
            kind,
            source,
        }
    }

    fn kind<E>(&self, error: &SdkError<E, HttpResponse>) -> CallErrorKind
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        match error {
            SdkError::ServiceError(failure) => {
                let failure = failure.err();
                kind_of(
                    failure.code().unwrap_or_default(),
                    failure.message().unwrap_or_default(),
                )
            }
            SdkError::TimeoutError(_) => self.unreachable(),
            SdkError::ResponseError(failure) => self.unreadable(failure.raw(), &in_a_word(error)),
            SdkError::DispatchFailure(failure) if failure.is_io() || failure.is_timeout() => {
                self.unreachable()
            }
            other => CallErrorKind::Other {
                code: NO_ANSWER.to_owned(),
                message: in_a_word(other),
            },
        }
    }

    /// Detects a response that is not from AWS: AWS gives every request an id.
    fn not_aws(&self, response: &HttpResponse) -> Option<CallErrorKind> {
        const IDS: [&str; 4] = [
            "x-amzn-requestid",
            "x-amz-request-id",
            "x-amzn-request-id",
            "x-amz-id-2",
        ];
        if IDS.iter().any(|name| response.headers().get(*name).is_some()) {
            return None;
        }
        let body = response.body().bytes().unwrap_or_default();
        Some(CallErrorKind::NotAws {
            endpoint: self.address(),
            status: response.status().as_u16(),
            words: first_words(&String::from_utf8_lossy(body)),
        })
    }

    /// Describes a malformed response from AWS or an emulator. Quotes all of it, because the mistake may be anywhere.
    fn unreadable(&self, response: &HttpResponse, message: &str) -> CallErrorKind {
        let status = response.status().as_u16();
        let body = response.body().bytes().unwrap_or_default();
        let words = words(&String::from_utf8_lossy(body));
        let answered = match (message.trim(), words.as_str()) {
            ("", "") => "with nothing".to_owned(),
            ("", words) => format!("what cannot be read: {words}"),
            (message, "") => message.to_owned(),
            (message, words) => format!("what cannot be read, {message}: {words}"),
        };
        CallErrorKind::Other {
            code: format!("status {status}"),
            message: format!("`{}` answered {answered}", self.address()),
        }
    }

    fn address(&self) -> String {
        self.endpoint
            .clone()
            .unwrap_or_else(|| format!("AWS in {}", self.region))
    }

    fn unreachable(&self) -> CallErrorKind {
        CallErrorKind::Unreachable {
            endpoint: self.address(),
        }
    }
}

/// The beginning of a response's text.
fn first_words(text: &str) -> String {
    const LONGEST: usize = 80;
    let mut line = words(text);
    if let Some((end, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(end);
        line.push('…');
    }
    line
}

/// The text of a response on one line, without HTML tags.
fn words(text: &str) -> String {
    let mut words = String::new();
    let mut is_tag = false;
    for letter in text.chars() {
        match letter {
            '<' => is_tag = true,
            '>' => {
                is_tag = false;
                words.push(' ');
            }
            letter if !is_tag => words.push(letter),
            _ => {}
        }
    }
    let words: Vec<&str> = words.split_whitespace().collect();
    words.join(" ")
}

/// Interprets a service's error code. Services use different codes for the same meaning.
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
        | "ParameterNotFound"
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

/// The innermost cause is the most specific.
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
    fn a_page_is_told_by_its_first_words() {
        let page = "<html>\n<head><title>502 Bad Gateway</title></head>\n<body class='x'>nginx</body></html>";
        assert_eq!(first_words(page), "502 Bad Gateway nginx");
        assert_eq!(first_words(""), "");
        assert_eq!(first_words(&"é".repeat(100)), format!("{}…", "é".repeat(80)));
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
