//! PURE: a notification out of a message, in either form of delivery.

use std::collections::HashMap;

use event_store_types::{Notification, TraceParent};
use serde::Deserialize;

/// What SNS puts around a message unless the subscription asks for raw delivery.
#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "Type")]
    message_type: String,
    #[serde(rename = "Message")]
    message: String,
    #[serde(rename = "MessageAttributes", default)]
    attributes: HashMap<String, Attribute>,
}

#[derive(Deserialize)]
struct Attribute {
    #[serde(rename = "Value", default)]
    value: String,
}

/// What a message tells.
pub(crate) struct Told {
    pub(crate) notification: Result<Notification, MalformedNotification>,
    pub(crate) trace_parent: Option<TraceParent>,
}

/// Reads the notification in `body`, whether SNS's envelope is around it or not. Without it, `trace_parent` is the message's own attribute.
pub(crate) fn read(body: String, trace_parent: Option<&str>) -> Told {
    // A notification has no `Type`, so the two forms cannot be taken for each other.
    let envelope = serde_json::from_str::<Envelope>(&body).ok();
    let envelope = envelope.filter(|envelope| envelope.message_type == "Notification");
    let (message, trace_parent) = match &envelope {
        Some(envelope) => {
            let attribute = envelope.attributes.get(TraceParent::NAME);
            (
                &envelope.message,
                attribute.map(|attribute| attribute.value.as_str()),
            )
        }
        None => (&body, trace_parent),
    };
    let trace_parent = trace_parent.and_then(|header| header.parse().ok());
    let notification = serde_json::from_str(message);
    Told {
        notification: notification.map_err(|source| MalformedNotification { body, source }),
        trace_parent,
    }
}

/// A message that holds no notification.
#[derive(Debug, thiserror::Error)]
#[error("the message holds no notification")]
#[non_exhaustive]
pub struct MalformedNotification {
    /// The message's body as it came.
    pub body: String,
    source: serde_json::Error,
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: &str =
        r#"{"StreamId":"2886e475-d5cc-40f7-aec5-401071388b3c","StreamType":"order","StreamRevision":"18"}"#;

    const HEADER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn notification(body: impl Into<String>) -> Result<Notification, MalformedNotification> {
        read(body.into(), None).notification
    }

    fn enveloped(message: &str) -> String {
        serde_json::json!({
            "Type": "Notification",
            "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
            "TopicArn": "arn:aws:sns:eu-central-1:123456789012:events",
            "Message": message,
            "Timestamp": "2025-01-25T10:11:12.000Z",
            "SignatureVersion": "1",
            "MessageAttributes": {
                "StreamType": {"Type": "String", "Value": "order"},
                "traceparent": {"Type": "String", "Value": HEADER},
            },
        })
        .to_string()
    }

    #[test]
    fn both_forms_of_delivery_hold_the_same_notification() {
        let raw = notification(RAW).unwrap();
        assert_eq!(raw.stream_type.to_string(), "order");
        assert_eq!(raw.stream_revision.as_u64(), 18);
        assert_eq!(notification(enveloped(RAW)).unwrap(), raw);
    }

    #[test]
    fn a_trace_comes_in_either_form_and_what_is_none_is_none() {
        let trace = |body: String, attribute| {
            let told = read(body, attribute);
            told.trace_parent.map(|parent| parent.to_string())
        };
        assert_eq!(trace(enveloped(RAW), None).as_deref(), Some(HEADER));
        assert_eq!(trace(RAW.into(), Some(HEADER)).as_deref(), Some(HEADER));
        assert_eq!(trace(RAW.into(), None), None);
        assert_eq!(trace(RAW.into(), Some("00-1")), None);
        assert_eq!(trace(enveloped(RAW).replace(HEADER, "00-1"), None), None);
    }

    #[test]
    fn what_holds_no_notification_is_returned_as_it_came() {
        for body in [
            String::new(),
            "text".into(),
            "{}".into(),
            enveloped("text"),
            enveloped(&RAW.replace("18", "0")),
            enveloped(RAW).replace(r#""Type":"Notification""#, r#""Type":"SubscriptionConfirmation""#),
        ] {
            let malformed = notification(body.clone()).unwrap_err();
            assert_eq!(malformed.body, body);
            assert!(std::error::Error::source(&malformed).is_some());
        }
    }
}
