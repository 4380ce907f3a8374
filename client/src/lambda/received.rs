//! PURE: the notifications in Lambda's events.

use aws_lambda_events::event::sns::SnsEvent;
use aws_lambda_events::event::sqs::SqsEvent;
use event_store_types::Notification;

use super::MalformedNotification;
use crate::notification::notification;

/// A message that Lambda was given.
#[derive(Debug)]
#[non_exhaustive]
pub struct Received {
    /// The id of the message; what a batch's answer names it by. Empty when there was none.
    pub message_id: String,
    /// What it holds.
    pub notification: Result<Notification, MalformedNotification>,
}

/// The messages of an event from a queue, in either form of delivery. One that is malformed does not fail the others.
///
/// ```
/// let event = serde_json::from_str(r#"{"Records":[{
///     "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
///     "body": "{\"StreamId\":\"2886e475-d5cc-40f7-aec5-401071388b3c\",\"StreamType\":\"order\",\"StreamRevision\":\"18\"}"
/// }]}"#)?;
/// let received = event_store_client::lambda::from_sqs(event);
/// assert_eq!(received[0].notification.as_ref().unwrap().stream_revision.as_u64(), 18);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn from_sqs(event: SqsEvent) -> Vec<Received> {
    let messages = event.records.into_iter().map(|message| Received {
        message_id: message.message_id.unwrap_or_default(),
        notification: notification(message.body.unwrap_or_default()),
    });
    messages.collect()
}

/// The messages of an event from the topic itself. One that is malformed does not fail the others.
pub fn from_sns(event: SnsEvent) -> Vec<Received> {
    let messages = event.records.into_iter().map(|record| Received {
        message_id: record.sns.message_id,
        notification: notification(record.sns.message),
    });
    messages.collect()
}
