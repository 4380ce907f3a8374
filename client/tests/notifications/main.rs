//! Notifications by SQS and Lambda, against scripted AWS services.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod account;
mod following;
mod lambda;
mod queue;
mod receiving;
mod running;
mod sharing;
mod stopping;
mod subscribing;

use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use event_store_client::sqs::Receiver;
use event_store_client::types::Notification;
use wiremock::MockServer;

/// A client of SQS, wherever `server` is, that sends once.
fn sqs(server: &MockServer) -> aws_sdk_sqs::Client {
    let configuration = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .endpoint_url(server.uri())
        .build();
    aws_sdk_sqs::Client::from_conf(configuration)
}

fn receiver(server: &MockServer) -> Receiver {
    Receiver::new(sqs(server), format!("{}/queue", server.uri()))
}

/// The body of a message about the stream number `stream` of the type `order`.
fn body(stream: u128, revision: u64) -> String {
    let id = uuid::Uuid::from_u128(stream);
    format!(r#"{{"StreamId":"{id}","StreamType":"order","StreamRevision":"{revision}"}}"#)
}

/// The stream and the revision of a notification, as [`body`] takes them.
fn numbers(notification: &Notification) -> (u128, u64) {
    let stream = notification.stream_id.as_uuid().as_u128();
    (stream, notification.stream_revision.as_u64())
}
