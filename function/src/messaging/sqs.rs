//! The failure queue: SQS.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;

use super::{configuration, translate};
use crate::relay::call::CallError;
use crate::relay::parking::{FailureQueue, ParkedRecord};

/// A queue that records are parked on.
#[derive(Clone, Debug)]
pub struct SqsFailureQueue {
    client: Client,
    url: Arc<str>,
}

impl SqsFailureQueue {
    /// The queue with this URL.
    pub fn new(client: Client, url: impl Into<Arc<str>>) -> Self {
        Self {
            client,
            url: url.into(),
        }
    }

    /// The queue with this URL, on a client of its own.
    pub fn connect(environment: &SdkConfig, url: impl Into<Arc<str>>) -> Self {
        Self::new(Client::new(&configuration(environment)), url)
    }
}

impl FailureQueue for SqsFailureQueue {
    async fn park(&self, record: &ParkedRecord<'_>) -> Result<(), CallError> {
        let body = record
            .to_json()
            .map_err(|error| CallError::Permanent(error.into()))?;
        self.client
            .send_message()
            .queue_url(&*self.url)
            .message_body(body)
            .send()
            .await
            .map_err(translate)?;
        Ok(())
    }
}
