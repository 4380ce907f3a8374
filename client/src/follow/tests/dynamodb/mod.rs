//! Read models in DynamoDB, in process.

mod kept;

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use event_store_types::Payload;
use tokio::net::TcpListener;

use super::super::dynamodb::{AttributeValue, Changes, DynamoDb, NotKept, Table};
use super::super::{
    Advance, CheckpointKey, Checkpoints as _, Committed, Kept, Projection, ReadModel as _, Reason,
};
use super::scripted::Store;
use super::{Known, Projector, order, revision, stream};
use crate::BoxError;
use crate::schema::Recorded;

/// A client of whatever answers at `endpoint`, that sends once.
pub(super) fn client(endpoint: impl Into<String>) -> Client {
    let configuration = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .endpoint_url(endpoint)
        .build();
    Client::from_conf(configuration)
}

/// A database of its own with the tables `checkpoints`, `rows` and `sorted`, the last with a sort key.
pub(super) async fn database() -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(dynoxide::server::serve_on(
        listener,
        dynoxide::Database::memory().unwrap(),
    ));
    let client = client(format!("http://{address}"));
    for (name, keys) in [
        ("checkpoints", &["pk"][..]),
        ("rows", &["pk"]),
        ("sorted", &["pk", "sk"]),
    ] {
        let mut table = client
            .create_table()
            .table_name(name)
            .billing_mode(BillingMode::PayPerRequest);
        for (key, kind) in keys.iter().zip([KeyType::Hash, KeyType::Range]) {
            let attribute = AttributeDefinition::builder()
                .attribute_name(*key)
                .attribute_type(ScalarAttributeType::S);
            let element = KeySchemaElement::builder().attribute_name(*key).key_type(kind);
            table = table
                .attribute_definitions(attribute.build().unwrap())
                .key_schema(element.build().unwrap());
        }
        table.send().await.unwrap();
    }
    client
}

pub(super) fn checkpoints() -> Table {
    Table::new("checkpoints", "pk")
}

fn rows() -> Table {
    Table::new("rows", "pk")
}

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn key(pk: impl Into<String>) -> [(String, AttributeValue); 1] {
    [("pk".to_owned(), text(pk))]
}

/// What is kept of an order: how often what happened.
type View = HashMap<String, u32>;

/// Folds into a view, writes a row an event, and adds to one row for all.
pub(super) struct Orders;

impl Known for Orders {
    const NAME: &'static str = "orders-1";
    const TYPES: &'static [&'static str] = &["viewed", "row", "added", "impossible", "twice", "bad"];
}

impl Projection<Payload, Changes<View>> for Orders {
    fn apply(&self, recorded: &Recorded<Payload>, changes: &mut Changes<View>) -> Result<(), BoxError> {
        let event = &recorded.event;
        let event_type = event.event_type.as_str();
        *changes.view.entry(event_type.to_owned()).or_default() += 1;
        match event_type {
            "viewed" => {}
            "row" => {
                let row = key(format!("{}/{}", event.stream_id, event.revision));
                changes.put(&rows(), row)?;
            }
            "added" => changes.update(&rows(), key("sum"), |update| {
                update
                    .update_expression("ADD n :one")
                    .expression_attribute_values(":one", AttributeValue::N("1".into()))
            })?,
            "impossible" => changes.update(&rows(), key("sum"), |update| {
                update
                    .update_expression("ADD n :one")
                    .condition_expression("n < :one")
                    .expression_attribute_values(":one", AttributeValue::N("1".into()))
            })?,
            "twice" => {
                for _ in 0..2 {
                    changes.update(&rows(), key("twice"), |update| {
                        update
                            .update_expression("ADD n :one")
                            .expression_attribute_values(":one", AttributeValue::N("1".into()))
                    })?;
                }
            }
            "bad" => {
                changes.put(&rows(), key("of the bad one"))?;
                return Err("it cannot be applied".into());
            }
            other => panic!("{other} is not known"),
        }
        Ok(())
    }
}

fn projector(store: &Store, client: &Client) -> Projector<Store, Orders, DynamoDb<View>> {
    Projector::new(
        store.clone(),
        Orders,
        DynamoDb::new(client.clone(), checkpoints()),
    )
}

async fn items(client: &Client, table: &str) -> Vec<HashMap<String, AttributeValue>> {
    let found = client.scan().table_name(table).consistent_read(true);
    found.send().await.unwrap().items.unwrap_or_default()
}

/// The row that all add to.
async fn sum(client: &Client) -> u64 {
    let found = client
        .get_item()
        .table_name("rows")
        .key("pk", text("sum"))
        .consistent_read(true);
    let item = found.send().await.unwrap().item;
    item.map_or(0, |item| item["n"].as_n().unwrap().parse().unwrap())
}

#[tokio::test]
async fn view_rows_and_checkpoint_are_there_together() {
    let (store, client) = (Store::default(), database().await);
    for event_type in ["viewed", "row", "added", "viewed"] {
        store.append(1, event_type);
    }
    let last = store.append(1, "row");
    let projector = projector(&store, &client);
    assert_eq!(projector.catch_up(&last).await.unwrap().applied, 5);
    let order = order();
    let place = CheckpointKey::new("orders-1", &order, stream(1));
    let view = projector.model().view(&place).await.unwrap().unwrap();
    assert_eq!((view["viewed"], view["row"], view["added"]), (2, 2, 1));
    assert_eq!((items(&client, "rows").await.len(), sum(&client).await), (3, 1));
    let kept = items(&client, "checkpoints").await;
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0]["pk"], text(format!("orders-1/order/{}", stream(1))));
    assert_eq!(kept[0]["revision"], AttributeValue::N("5".into()));

    let elsewhere = CheckpointKey::new("orders-2", &order, stream(1));
    assert_eq!(projector.model().view(&elsewhere).await.unwrap(), None);
    assert_eq!(projector.catch_up(&last).await.unwrap().applied, 0);
    assert_eq!(sum(&client).await, 1);
}

#[tokio::test]
async fn of_two_that_began_at_one_checkpoint_the_second_writes_nothing() {
    let client = database().await;
    let model: DynamoDb<View> = DynamoDb::new(client.clone(), checkpoints());
    let order = order();
    // With rows, and with nothing but the view; from the start, and after that.
    for (number, loser_has_rows) in [(1, true), (2, false)] {
        let place = CheckpointKey::new("orders-1", &order, stream(number));
        for next in 1..=2 {
            let (mut winner, mut loser) = (
                model.load(&place).await.unwrap(),
                model.load(&place).await.unwrap(),
            );
            let advance = Advance::new(winner.checkpoint, revision(next));
            winner
                .changes
                .put(&rows(), key(format!("{number}/{next}")))
                .unwrap();
            loser.changes.view.insert("lost".into(), 1);
            if loser_has_rows {
                loser.changes.put(&rows(), key("lost")).unwrap();
            }
            let committed = model.commit(&place, advance, winner.changes).await.unwrap();
            assert_eq!(committed, Committed::Written);
            let committed = model.commit(&place, advance, loser.changes).await.unwrap();
            assert_eq!(committed, Committed::Outrun);
            assert_eq!(model.view(&place).await.unwrap(), Some(View::new()));
        }
    }
    let mut written: Vec<_> = items(&client, "rows")
        .await
        .into_iter()
        .map(|row| row["pk"].clone())
        .collect();
    written.sort_by_key(|key| key.as_s().unwrap().clone());
    assert_eq!(written, ["1/1", "1/2", "2/1", "2/2"].map(text));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn workers_that_race_on_one_stream_apply_each_event_once() {
    let (store, client) = (Store::default(), database().await);
    let announced: Vec<_> = (0..60).map(|_| store.append(1, "added")).collect();
    let projector = Arc::new(projector(&store, &client).events_a_commit(7));
    let workers: Vec<_> = (0..4)
        .map(|worker| {
            let (projector, mut announced) = (Arc::clone(&projector), announced.clone());
            announced.rotate_left(worker * 15);
            tokio::spawn(async move {
                let mut applied = 0;
                for notification in announced {
                    // Whoever is outrun too often is told again, as a queue would.
                    loop {
                        match projector.catch_up(&notification).await {
                            Ok(projected) => break applied += projected.applied,
                            Err(error) => assert!(matches!(error.reason, Reason::Outrun { .. }), "{error:?}"),
                        }
                    }
                }
                applied
            })
        })
        .collect();
    let mut applied = 0;
    for worker in workers {
        applied += worker.await.unwrap();
    }
    assert_eq!((sum(&client).await, applied), (60, 60));
}

#[tokio::test]
async fn more_rows_than_fit_one_commit_are_all_written() {
    let (store, client) = (Store::default(), database().await);
    let announced: Vec<_> = (0..250).map(|_| store.append(1, "row")).collect();
    let projector = projector(&store, &client).events_a_commit(1_000);
    let projected = projector.catch_up(announced.last().unwrap()).await.unwrap();
    assert_eq!(projected.applied, 250);
    assert_eq!(items(&client, "rows").await.len(), 250);
}

#[tokio::test]
async fn events_that_update_one_row_are_committed_one_by_one() {
    let (store, client) = (Store::default(), database().await);
    for event_type in ["added", "viewed", "added", "row"] {
        store.append(1, event_type);
    }
    let last = store.append(1, "added");
    projector(&store, &client).catch_up(&last).await.unwrap();
    assert_eq!(sum(&client).await, 3);
}

#[tokio::test]
async fn an_event_that_updates_one_row_twice_is_named() {
    let (store, client) = (Store::default(), database().await);
    store.append(1, "viewed");
    let last = store.append(1, "twice");
    let error = projector(&store, &client).catch_up(&last).await.unwrap_err();
    let source = std::error::Error::source(&error.reason).unwrap();
    assert_eq!(
        source.to_string(),
        format!(
            "one event of `orders-1/order/{}` updates an item that it writes already",
            stream(1)
        )
    );
    assert_eq!(items(&client, "rows").await.len(), 0);
    assert_eq!(
        items(&client, "checkpoints").await[0]["revision"],
        AttributeValue::N("1".into())
    );
}

#[tokio::test]
async fn what_comes_before_an_event_that_cannot_be_applied_is_committed_and_nothing_of_it() {
    let (store, client) = (Store::default(), database().await);
    for event_type in ["row", "added"] {
        store.append(1, event_type);
    }
    let last = store.append(1, "bad");
    let error = projector(&store, &client).catch_up(&last).await.unwrap_err();
    assert!(matches!(error.reason, Reason::NotHandled { .. }), "{error:?}");
    assert_eq!((items(&client, "rows").await.len(), sum(&client).await), (2, 1));
}

#[tokio::test]
async fn a_condition_of_the_projection_s_own_that_does_not_hold_is_an_error_with_its_place() {
    let (store, client) = (Store::default(), database().await);
    store.append(1, "added");
    let last = store.append(1, "impossible");
    let projector = projector(&store, &client).events_a_commit(1);
    let error = projector.catch_up(&last).await.unwrap_err();
    let source = std::error::Error::source(&error.reason).unwrap();
    assert_eq!(
        source.to_string(),
        format!(
            "the commit of `orders-1/order/{}` failed: `None`, `ConditionalCheckFailed`",
            stream(1)
        )
    );
    assert_eq!(sum(&client).await, 1);
}
