//! The client: how long it waits, and how often it tries.

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
pub use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;

use crate::aws;
use crate::store::limits;

/// Opens a client on what `environment` names.
pub fn connect(environment: &SdkConfig) -> Client {
    Client::from_conf(configuration(environment).build())
}

/// Opens a client whose requests `connector` answers, without being asked who sends them.
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

/// The configuration of a client on what `shared` names, with the waits of [`limits`].
pub fn configuration(shared: &SdkConfig) -> Builder {
    let retries = RetryConfig::standard()
        .with_max_attempts(limits::ATTEMPTS)
        .with_max_backoff(limits::LONGEST_BACKOFF);
    Builder::from(shared)
        .timeout_config(aws::timeouts())
        .retry_config(retries)
}
