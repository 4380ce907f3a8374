//! PURE: a notification out of a message's body, in either form of delivery.

use event_store_types::Notification;
use serde::Deserialize;

/// What SNS puts around a message unless the subscription asks for raw delivery.
#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "Type")]
    message_type: String,
    #[serde(rename = "Message")]
    message: String,
}

/// Reads the notification in `body`, whether SNS's envelope is around it or not.
pub(crate) fn notification(body: String) -> Result<Notification, MalformedNotification> {
    // A notification has no `Type`, so the two forms cannot be taken for each other.
    let read = match serde_json::from_str::<Envelope>(&body) {
        Ok(envelope) if envelope.message_type == "Notification" => serde_json::from_str(&envelope.message),
        _ => serde_json::from_str(&body),
    };
    read.map_err(|source| MalformedNotification { body, source })
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

    fn enveloped(message: &str) -> String {
        serde_json::json!({
            "Type": "Notification",
            "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
            "TopicArn": "arn:aws:sns:eu-central-1:123456789012:events",
            "Message": message,
            "Timestamp": "2025-01-25T10:11:12.000Z",
            "SignatureVersion": "1",
            "MessageAttributes": {"StreamType": {"Type": "String", "Value": "order"}},
        })
        .to_string()
    }

    #[test]
    fn both_forms_of_delivery_hold_the_same_notification() {
        let raw = notification(RAW.into()).unwrap();
        assert_eq!(raw.stream_type.to_string(), "order");
        assert_eq!(raw.stream_revision.as_u64(), 18);
        assert_eq!(notification(enveloped(RAW)).unwrap(), raw);
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
