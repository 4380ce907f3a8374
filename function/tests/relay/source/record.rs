//! Records of the events table's stream, and what must become of each.

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

/// A record of the stream as it is delivered, and what must become of it.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) number: u128,
    pub(super) json: Box<RawValue>,
    pub(super) meaning: Meaning,
}

/// What must become of a record.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Meaning {
    /// Its stream is listed, at this revision or a later one, and each of its events is announced.
    Commit {
        stream: String,
        last: u64,
        events: Vec<Event>,
    },
    /// It is parked, and this is what stands on the failure queue.
    Poison { parked: Value, is_numbered: bool },
    /// It is reported, and nothing else.
    Change,
}

/// An event of a commit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Event {
    pub(super) revision: u64,
    /// What stands on the failure queue when the topic will never take the event's notification.
    pub(super) parked: Option<Value>,
}

/// What the topic says of a notification that it will never take.
pub(super) const UNACCEPTABLE: &str = "unacceptable";

impl Record {
    pub(super) fn commit(stream: &str, first: u64, types: &[&str], at: &str) -> Self {
        let json = insertion(stream, first, types, at);
        let event = |(revision, name): (u64, &&str)| Event {
            revision,
            parked: (*name == UNACCEPTABLE).then(|| {
                let reason = format!(
                    "the topic refuses the notification of revision `{revision}`: `InvalidParameter` scripted"
                );
                json!({"reason": reason, "keys": json["dynamodb"]["Keys"]})
            }),
        };
        let meaning = Meaning::Commit {
            stream: stream.to_owned(),
            last: first + types.len() as u64 - 1,
            events: (first..).zip(types).map(event).collect(),
        };
        Self::new(&json, meaning)
    }

    pub(super) fn new(json: &Value, meaning: Meaning) -> Self {
        Self {
            number: 0,
            json: to_raw_value(json).unwrap(),
            meaning,
        }
    }

    /// A record that means nothing.
    #[cfg(test)]
    pub(super) fn blank(number: u128) -> Self {
        let blank = Self::new(&Value::Null, Meaning::Change);
        Self { number, ..blank }
    }

    /// What a hand that may not do so does to the record's item later, if it does.
    pub(super) fn changed(&self, rng: &mut fastrand::Rng) -> Option<Self> {
        if rng.u8(0..15) > 0 {
            return None;
        }
        let mut json: Value = serde_json::from_str(self.json.get()).unwrap();
        if rng.bool() {
            json["eventName"] = "MODIFY".into();
            json["dynamodb"]["NewImage"]["events"]["L"][0]["M"]["type"] = json!({"S": "forged"});
        } else {
            json["eventName"] = "REMOVE".into();
            json["dynamodb"].as_object_mut().unwrap().remove("NewImage");
        }
        Some(Self::new(&json, Meaning::Change))
    }

    pub(super) fn numbered(mut self, number: u128) -> Self {
        self.number = number;
        let text = Value::from(number.to_string());
        let parked = match &mut self.meaning {
            Meaning::Poison {
                is_numbered: false, ..
            } => return self,
            Meaning::Poison { parked, .. } => vec![parked],
            Meaning::Commit { events, .. } => events
                .iter_mut()
                .filter_map(|event| event.parked.as_mut())
                .collect(),
            Meaning::Change => Vec::new(),
        };
        for parked in parked {
            parked["sequenceNumber"] = text.clone();
        }
        let mut json: Value = serde_json::from_str(self.json.get()).unwrap();
        json["dynamodb"]["SequenceNumber"] = text;
        self.json = to_raw_value(&json).unwrap();
        self
    }

    pub(super) fn keys(&self) -> Value {
        let json: Value = serde_json::from_str(self.json.get()).unwrap();
        json["dynamodb"]["Keys"].clone()
    }
}

/// The record of a commit, without a number yet.
pub(super) fn insertion(stream: &str, first: u64, types: &[&str], at: &str) -> Value {
    let event = |name: &&str| {
        json!({"M": {
            "id": {"S": "0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10"},
            "type": {"S": name},
            "payload": {"S": "{\"secret\":true}"},
        }})
    };
    let key = json!({"pk": {"S": stream}, "sk": {"N": first.to_string()}});
    let mut image = key.clone();
    image["last"] = json!({"N": (first + types.len() as u64 - 1).to_string()});
    image["createdAt"] = json!({"S": at});
    image["events"] = json!({"L": types.iter().map(event).collect::<Vec<_>>()});
    json!({
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {"Keys": key, "NewImage": image, "SizeBytes": 300, "StreamViewType": "NEW_IMAGE"},
    })
}
