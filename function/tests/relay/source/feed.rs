//! `PutItem` and `Query` on the feed, and what it holds at the end.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::flaw::Flaw;
use super::ledger::{Effects, Ledger};
use super::services::Answered;

/// The items of the feed, by hash and range key.
pub(super) type Feed = BTreeMap<(String, u128), Value>;

/// Puts an item unless there is one of its key.
pub(super) fn put_item(body: &[u8], effects: &mut Effects) -> Answered {
    let request: Value = serde_json::from_slice(body).unwrap();
    assert_eq!(request["ConditionExpression"], "attribute_not_exists(pk)");
    assert_eq!(request["TableName"], "a-feed");
    let item = &request["Item"];
    let text = |name: &str, kind: &str| item[name][kind].as_str().unwrap().to_owned();
    let key = (text("pk", "S"), text("sk", "N").parse().unwrap());
    match effects.feed.get(&key) {
        Some(there) if effects.flaw != Some(Flaw::FeedTakesAnyPage) || !key.0.ends_with("/0") => {
            let refusal = json!({
                "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
                "message": "scripted",
                "Item": there,
            });
            Answered::failure(400, refusal.to_string())
        }
        _ => {
            effects.feed.insert(key, item.clone());
            let consumed = json!({"ConsumedCapacity": {"CapacityUnits": 1.0}});
            Answered::success(consumed.to_string(), Ledger::default())
        }
    }
}

/// Finds the last item of a hash key.
pub(super) fn query(body: &[u8], effects: &Effects) -> Answered {
    let request: Value = serde_json::from_slice(body).unwrap();
    assert_eq!(request["KeyConditionExpression"], "pk = :pk");
    let pk = request["ExpressionAttributeValues"][":pk"]["S"].as_str().unwrap();
    let of_key = effects
        .feed
        .range((pk.to_owned(), 0)..=(pk.to_owned(), u128::MAX));
    let items: Vec<&Value> = of_key.map(|(_, item)| item).next_back().into_iter().collect();
    Answered::success(
        json!({"Items": items, "ConsumedCapacity": {"CapacityUnits": 0.5}}).to_string(),
        Ledger::default(),
    )
}

/// Up to which revision each stream can be read, or where its first occurrences leave a gap.
pub(super) fn read(feed: &Feed) -> Result<BTreeMap<String, u64>, String> {
    let Some(incarnation) = feed.get(&("incarnation".to_owned(), 0)) else {
        return Ok(BTreeMap::new());
    };
    let lane = format!("{}/0", incarnation["incarnation"]["S"].as_str().unwrap());
    let mut ends: BTreeMap<String, u64> = BTreeMap::new();
    for number in 1.. {
        let Some(page) = feed.get(&(lane.clone(), number)) else {
            break;
        };
        let entries: Value = serde_json::from_str(page["entries"]["S"].as_str().unwrap()).unwrap();
        for entry in entries.as_array().unwrap() {
            let stream = entry[0].as_str().unwrap();
            let first = entry[1].as_u64().unwrap();
            let last = match &entry[2] {
                Value::Array(types) => first + types.len() as u64 - 1,
                last => last.as_u64().unwrap(),
            };
            let end = ends.entry(stream.to_owned()).or_default();
            if first > *end + 1 {
                return Err(format!("page {number}: {entry} leaves a gap after {end}"));
            }
            *end = last.max(*end);
        }
    }
    let pages = feed.keys().filter(|(pk, _)| *pk == lane);
    let last = pages.map(|(_, number)| *number).max().unwrap_or_default();
    if feed.keys().filter(|(pk, _)| *pk == lane).count() as u128 == last {
        Ok(ends)
    } else {
        Err(format!("pages are missing before page {last}"))
    }
}
