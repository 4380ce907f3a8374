//! SNS and SQS as what the relay asks for: the only module that names their SDKs.

mod error;
mod sns;
mod sqs;

pub use sns::SnsTopic;
pub use sqs::SqsFailureQueue;

use error::translate;

use aws_config::SdkConfig;

use crate::aws;

/// What the services are called with: they wait as long as the database is waited for, and the relay tries again by
/// itself.
fn configuration(environment: &SdkConfig) -> SdkConfig {
    environment.to_builder().timeout_config(aws::timeouts()).build()
}
