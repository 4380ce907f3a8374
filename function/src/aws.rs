//! The AWS configuration in the process's environment: region, credentials, and an endpoint if there is one.

use std::sync::OnceLock;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use crate::store::limits;

/// Reads the environment. All clients built on it share their connections and their trusted certificates.
pub async fn environment() -> SdkConfig {
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(https_client())
        .load()
        .await
}

/// How long every client waits: for a connection, an attempt, and a call with all its attempts.
pub fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(limits::ATTEMPT_TIMEOUT)
        .operation_attempt_timeout(limits::ATTEMPT_TIMEOUT)
        .operation_timeout(limits::OPERATION_TIMEOUT)
        .build()
}

/// The SDK's own HTTPS client, created once and only when something is sent.
///
/// By default each client creates its own connector, after another one merely as a test. Each connector
/// parses all certificates of the system, which is most of the work of a process's start.
pub fn https_client() -> SharedHttpClient {
    let connector = OnceLock::new();
    http_client_fn(move |_, components| {
        let shared = connector.get_or_init(|| SharedHttpConnector::new(https_connector(components)));
        shared.clone()
    })
}

fn https_connector(components: &RuntimeComponents) -> Connector {
    let settings = HttpConnectorSettings::builder().connect_timeout(limits::ATTEMPT_TIMEOUT);
    let mut connector = ConnectorBuilder::default()
        .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
        .connector_settings(settings.build())
        .proxy_config(ProxyConfig::from_env());
    connector.set_sleep_impl(components.sleep_impl());
    connector.build()
}
