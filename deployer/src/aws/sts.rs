//! STS.

use aws_sdk_sts::config::ProvideCredentials as _;
use aws_sdk_sts::error::SdkError;
use cfn_deploy::cloud::{CallError, CallErrorKind, Caller, Identity};

use super::Aws;

const OPERATION: &str = "sts:GetCallerIdentity";

impl Identity for Aws {
    async fn caller(&self) -> Result<Caller, CallError> {
        let identity = match self.sts.get_caller_identity().send().await {
            Ok(identity) => identity,
            Err(error) if !matches!(error, SdkError::ServiceError(_)) && !self.has_credentials().await => {
                return Err(CallError {
                    operation: OPERATION.to_owned(),
                    kind: CallErrorKind::NoCredentials,
                    source: Some(error.into()),
                });
            }
            Err(error) => return Err(self.failure(OPERATION, error)),
        };
        Ok(Caller {
            account: identity.account.unwrap_or_default(),
            arn: identity.arn.unwrap_or_default(),
        })
    }
}

impl Aws {
    /// The SDK does not distinguish a call without credentials from one without a network, so this looks for
    /// credentials.
    async fn has_credentials(&self) -> bool {
        match &self.credentials {
            Some(provider) => provider.provide_credentials().await.is_ok(),
            None => false,
        }
    }
}
