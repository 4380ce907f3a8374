//! Fuzzes invocations of the relay, and the records in them.

#![expect(
    clippy::missing_panics_doc,
    reason = "a target panics when something does not hold"
)]

use serde::de::IgnoredAny;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use super::batch::Batch;
use super::invocation::Invocation;
use super::parking::ParkedRecord;
use super::record::{Appended, AppendedEvent, Content, Identity, Record, Undecodable};
use crate::fuzzing::Verdict;
use crate::telemetry::chain;

/// Feeds a record of the events table's stream.
pub fn record(input: &[u8]) -> Verdict {
    let Some(json) = raw(input) else {
        return Verdict::Refused;
    };
    let Record { identity, content } = Record::decode(&json);
    is_named_as_it_came(&identity, &json);

    let batch = Batch::read(std::slice::from_ref(&json));
    assert_eq!(batch.identities.len(), 1);
    let parts = (batch.updates.len(), batch.poison.len(), batch.tampered.len());
    match content {
        Ok(Content::Appended(appended)) => {
            assert_eq!(parts, (1, 0, 0));
            assert_eq!(batch.notices.len(), appended.events.len());
            let ends = [appended.events.first(), appended.events.last()];
            let ends = ends.map(|event| event.map(|event| event.revision));
            assert_eq!(ends, [Some(appended.first), Some(appended.last)]);
            let written = to_raw_value(&written(&appended)).unwrap_or_default();
            assert_eq!(Record::decode(&written).content, Ok(Content::Appended(appended)));
            Verdict::Accepted
        }
        Ok(Content::Tampered(_)) => {
            assert_eq!((parts, batch.notices.len()), ((0, 0, 1), 0));
            Verdict::Accepted
        }
        Err(undecodable) => {
            assert_eq!((parts, batch.notices.len()), ((0, 1, 0), 0));
            assert!(names_a_place(&undecodable), "{undecodable}");
            can_be_parked(&batch.poison[0].reason, &identity);
            Verdict::Refused
        }
    }
}

/// The identity of a record is copied from it, never made up.
fn is_named_as_it_came(identity: &Identity, json: &RawValue) {
    if let Some(number) = &identity.sequence_number
        && let Ok(value) = serde_json::from_str::<Value>(json.get())
    {
        assert_eq!(value["dynamodb"]["SequenceNumber"], number.as_str());
    }
    if let Some(keys) = &identity.keys {
        assert!(json.get().contains(keys.get()), "{keys}");
    }
}

/// A parked record can be sent to a queue, and parsed by a reader.
fn can_be_parked(reason: &str, identity: &Identity) {
    let parked = ParkedRecord {
        reason,
        keys: identity.keys.as_deref(),
        sequence_number: identity.sequence_number.as_ref(),
    };
    let parked = parked.to_json().unwrap_or_default();
    assert!(parked.is_ascii(), "{parked}");
    assert!(serde_json::from_str::<IgnoredAny>(&parked).is_ok(), "{parked}");
}

/// Whether a refusal says where the problem is, without quoting the record.
fn names_a_place(undecodable: &Undecodable) -> bool {
    match undecodable {
        Undecodable::Form { line, .. } => *line > 0,
        Undecodable::UnknownName { .. } | Undecodable::NoImage | Undecodable::NoItem => true,
        Undecodable::Inconsistent { attribute } => {
            ["pk", "sk", "last", "createdAt", "events", "sum"].contains(attribute)
        }
    }
}

/// The record of a commit.
fn written(appended: &Appended) -> Value {
    let event = |event: &AppendedEvent| {
        let mut written = json!({"type": {"S": event.event_type.as_str()}});
        if let Some(parent) = &event.trace_parent {
            written["metadata"] = json!({"S": json!({"traceparent": parent}).to_string()});
        }
        json!({ "M": written })
    };
    let events: Vec<Value> = appended.events.iter().map(event).collect();
    json!({"eventName": "INSERT", "dynamodb": {"NewImage": {
        "pk": {"S": appended.stream.to_string()},
        "sk": {"N": appended.first.to_string()},
        "last": {"N": appended.last.to_string()},
        "createdAt": {"S": appended.created_at.to_string()},
        "events": {"L": events},
    }}})
}

/// Feeds the payload of an invocation.
pub fn invocation(input: &[u8]) -> Verdict {
    let Some(payload) = raw(input) else {
        return Verdict::Refused;
    };
    match Invocation::parse(&payload) {
        Ok(Invocation::Records(records)) => {
            let value: Value = serde_json::from_str(payload.get()).unwrap_or_default();
            if let Some(sent) = value["Records"].as_array() {
                assert_eq!(records.len(), sent.len());
            }
            assert_eq!(Batch::read(&records).identities.len(), records.len());
            Verdict::Accepted
        }
        Ok(Invocation::Reconcile(progress)) => {
            if let Some(text) = progress.encode() {
                let request = json!({"reconcile": {"continueFrom": text}});
                let request = to_raw_value(&request).unwrap_or_default();
                assert!(
                    matches!(Invocation::parse(&request), Ok(Invocation::Reconcile(again)) if again == progress)
                );
            }
            Verdict::Accepted
        }
        Err(refusal) => {
            assert!(
                chain(&refusal).contains('`') || chain(&refusal).contains("invocation"),
                "{refusal}"
            );
            Verdict::Refused
        }
    }
}

fn raw(input: &[u8]) -> Option<Box<RawValue>> {
    serde_json::from_slice(input).ok()
}
