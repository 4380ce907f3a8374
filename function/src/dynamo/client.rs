//! The client, its timeouts and its retries.

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
pub use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;

use crate::aws;
use crate::store::limits;

/// Creates a client for `environment`.
pub fn connect(environment: &SdkConfig) -> Client {
    Client::from_conf(configuration(environment).build())
}

/// Creates a client whose requests `connector` answers, without credentials.
#[cfg(feature = "embedded")]
pub fn connect_through(connector: impl aws_sdk_dynamodb::config::HttpClient + 'static) -> Client {
    let shared = SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::v2026_01_12())
        .region(aws_config::Region::from_static("local"))
        .endpoint_url("http://in-this-process")
        .build();
    let configuration = configuration(&shared).http_client(connector).allow_no_auth();
    Client::from_conf(configuration.build())
}

/// The configuration of a client for `shared`, with the timeouts of [`limits`].
pub fn configuration(shared: &SdkConfig) -> Builder {
    let retries = RetryConfig::standard()
        .with_max_attempts(limits::ATTEMPTS)
        .with_max_backoff(limits::LONGEST_BACKOFF);
    Builder::from(shared)
        .timeout_config(aws::timeouts())
        .retry_config(retries)
}
