//! Records that the relay's unit tests share.

use serde_json::value::RawValue;
use serde_json::{Value, json};

/// A stream's key.
pub(crate) const STREAM: &str = "order/2886e475-d5cc-40f7-aec5-401071388b3c";

/// Another stream's key, which sorts before [`STREAM`].
pub(crate) const OTHER_STREAM: &str = "order/0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10";

/// The record of a commit whose events have these types. Its time is `first` seconds after a fixed minute.
pub(crate) fn insert(sequence_number: u32, stream: &str, first: u64, types: &[&str]) -> Value {
    let events: Vec<Value> = types
        .iter()
        .map(|name| {
            json!({"M": {
                "id": {"S": "0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10"},
                "type": {"S": name},
                "payload": {"S": "{\"secret\":true}"},
            }})
        })
        .collect();
    let last = first + types.len() as u64 - 1;
    json!({
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-central-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_737_799_872,
            "Keys": {"pk": {"S": stream}, "sk": {"N": first.to_string()}},
            "NewImage": {
                "pk": {"S": stream},
                "sk": {"N": first.to_string()},
                "last": {"N": last.to_string()},
                "createdAt": {"S": format!("2025-01-25T10:11:{first:02}.000000Z")},
                "events": {"L": events},
            },
            "SequenceNumber": sequence_number.to_string(),
            "SizeBytes": 300,
            "StreamViewType": "NEW_IMAGE",
        },
    })
}

/// The record with another event name.
pub(crate) fn with_name(name: &str, mut record: Value) -> Value {
    record["eventName"] = name.into();
    record
}

/// The record as raw JSON.
pub(crate) fn raw(record: &Value) -> Box<RawValue> {
    serde_json::value::to_raw_value(record).unwrap()
}
