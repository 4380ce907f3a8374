//! PURE: reads a stack's events from a file.

use jiff::{SignedDuration, Timestamp};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::StackEvent;

/// A file contains no readable events.
#[derive(Debug, thiserror::Error)]
pub enum SavedEventsError {
    /// It is not JSON.
    #[error("it is not JSON")]
    NotJson(#[source] serde_json::Error),
    /// It contains one object per line, which is the output during an operation.
    #[error(
        "it has one JSON object a line, as `deployer up --json` prints while it works: that tells of a run, and holds no events of AWS"
    )]
    Lines,
    /// It is JSON of another form.
    #[error(
        "it has neither `StackEvents`, as `aws cloudformation describe-stack-events` prints them, nor `events`, as `deployer events --json` does"
    )]
    NoEvents,
    /// One of the events is invalid.
    #[error("event {index} cannot be read")]
    BadEvent {
        /// Its index, from 0.
        index: usize,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// There are no events in it.
    #[error("it holds no events")]
    Empty,
}

/// Reads saved events, and returns them oldest first.
///
/// Two forms are known: the output of `aws cloudformation describe-stack-events`, newest first, and of `deployer
/// events --json`, oldest first.
///
/// # Errors
/// The text has neither form, or contains no event.
pub fn saved_events(text: &str) -> Result<Vec<StackEvent>, SavedEventsError> {
    let saved: Value = serde_json::from_str(text).map_err(|error| {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let is_object = |line: &str| matches!(serde_json::from_str(line), Ok(Value::Object(_)));
        if lines.clone().count() > 1 && lines.all(is_object) {
            SavedEventsError::Lines
        } else {
            SavedEventsError::NotJson(error)
        }
    })?;
    let mut events: Vec<StackEvent> = if let Some(events) = saved["StackEvents"].as_array() {
        read(events, |event| Saved::deserialize(event).map(Into::into))?
    } else if let Some(events) = saved["events"].as_array() {
        read(events, StackEvent::deserialize)?
    } else {
        return Err(SavedEventsError::NoEvents);
    };
    let (Some(first), Some(last)) = (events.first(), events.last()) else {
        return Err(SavedEventsError::Empty);
    };
    // Events at the same moment keep their order, so the list is reversed instead of sorted.
    if first.timestamp > last.timestamp {
        events.reverse();
    }
    Ok(events)
}

fn read<'a>(
    events: &'a [Value],
    read: impl Fn(&'a Value) -> Result<StackEvent, serde_json::Error>,
) -> Result<Vec<StackEvent>, SavedEventsError> {
    let numbered = events.iter().enumerate();
    numbered
        .map(|(index, event)| read(event).map_err(|source| SavedEventsError::BadEvent { index, source }))
        .collect()
}

/// Reads a time in RFC 3339 or, as older versions of the AWS CLI and some SDKs print it, in seconds since 1970.
fn from_text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Time {
        Text(String),
        Seconds(f64),
    }
    match Time::deserialize(deserializer)? {
        Time::Text(text) => text.parse().map_err(D::Error::custom),
        Time::Seconds(seconds) => {
            let since = SignedDuration::try_from_secs_f64(seconds).map_err(D::Error::custom)?;
            Timestamp::from_duration(since).map_err(D::Error::custom)
        }
    }
}

/// An event as the AWS CLI prints it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Saved {
    event_id: String,
    #[serde(deserialize_with = "from_text_or_number")]
    timestamp: Timestamp,
    stack_id: String,
    logical_resource_id: String,
    #[serde(default)]
    physical_resource_id: String,
    resource_type: String,
    resource_status: String,
    resource_status_reason: Option<String>,
    client_request_token: Option<String>,
}

impl From<Saved> for StackEvent {
    fn from(saved: Saved) -> Self {
        Self {
            id: saved.event_id,
            timestamp: saved.timestamp,
            stack_id: saved.stack_id,
            logical_id: saved.logical_resource_id,
            physical_id: saved.physical_resource_id,
            resource_type: saved.resource_type,
            status: saved.resource_status.as_str().into(),
            reason: saved.resource_status_reason.filter(|reason| !reason.is_empty()),
            token: saved.client_request_token,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::testing::event;
    use super::*;

    const OF_AWS: &str = r#"{"StackEvents": [
        {"StackId": "arn:stack/orders", "EventId": "2", "LogicalResourceId": "Topic", "ResourceType": "AWS::SNS::Topic",
         "Timestamp": "2026-11-23T10:00:05.250000+00:00", "ResourceStatus": "CREATE_COMPLETE", "PhysicalResourceId": "arn:topic"},
        {"StackId": "arn:stack/orders", "EventId": "1", "LogicalResourceId": "Topic", "ResourceType": "AWS::SNS::Topic",
         "Timestamp": "2026-11-23T12:00:00+02:00", "ResourceStatus": "CREATE_IN_PROGRESS", "ResourceStatusReason": "Initiated",
         "ClientRequestToken": "t"}]}"#;

    #[test]
    fn what_aws_prints_is_read_oldest_first() {
        let events = saved_events(OF_AWS).unwrap();
        let read: Vec<_> = events
            .iter()
            .map(|event| (&*event.id, event.status.as_str()))
            .collect();
        assert_eq!(read, [("1", "CREATE_IN_PROGRESS"), ("2", "CREATE_COMPLETE")]);
        assert_eq!(events[0].timestamp.to_string(), "2026-11-23T10:00:00Z");
        assert_eq!(
            (events[0].reason.as_deref(), events[0].token.as_deref()),
            (Some("Initiated"), Some("t"))
        );
    }

    #[test]
    fn a_time_may_be_a_number_of_seconds() {
        let first = OF_AWS.replace("\"2026-11-23T10:00:05.250000+00:00\"", "1795428005.25");
        let both = first.replace("\"2026-11-23T12:00:00+02:00\"", "1795428000");
        assert_eq!(saved_events(&both).unwrap(), saved_events(OF_AWS).unwrap());
        let never = saved_events(&both.replace("1795428005.25", "1e300"));
        assert!(
            matches!(never, Err(SavedEventsError::BadEvent { index: 0, .. })),
            "{never:?}"
        );
    }

    #[test]
    fn what_the_deployer_prints_is_read_as_it_was() {
        let events = vec![
            event(1, "Topic", "CREATE_IN_PROGRESS", None),
            event(1, "Topic", "CREATE_COMPLETE", Some("done")),
        ];
        let text = serde_json::json!({ "stack": "orders", "events": events }).to_string();
        assert_eq!(saved_events(&text).unwrap(), events);
    }

    #[test]
    fn what_holds_no_events_is_refused_with_what_is_missing() {
        let refused = |text: &str| saved_events(text).unwrap_err().to_string();
        assert_eq!(refused("Stack"), "it is not JSON");
        assert_eq!(refused("{}\n{"), "it is not JSON");
        let lines = "{\"event\": \"started\"}\n\n{\"event\": \"ended\"}\n";
        assert!(refused(lines).starts_with("it has one JSON object a line"));
        assert_eq!(refused(r#"{"StackEvents": []}"#), "it holds no events");
        assert_eq!(
            refused(r#"{"StackEvents": [{"EventId": "1"}]}"#),
            "event 0 cannot be read"
        );
        assert!(refused("[]").starts_with("it has neither `StackEvents`"));
    }
}
