//! DynamoDB in process, for the unit tests of the tables. As in all other tests, a witness checks the
//! requests before they reach it.

use std::time::Duration;

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};

use super::{CatalogueTable, Client, EventsTable, FeedTable};

use dynamodb::{DynamoDb, DynamoDbAnswer};
use served::serve;
use witness::Witness;

pub(super) use dynamodb::{CATALOGUE_TABLE, EVENTS_TABLE};

use dynamodb::FEED_TABLE;

#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "../../tests/support/dynamodb.rs"]
mod dynamodb;
#[path = "../../tests/support/served.rs"]
mod served;
#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "../../tests/support/witness.rs"]
mod witness;

/// An empty events table in a new DynamoDB.
pub(super) async fn events_table() -> EventsTable {
    EventsTable::new(client().await, EVENTS_TABLE)
}

/// An empty catalogue in a new DynamoDB.
pub(super) async fn catalogue_table() -> CatalogueTable {
    CatalogueTable::new(client().await, CATALOGUE_TABLE)
}

/// An empty feed in a new DynamoDB.
pub(super) async fn feed_table() -> FeedTable {
    FeedTable::new(client().await, FEED_TABLE)
}

/// A client of a new DynamoDB.
async fn client() -> Client {
    let address = serve(DynamoDb::with_tables(), Witness::default(), Duration::ZERO).await;
    let configuration = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(format!("http://{address}"))
        .build();
    Client::from_conf(configuration)
}
