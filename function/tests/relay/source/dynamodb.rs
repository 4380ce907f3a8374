//! `UpdateItem` and `BatchGetItem` on the catalogue, as far as the relay uses them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::flaw::Flaw;
use super::ledger::{Effects, Item, Ledger};
use super::services::Answered;
use super::violation::Property;

/// Answers an update.
pub(super) fn update_item(body: &[u8], effects: &mut Effects) -> Answered {
    let request: Value = serde_json::from_slice(body).unwrap();
    let stream = request["Key"]["pk"]["S"].as_str().unwrap();
    let set = |name: &str| assigned(&request, name);
    let item = Item {
        revision: set("revision")["N"].as_str().unwrap().parse().unwrap(),
        updated_at: set("updatedAt")["S"].as_str().unwrap().to_owned(),
        position: set("position")["S"].as_str().unwrap().to_owned(),
        feed: set("feed")["B"].as_str().unwrap().to_owned(),
    };
    let there = effects.catalogue.get(stream).map(|there| there.revision);
    if effects.flaw != Some(Flaw::CatalogueTakesAnyRevision) && !condition_holds(&request, there) {
        let item = effects.catalogue.get(stream).map(|item| marked(stream, item));
        let refusal = json!({
            "__type": "ConditionalCheckFailedException",
            "message": "scripted",
            "Item": item,
        });
        return Answered {
            told: Ledger::listed(stream, there.unwrap_or_default()),
            ..Answered::failure(400, refusal.to_string())
        };
    }
    if there.is_some_and(|there| there > item.revision) {
        let what = format!("`{stream}` from {there:?} to {}", item.revision);
        effects.violate(Property::TheCatalogueNeverGoesBack, what);
    }
    let told = Ledger::listed(stream, item.revision);
    effects.catalogue.insert(stream.to_owned(), item);
    Answered::success(
        json!({"ConsumedCapacity": {"CapacityUnits": 3.0}}).to_string(),
        told,
    )
}

/// Tells how far streams are in the feed.
pub(super) fn batch_get_item(body: &[u8], effects: &Effects) -> Answered {
    let request: Value = serde_json::from_slice(body).unwrap();
    let keys = request["RequestItems"]["a-catalogue"]["Keys"].as_array().unwrap();
    let streams = keys.iter().map(|key| key["pk"]["S"].as_str().unwrap());
    let items = streams.filter_map(|stream| match effects.flaw {
        Some(Flaw::CatalogueMarksWithoutAPage) => {
            let incarnation = &effects.feed[&("incarnation".to_owned(), 0)]["incarnation"]["S"];
            let id = uuid::Uuid::try_parse(incarnation.as_str().unwrap()).unwrap();
            let feed = STANDARD.encode(id);
            Some(json!({"pk": {"S": stream}, "feed": {"B": feed}, "fed": {"N": "1"}}))
        }
        _ => Some(marked(stream, effects.catalogue.get(stream)?)),
    });
    let items: Vec<Value> = items.collect();
    let answer = json!({
        "Responses": {"a-catalogue": items},
        "UnprocessedKeys": {},
        "ConsumedCapacity": [{"TableName": "a-catalogue", "CapacityUnits": 0.5}],
    });
    Answered::success(answer.to_string(), Ledger::default())
}

fn marked(stream: &str, item: &Item) -> Value {
    json!({"pk": {"S": stream}, "feed": {"B": item.feed}, "fed": {"N": item.revision.to_string()}})
}

/// Whether the request's condition lets it happen on an item at `there`. Without one it always happens.
fn condition_holds(request: &Value, there: Option<u64>) -> bool {
    match request["ConditionExpression"].as_str() {
        None => true,
        Some("attribute_not_exists(#pk) OR #revision < :revision") => {
            let revision = &request["ExpressionAttributeValues"][":revision"]["N"];
            there.is_none_or(|there| there < revision.as_str().unwrap().parse().unwrap())
        }
        Some(other) => panic!("the condition `{other}` is not understood here"),
    }
}

/// The value that the request's update sets the attribute to.
fn assigned<'request>(request: &'request Value, attribute: &str) -> &'request Value {
    let names = request["ExpressionAttributeNames"].as_object().unwrap();
    let (placeholder, _) = names.iter().find(|(_, name)| *name == attribute).unwrap();
    let update = request["UpdateExpression"].as_str().unwrap();
    let mut assignments = update.strip_prefix("SET ").unwrap().split(", ");
    let value = assignments
        .find_map(|assignment| assignment.strip_prefix(placeholder.as_str())?.strip_prefix(" = "))
        .unwrap();
    &request["ExpressionAttributeValues"][value]
}
