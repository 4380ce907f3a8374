//! SNS and SQS behind the relay's ports: the only module that uses their SDKs.

mod error;
mod sns;
mod sqs;

pub use sns::SnsTopic;
pub use sqs::SqsFailureQueue;

use error::translate;

use aws_config::SdkConfig;

use crate::aws;

/// The configuration of the services' clients, with the same timeouts as for the database. The relay itself
/// retries as well.
fn configuration(environment: &SdkConfig) -> SdkConfig {
    environment.to_builder().timeout_config(aws::timeouts()).build()
}
