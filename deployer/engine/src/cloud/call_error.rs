//! Why a call to AWS failed.

use std::error::Error;

/// The code of what is no answer of AWS's at all.
pub const NO_ANSWER: &str = "no answer";

/// A call that failed, after the retries that its failure was worth.
#[derive(Debug, thiserror::Error)]
#[error("`{operation}` failed: {kind}")]
pub struct CallError {
    /// The service and the operation, as IAM names them: `cloudformation:DescribeStacks`.
    pub operation: String,
    /// What it means.
    pub kind: CallErrorKind,
    /// What the SDK said, where that adds anything.
    #[source]
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

/// The kinds of failure that something is decided on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallErrorKind {
    /// There is no such thing.
    #[error("not found: {message}")]
    NotFound {
        /// AWS's words.
        message: String,
    },
    /// There is such a thing already.
    #[error("already exists: {message}")]
    AlreadyExists {
        /// AWS's words.
        message: String,
    },
    /// Too many calls in too short a time.
    #[error("throttled")]
    Throttled,
    /// The caller may not do this.
    #[error("access denied: {message}")]
    AccessDenied {
        /// AWS's words: they name the caller, the action and the resource.
        message: String,
    },
    /// No credentials were found.
    #[error("no credentials found")]
    NoCredentials,
    /// The credentials are no longer valid.
    #[error("the credentials have expired")]
    ExpiredToken,
    /// Nobody answered.
    #[error("no answer from `{endpoint}`")]
    Unreachable {
        /// Who was asked.
        endpoint: String,
    },
    /// Something answered that is not AWS: another server, a proxy, the page of a network that wants a login.
    #[error("`{endpoint}` answered {status}, and not as AWS does: {}", if words.is_empty() { "nothing else" } else { words })]
    NotAws {
        /// Who was asked.
        endpoint: String,
        /// The status of the answer.
        status: u16,
        /// How the answer begins, on one line.
        words: String,
    },
    /// Anything else.
    #[error("{message} ({code})")]
    Other {
        /// AWS's code, such as `ValidationError`.
        code: String,
        /// AWS's words.
        message: String,
    },
}

impl CallError {
    /// Whether the thing asked for does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(self.kind, CallErrorKind::NotFound { .. })
    }

    /// Whether the thing to be made exists already.
    pub fn is_already_exists(&self) -> bool {
        matches!(self.kind, CallErrorKind::AlreadyExists { .. })
    }

    /// Whether what was asked for may have been done all the same: no answer of AWS's has come, or one that tells of trouble of its own.
    pub fn may_have_been_done(&self) -> bool {
        match &self.kind {
            CallErrorKind::Unreachable { .. } => true,
            CallErrorKind::Other { code, .. } => {
                let is_unreadable = code.starts_with("status 2") || code.starts_with("status 5");
                code == NO_ANSWER
                    || is_unreadable
                    || code.starts_with("Internal")
                    || code == "ServiceUnavailable"
            }
            _ => false,
        }
    }

    /// Whether what the SDK said of it has these words somewhere: it has no type for what a connection failed of.
    pub fn is_told_of(&self, words: &str) -> bool {
        let source = self.source.as_deref();
        source.is_some_and(|source| says(source, words))
    }

    /// Whether the same call may succeed a little later.
    pub fn is_transient(&self) -> bool {
        matches!(
            self.kind,
            CallErrorKind::Throttled
                | CallErrorKind::Unreachable { .. }
                | CallErrorKind::NotAws { status: 500.., .. }
        )
    }
}

/// Whether an error or what it came of has these words.
pub fn says(error: &(dyn Error + 'static), words: &str) -> bool {
    std::iter::successors(Some(error), |&error| error.source()).any(|error| error.to_string().contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_operation_and_what_went_wrong() {
        let error = CallError {
            operation: "sts:GetCallerIdentity".into(),
            kind: CallErrorKind::Unreachable {
                endpoint: "http://127.0.0.1:4566".into(),
            },
            source: None,
        };
        assert_eq!(
            error.to_string(),
            "`sts:GetCallerIdentity` failed: no answer from `http://127.0.0.1:4566`"
        );
        assert!(error.is_transient());
    }
}
