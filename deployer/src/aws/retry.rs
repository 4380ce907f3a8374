//! Failures that are not retried, although the SDK considers every connection failure temporary.

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use cfn_deploy::cloud::says;

use super::recorder::Calls;

/// How rustls and the connector report permanent failures.
const FINAL: [&str; 2] = ["invalid peer certificate", "proxy authorization required"];

/// How the connector reports that a proxy refused the tunnel, with whatever status.
const NOT_LET_THROUGH: &str = "tunnel error: unsuccessful";

/// Stops retrying calls whose connection fails permanently: the certificate is not trusted, the proxy requires a
/// login, or the proxy refuses the tunnel before any call has completed. A proxy that has let a call through before
/// may do so again.
#[derive(Debug)]
pub(super) struct Final {
    calls: Calls,
}

impl Final {
    /// Takes the record of earlier calls.
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
