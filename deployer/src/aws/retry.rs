//! What is not tried again, though the SDK takes every failure of a connection for one that passes.

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use cfn_deploy::cloud::says;

use super::recorder::Calls;

/// How rustls and the connector say what stays as it is.
const FINAL: [&str; 2] = ["invalid peer certificate", "proxy authorization required"];

/// How the connector says that a proxy did not let through, with whatever status.
const NOT_LET_THROUGH: &str = "tunnel error: unsuccessful";

/// Has a call given up whose connection fails of what stays as it is: a certificate that is not trusted, a proxy that wants a login, and
/// one that does not let through before any call has come to its end. A proxy that did let through may do so again.
#[derive(Debug)]
pub(super) struct Final {
    calls: Calls,
}

impl Final {
    /// Looks at the `calls` that were made before.
    pub(super) fn after(calls: Calls) -> Self {
        Self { calls }
    }
}

impl ClassifyRetry for Final {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let failure = context.output_or_error().and_then(Result::err);
        let failure = failure.and_then(|failure| failure.as_connector_error());
        let is_final = failure.is_some_and(|failure| {
            FINAL.iter().any(|words| says(failure, words))
                || (says(failure, NOT_LET_THROUGH) && self.calls.to_vec().is_empty())
        });
        if is_final {
            RetryAction::RetryForbidden
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "final"
    }
}
