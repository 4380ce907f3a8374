//! The topic: SNS.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_sns::Client;
use aws_sdk_sns::error::BuildError;
use aws_sdk_sns::types::{BatchResultErrorEntry, MessageAttributeValue, PublishBatchRequestEntry};
use event_store_types::{EventType, TraceParent};

use super::{configuration, translate};
use crate::relay::batch::Notice;
use crate::relay::call::CallError;
use crate::relay::publisher::{NotTaken, Publisher, Refusal};

/// A topic, published to with `PublishBatch`.
#[derive(Clone, Debug)]
pub struct SnsTopic {
    client: Client,
    arn: Arc<str>,
}

impl SnsTopic {
    /// The topic with this ARN.
    pub fn new(client: Client, arn: impl Into<Arc<str>>) -> Self {
        Self {
            client,
            arn: arn.into(),
        }
    }

    /// The topic with this ARN, on a client of its own.
    pub fn connect(environment: &SdkConfig, arn: impl Into<Arc<str>>) -> Self {
        Self::new(Client::new(&configuration(environment)), arn)
    }
}

impl Publisher for SnsTopic {
    async fn publish(&self, notices: &[&Notice]) -> Result<Vec<NotTaken>, CallError> {
        let entries = notices
            .iter()
            .enumerate()
            .map(|(index, notice)| entry(index, notice))
            .collect::<Result<Vec<_>, _>>()
            .map_err(CallError::Permanent)?;
        let answer = self
            .client
            .publish_batch()
            .topic_arn(&*self.arn)
            .set_publish_batch_request_entries(Some(entries))
            .send()
            .await
            .map_err(translate)?;
        let taken: Vec<&str> = answer
            .successful()
            .iter()
            .filter_map(|entry| entry.id())
            .collect();
        let failed = answer.failed();
        Ok((0..notices.len())
            .filter(|index| !taken.contains(&index.to_string().as_str()))
            .map(|index| not_taken(index, failed.iter().find(|entry| entry.id() == index.to_string())))
            .collect())
    }
}

/// Every entry that is not among the successful ones was not taken, whether or not the answer lists it as
/// failed.
fn not_taken(index: usize, failure: Option<&BatchResultErrorEntry>) -> NotTaken {
    let Some(failure) = failure else {
        return NotTaken {
            index,
            refusal: Refusal::Transient,
            reason: "no answer for this entry".to_owned(),
        };
    };
    let refusal = if failure.sender_fault() && is_about_the_entry(failure.code()) {
        Refusal::Permanent
    } else {
        Refusal::Transient
    };
    let reason = format!("`{}` {}", failure.code(), failure.message().unwrap_or_default());
    NotTaken {
        index,
        refusal,
        reason: reason.trim_end().to_owned(),
    }
}

/// Whether a code means that the entry itself is invalid for good. A missing permission
/// (`AuthorizationError`) or a temporarily disabled key (`KMSInvalidState`) is the sender's fault, too, but
/// is temporary: <https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html#API_PublishBatch_Errors>.
fn is_about_the_entry(code: &str) -> bool {
    matches!(
        code,
        "InvalidParameter" | "InvalidParameterValue" | "ParameterValueInvalid"
    )
}

fn entry(
    index: usize,
    notice: &Notice,
) -> Result<PublishBatchRequestEntry, Box<dyn std::error::Error + Send + Sync>> {
    let notification = &notice.notification;
    let mut entry = PublishBatchRequestEntry::builder()
        .id(index.to_string())
        .message(serde_json::to_string(notification)?)
        .message_attributes(
            "StreamType",
            attribute("String", notification.stream_type.as_str())?,
        )
        .message_attributes(
            "StreamRevision",
            attribute("Number", &notification.stream_revision.to_string())?,
        );
    if can_be_attribute(&notice.event_type) {
        entry = entry.message_attributes("EventType", attribute("String", notice.event_type.as_str())?);
    }
    if let Some(parent) = &notice.trace_parent {
        entry = entry.message_attributes(TraceParent::NAME, attribute("String", parent.as_str())?);
    }
    Ok(entry.build()?)
}

fn attribute(data_type: &str, value: &str) -> Result<MessageAttributeValue, BuildError> {
    MessageAttributeValue::builder()
        .data_type(data_type)
        .string_value(value)
        .build()
}

/// Whether SNS can carry the type as an attribute.
///
/// With raw delivery it becomes an attribute of an SQS message, which takes only these characters
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>); SNS drops a
/// message that the queue refuses. An event of another type is announced without the attribute.
fn can_be_attribute(event_type: &EventType) -> bool {
    let text = event_type.as_str();
    !text.is_empty() && text.chars().all(|character| {
        matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
    })
}

#[cfg(test)]
#[path = "sns_tests.rs"]
mod tests;
