//! Fuzzes items, and provides a database that cannot be reached.

#![expect(
    clippy::missing_panics_doc,
    reason = "a target panics when something does not hold"
)]

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::item::Item;
use super::{CatalogueTable, Client, EventsTable, FeedTable, catalogue, item, survey};
use crate::fuzzing::Verdict;
use crate::relay::record::{Appended, Content, Record};
use crate::store::StreamKey;
use crate::store::position::Position;

/// Feeds an item of the events table, in DynamoDB's JSON.
pub fn event_item(input: &[u8]) -> Verdict {
    let Some((json, item)) = parse(input) else {
        return Verdict::Refused;
    };
    let commit = match item::decode(item.clone()) {
        Ok(commit) => commit,
        Err(refusal) => return refused(refusal.attribute, EVENT_ATTRIBUTES),
    };
    let Some(stream) = stream(&item) else {
        return Verdict::Refused;
    };
    let written = item::encode(&stream, &commit);
    let with_sum = with_sum(&json, &written);
    assert_eq!(item::decode(written.clone()).as_ref(), Ok(&commit));
    // The relay must announce and list every readable commit correctly.
    let expected = Appended::of(stream, &commit);
    for item in [item, written] {
        assert_eq!(survey::appended(item).as_ref(), Ok(&expected));
    }
    for json in [json, with_sum] {
        assert_eq!(relayed(&json).as_ref(), Some(&expected));
    }
    Verdict::Accepted
}

/// Feeds an item of the catalogue's index, in DynamoDB's JSON.
pub fn catalogue_item(input: &[u8]) -> Verdict {
    let Some((_, item)) = parse(input) else {
        return Verdict::Refused;
    };
    let stream = match catalogue::decode(&item) {
        Ok(stream) => stream,
        Err(refusal) => return refused(refusal.attribute, &["pk", "revision", "position"]),
    };
    // A page continues after the item's position and sorts by the stream's: the two must agree.
    let key = StreamKey {
        stream_type: stream.stream_type.clone(),
        stream_id: stream.stream_id,
    };
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
    assert_eq!(text("pk"), Some(key.to_string()));
    assert_eq!(text("position"), Some(Position::of(&stream).to_string()));
    Verdict::Accepted
}

/// The same image with the checksum that the store writes.
fn with_sum(json: &Value, written: &Item) -> Value {
    let mut json = json.clone();
    if let Some(sum) = written.get("sum").and_then(|sum| sum.as_b().ok()) {
        json["sum"] = json!({"B": STANDARD.encode(sum.as_ref())});
    }
    json
}

const EVENT_ATTRIBUTES: &[&str] = &[
    "pk",
    "sum",
    "sk",
    "last",
    "createdAt",
    "events",
    "events.id",
    "events.type",
    "events.payload",
    "events.metadata",
];

fn refused(attribute: &str, known: &[&str]) -> Verdict {
    assert!(known.contains(&attribute), "`{attribute}` names no attribute");
    Verdict::Refused
}

/// The commit that the relay decodes from a record with this image.
fn relayed(image: &Value) -> Option<Appended> {
    let record = json!({"eventName": "INSERT", "dynamodb": {"NewImage": image}});
    let record = serde_json::value::to_raw_value(&record).ok()?;
    match Record::decode(&record).content.ok()? {
        Content::Appended(appended) => Some(appended),
        Content::Tampered(_) => None,
    }
}

fn stream(item: &Item) -> Option<StreamKey> {
    item.get("pk")?.as_s().ok()?.parse().ok()
}

fn parse(input: &[u8]) -> Option<(Value, Item)> {
    let json: Value = serde_json::from_slice(input).ok()?;
    let item = attributes(json.as_object()?)?;
    Some((json, item))
}

fn attributes(members: &Map<String, Value>) -> Option<Item> {
    let attribute = |(name, value): (&String, &Value)| Some((name.clone(), attribute(value)?));
    members.iter().map(attribute).collect()
}

/// Converts an attribute to the SDK's type, for the kinds that matter here.
fn attribute(json: &Value) -> Option<AttributeValue> {
    let members = json.as_object().filter(|members| members.len() == 1)?;
    let (kind, value) = members.iter().next()?;
    Some(match (kind.as_str(), value) {
        ("S", Value::String(text)) => AttributeValue::S(text.clone()),
        ("N", Value::String(number)) => AttributeValue::N(number.clone()),
        ("B", Value::String(text)) => AttributeValue::B(Blob::new(STANDARD.decode(text).ok()?)),
        ("BOOL", Value::Bool(flag)) => AttributeValue::Bool(*flag),
        ("NULL", Value::Bool(true)) => AttributeValue::Null(true),
        ("L", Value::Array(values)) => {
            AttributeValue::L(values.iter().map(attribute).collect::<Option<_>>()?)
        }
        ("M", Value::Object(members)) => AttributeValue::M(attributes(members)?),
        _ => return None,
    })
}

/// The tables of a database that cannot be reached.
pub(crate) fn unreachable_tables() -> (EventsTable, CatalogueTable, FeedTable) {
    let configuration = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
        .endpoint_url("http://nowhere.test")
        .retry_config(RetryConfig::disabled())
        .http_client(http_client_fn(|_, _| SharedHttpConnector::new(Unreachable)))
        .build();
    let client = Client::from_conf(configuration);
    (
        EventsTable::new(client.clone(), "events"),
        CatalogueTable::new(client.clone(), "catalogue"),
        FeedTable::new(client, "feed"),
    )
}

#[derive(Debug)]
struct Unreachable;

impl HttpConnector for Unreachable {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Err(ConnectorError::io("there is no database".into())))
    }
}
