use event_store_types::TraceParent;
use serde_json::{Value, json};

use super::*;
use crate::relay::testing::{STREAM, insert, raw};

fn decode(record: &Value) -> Record {
    Record::decode(&raw(record))
}

fn refusal(record: &Value) -> String {
    crate::telemetry::chain(&decode(record).content.unwrap_err())
}

#[test]
fn a_commit_is_read_without_its_payloads() {
    let record = decode(&insert(7, STREAM, 3, &["placed", "paid"]));
    let Ok(Content::Appended(appended)) = record.content else {
        panic!("{record:?}")
    };
    assert_eq!(appended.stream.to_string(), STREAM);
    assert_eq!(appended.last, 4.try_into().unwrap());
    let events: Vec<_> = appended
        .events
        .iter()
        .map(|event| (event.revision.as_u64(), event.event_type.as_str()))
        .collect();
    assert_eq!(events, [(3, "placed"), (4, "paid")]);
    assert_eq!(record.identity.sequence_number.unwrap().as_str(), "7");
    assert_eq!(
        record.identity.keys.unwrap().get(),
        json!({"pk": {"S": STREAM}, "sk": {"N": "3"}}).to_string()
    );
}

#[test]
fn where_in_a_trace_an_event_happened_is_read_from_its_metadata() {
    const HEADER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let told = format!(r#"{{"user":"u","traceparent":"{HEADER}"}}"#);
    for (metadata, expected) in [
        (json!({ "S": told }), Some(HEADER)),
        (json!({"S": r#"{"traceparent":"00-1"}"#}), None),
        (json!({"S": r#"{"traceparent":7}"#}), None),
        (json!({"S": r#"{"note":"traceparent"}"#}), None),
        (json!({"S": "no JSON, traceparent or not"}), None),
        (json!({"N": "7"}), None),
    ] {
        let mut record = insert(7, STREAM, 3, &["placed"]);
        record["dynamodb"]["NewImage"]["events"]["L"][0]["M"]["metadata"] = metadata.clone();
        let content = decode(&record).content;
        let Ok(Content::Appended(appended)) = content else {
            panic!("{metadata}: {content:?}")
        };
        let told = appended.events[0].trace_parent.as_ref();
        assert_eq!(told.map(TraceParent::as_str), expected, "{metadata}");
    }
}

#[test]
fn a_change_to_the_log_is_told_apart_whatever_image_it_carries() {
    for (name, tampering) in [("MODIFY", Tampering::Modified), ("REMOVE", Tampering::Removed)] {
        let mut record = insert(7, STREAM, 1, &["placed"]);
        record["eventName"] = name.into();
        record["dynamodb"]["NewImage"] = json!({});
        assert_eq!(decode(&record).content.unwrap(), Content::Tampered(tampering));
    }
}

#[test]
fn every_contradiction_in_an_image_is_refused_by_name() {
    for (attribute, value) in [
        ("pk", json!({"S": "order"})),
        ("pk", json!({"S": "or der/2886e475-d5cc-40f7-aec5-401071388b3c"})),
        ("pk", json!({"S": "order/1"})),
        ("pk", json!({"S": STREAM.to_uppercase()})),
        ("pk", json!({"N": "1"})),
        ("sk", json!({"N": "0"})),
        ("sk", json!({"S": "1"})),
        ("last", json!({"N": "x"})),
        ("last", json!({"N": "9"})),
        ("last", json!(null)),
        ("createdAt", json!({"S": "yesterday"})),
        ("createdAt", json!("2025-01-25T10:11:12.000000Z")),
        ("events", json!({"L": ["placed"]})),
        ("events", json!({"L": [{"M": {"type": {"N": "1"}}}]})),
    ] {
        let mut record = insert(7, STREAM, 1, &["placed"]);
        record["dynamodb"]["NewImage"][attribute] = value;
        assert!(
            refusal(&record).contains(&format!("attribute `{attribute}`")),
            "{}",
            refusal(&record)
        );
    }
}

#[test]
fn a_commit_without_events_is_refused() {
    let mut record = insert(7, STREAM, 1, &["placed"]);
    record["dynamodb"]["NewImage"]["events"] = json!({"L": []});
    assert!(refusal(&record).contains("`last`"));
}

#[test]
fn a_record_with_a_bad_image_keeps_its_name() {
    for (image, reason) in [
        (json!(null), "has no new image"),
        (json!({}), "`pk`"),
        (json!("text"), "is not an item"),
        (json!({"pk": {"N": "1"}}), "`pk`"),
    ] {
        let mut record = insert(7, STREAM, 1, &["placed"]);
        record["dynamodb"]["NewImage"] = image;
        let decoded = decode(&record);
        let error = decoded.content.unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
        assert!(decoded.identity.sequence_number.is_some() && decoded.identity.keys.is_some());
    }
}

#[test]
fn what_is_no_record_at_all_has_no_name() {
    for record in [
        json!(null),
        json!([]),
        json!("poison"),
        json!({}),
        json!({"eventName": "UPSERT"}),
    ] {
        let decoded = decode(&record);
        assert!(
            matches!(
                decoded.content,
                Err(Undecodable::Form { .. } | Undecodable::UnknownName { .. })
            ),
            "{record}"
        );
        assert_eq!(decoded.identity.sequence_number, None, "{record}");
    }
}

#[test]
fn no_refusal_quotes_an_image() {
    let secret = || json!("secret");
    let mut records: Vec<Value> = ["pk", "sk", "last", "createdAt", "events"]
        .into_iter()
        .flat_map(|attribute| {
            [secret(), json!({"S": "secret"}), json!({"L": ["secret"]})].map(|value| {
                let mut record = insert(7, STREAM, 1, &["placed"]);
                record["dynamodb"]["NewImage"][attribute] = value;
                record
            })
        })
        .collect();
    let mut event = insert(7, STREAM, 1, &["placed"]);
    event["dynamodb"]["NewImage"]["events"]["L"][0]["M"] =
        json!({"payload": {"S": "secret"}, "type": {"N": "secret"}});
    let mut image = insert(7, STREAM, 1, &["placed"]);
    image["dynamodb"]["NewImage"] = secret();
    let mut change = insert(7, STREAM, 1, &["placed"]);
    change["dynamodb"] = secret();
    records.extend([event, image, change, secret()]);
    for record in records {
        let refusal = refusal(&record);
        assert!(!refusal.contains("secret"), "{refusal}");
    }
}
