//! PURE: the notifications in Lambda's events.

use aws_lambda_events::event::sns::SnsEvent;
use aws_lambda_events::event::sqs::SqsEvent;
use event_store_types::{Notification, TraceParent};

use super::MalformedNotification;
use crate::notification::{Told, read};

/// A message that Lambda was given.
#[derive(Debug)]
#[non_exhaustive]
pub struct Received {
    /// The id of the message; what a batch's answer names it by. Empty when there was none.
    pub message_id: String,
    /// What it holds.
    pub notification: Result<Notification, MalformedNotification>,
    /// Where in a trace the announced event happened, if that is known.
    pub trace_parent: Option<TraceParent>,
}

impl Received {
    fn new(message_id: String, body: String, trace_parent: Option<&str>) -> Self {
        let Told {
            notification,
            trace_parent,
        } = read(body, trace_parent);
        Self {
            message_id,
            notification,
            trace_parent,
        }
    }
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
    let messages = event.records.into_iter().map(|message| {
        let attribute = message.message_attributes.get(TraceParent::NAME);
        Received::new(
            message.message_id.unwrap_or_default(),
            message.body.unwrap_or_default(),
            attribute.and_then(|attribute| attribute.string_value.as_deref()),
        )
    });
    messages.collect()
}

/// The messages of an event from the topic itself. One that is malformed does not fail the others.
pub fn from_sns(event: SnsEvent) -> Vec<Received> {
    let messages = event.records.into_iter().map(|record| {
        let attribute = record.sns.message_attributes.get(TraceParent::NAME);
        let trace_parent = attribute.map(|attribute| attribute.value.as_str());
        Received::new(record.sns.message_id, record.sns.message, trace_parent)
    });
    messages.collect()
}
