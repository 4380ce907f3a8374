//! Records that nothing can be done with.

use serde_json::{Value, json};

use super::record::{Meaning, Record, insertion};

/// A poison record about the first item of `stream`, with what must stand on the failure queue for it.
pub(super) fn record(stream: &str, rng: &mut fastrand::Rng) -> Record {
    let spoil = rng.choice(KINDS).unwrap();
    let mut json = insertion(stream, 1, &["placed"], "2025-01-25T10:11:12.000000Z");
    let reason = spoil(&mut json);
    let is_numbered = rng.u8(0..8) > 0;
    if rng.u8(0..8) == 0 {
        // SQS takes no such character.
        json["dynamodb"]["Keys"]["pk"] = json!({"S": format!("{stream}\u{ffff}")});
    }
    let parked = json!({"reason": reason, "keys": json["dynamodb"]["Keys"]});
    Record::new(&json, Meaning::Poison { parked, is_numbered })
}

/// Spoils a record, and gives the reason that the relay must find.
type Kind = fn(&mut Value) -> String;

const KINDS: &[Kind] = &[
    |record| {
        record["eventName"] = "UPSERT".into();
        "the record's event name `UPSERT` is unknown".to_owned()
    },
    |record| {
        record["dynamodb"]["NewImage"] = Value::Null;
        "the record has no new image".to_owned()
    },
    |record| {
        record["dynamodb"]["NewImage"] = "secret".into();
        "the record's new image is not an item".to_owned()
    },
    |record| spoil(record, "pk", json!({"S": "no stream at all"})),
    |record| {
        spoil(
            record,
            "pk",
            json!({"S": "order/2886E475-D5CC-40F7-AEC5-401071388B3C"}),
        )
    },
    |record| spoil(record, "sk", json!({"N": "0"})),
    |record| spoil(record, "sk", json!({"S": "1"})),
    |record| spoil(record, "last", json!({"N": "7"})),
    |record| spoil(record, "createdAt", json!({"S": "secret"})),
    |record| spoil(record, "createdAt", Value::Null),
    |record| spoil(record, "events", json!({"L": [{"M": {"type": {"N": "1"}}}]})),
    |record| spoil(record, "events", json!({"L": ["secret"]})),
    |record| spoil(record, "events", json!({"B": "c2VjcmV0"})),
];

fn spoil(record: &mut Value, attribute: &str, value: Value) -> String {
    record["dynamodb"]["NewImage"][attribute] = value;
    format!("the attribute `{attribute}` of the record's image is invalid")
}
