//! The destination of notifications: a topic if there is one, otherwise the log.

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;

use super::arguments::Topic;
use crate::messaging::SnsTopic;
use crate::relay::batch::Notice;
use crate::relay::call::CallError;
use crate::relay::parking::{FailureQueue, ParkedRecord};
use crate::relay::publisher::{NotTaken, Publisher};

/// Where notifications go.
#[derive(Clone, Debug)]
pub(super) enum Notifications {
    /// A line each.
    Log,
    /// An SNS topic.
    Topic(SnsTopic),
}

impl Notifications {
    /// To `topic`, or into the log without one.
    pub(super) async fn to(topic: Option<Topic>) -> Self {
        match topic {
            None => Self::Log,
            Some(topic) => Self::Topic(connect(topic).await),
        }
    }
}

impl Publisher for Notifications {
    async fn publish(&self, notices: &[&Notice]) -> Result<Vec<NotTaken>, CallError> {
        match self {
            Self::Topic(topic) => topic.publish(notices).await,
            Self::Log => {
                for Notice {
                    notification,
                    event_type,
                    ..
                } in notices
                {
                    tracing::info!(
                        streamType = notification.stream_type.as_str(),
                        streamId = %notification.stream_id,
                        revision = notification.stream_revision.as_u64(),
                        eventType = event_type.as_str(),
                        "notification"
                    );
                }
                Ok(Vec::new())
            }
        }
    }
}

/// There is no queue for notifications that the topic refuses for good, so they are logged.
#[derive(Clone, Copy, Debug)]
pub(super) struct FailureLog;

impl FailureQueue for FailureLog {
    async fn park(&self, record: &ParkedRecord<'_>) -> Result<(), CallError> {
        let key = record.keys.map_or("", serde_json::value::RawValue::get);
        tracing::error!(key, error = record.reason, "a notification is given up");
        Ok(())
    }
}

/// A client of the topic. A custom endpoint is an emulator's, which accepts any keys: it gets some if none
/// are configured.
async fn connect(
    Topic {
        arn,
        region,
        endpoint,
    }: Topic,
) -> SnsTopic {
    let http = crate::aws::https_client();
    let region = Region::new(region);
    let loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http.clone())
        .region(region.clone());
    let loader = match endpoint {
        None => loader,
        Some(endpoint) => {
            // A profile may have its credentials looked up over the network.
            let looked_up = ProviderConfig::without_region()
                .with_region(Some(region))
                .with_http_client(http);
            let profile = ProfileFileCredentialsProvider::builder()
                .configure(&looked_up)
                .build();
            let configured = CredentialsProviderChain::first_try(
                "environment",
                EnvironmentVariableCredentialsProvider::new(),
            )
            .or_else("profile", profile);
            let any = Credentials::new("test", "test", None, None, "emulator");
            loader
                .endpoint_url(endpoint)
                .credentials_provider(configured.or_else("emulator", any))
        }
    };
    SnsTopic::connect(&loader.load().await, arn)
}
