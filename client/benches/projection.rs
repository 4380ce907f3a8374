//! How fast a read model is rebuilt: in memory, and in a DynamoDB in this process.
//!
//! `cargo bench --workspace --bench projection` prints the figures. `EVENTS` says how many events there are, a million when it does not.

use std::time::Instant;

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use event_store_client::follow::dynamodb::{Changes, DynamoDb, Table};
use event_store_client::follow::{InMemory, Progress};
use event_store_client::schema::Recorded;
use event_store_client::testing::InMemoryStore;
use event_store_client::types::ExpectedRevision;
use event_store_client::{BoxError, Category};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum CounterEvent {
    Counted { by: u64 },
}

/// Events a stream, which is as many as an append holds.
const A_STREAM: usize = 100;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let events: usize = std::env::var("EVENTS").map_or(Ok(1_000_000), |events| events.parse())?;
    let store = InMemoryStore::new();
    let counters = Category::<CounterEvent>::new(store.client(), "counter".parse()?);
    for stream in 0..events / A_STREAM {
        let counted = vec![CounterEvent::Counted { by: 1 }; A_STREAM];
        let id = counters.id_of(&stream.to_string());
        counters.append(id, ExpectedRevision::NoStream, counted).await?;
    }

    let began = Instant::now();
    let model = InMemory::default();
    let count = |event: &Recorded<CounterEvent>, sum: &mut u64| {
        let CounterEvent::Counted { by } = event.data;
        *sum += by;
        Ok(())
    };
    let progress = counters
        .follow("sums")
        .project(count, model.clone())
        .to_end()
        .await?;
    tell("in memory", progress, began);
    let sum: u64 = model.views("sums").iter().map(|(_, sum)| sum).sum();
    assert_eq!(sum, progress.handled);

    let began = Instant::now();
    let model: DynamoDb<u64> = DynamoDb::new(database().await?, Table::new("sums", "pk"));
    let count = |event: &Recorded<CounterEvent>, changes: &mut Changes<u64>| {
        let CounterEvent::Counted { by } = event.data;
        changes.view += by;
        Ok(())
    };
    let progress = counters.follow("sums").project(count, model).to_end().await?;
    tell("in a DynamoDB in this process", progress, began);
    Ok(())
}

fn tell(place: &str, progress: Progress, began: Instant) {
    let seconds = began.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "it is a figure for a reader")]
    let rate = progress.handled as f64 / seconds;
    println!(
        "{place}: {} events in {seconds:.1} s, {rate:.0} a second",
        progress.handled
    );
}

async fn database() -> Result<aws_sdk_dynamodb::Client, BoxError> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(dynoxide::server::serve_on(
        listener,
        dynoxide::Database::memory()?,
    ));
    let configuration = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(format!("http://{address}"))
        .build();
    let client = aws_sdk_dynamodb::Client::from_conf(configuration);
    let key = AttributeDefinition::builder()
        .attribute_name("pk")
        .attribute_type(ScalarAttributeType::S)
        .build()?;
    let element = KeySchemaElement::builder()
        .attribute_name("pk")
        .key_type(KeyType::Hash);
    client
        .create_table()
        .table_name("sums")
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(key)
        .key_schema(element.build()?)
        .send()
        .await?;
    Ok(client)
}
