//! DynamoDB in process.

use std::net::SocketAddr;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};
use event_store_function::store::dynamo::{self, CatalogueTable, EventsTable};
use tokio::net::TcpListener;

use super::Witness;

pub(crate) const EVENTS_TABLE: &str = "events";
pub(crate) const CATALOGUE_TABLE: &str = "catalogue";

/// Both tables, empty, in a DynamoDB of their own.
pub(crate) struct Database {
    pub(crate) address: SocketAddr,
    pub(crate) witness: Witness,
    pub(crate) client: Client,
}

impl Database {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(dynoxide::server::serve_on(
            listener,
            dynoxide::Database::memory().unwrap(),
        ));
        create_tables(&Client::from_conf(
            dynamo::configuration(&shared(address)).build(),
        ))
        .await;
        let witness = Witness::default();
        let client = client_for(address, witness.clone());
        Self {
            address,
            witness,
            client,
        }
    }

    /// Throws the catalogue away, and leaves an empty one in its place.
    pub(crate) async fn make_catalogue_anew(&self) {
        let deletion = self.client.delete_table().table_name(CATALOGUE_TABLE);
        deletion.send().await.unwrap();
        create_catalogue(&self.client).await;
    }

    pub(crate) fn events(&self) -> EventsTable {
        EventsTable::new(self.client.clone(), EVENTS_TABLE)
    }

    pub(crate) fn catalogue(&self) -> CatalogueTable {
        CatalogueTable::new(self.client.clone(), CATALOGUE_TABLE)
    }
}

/// A client as in production, on whatever answers at `address`.
pub(crate) fn client_for(address: SocketAddr, witness: Witness) -> Client {
    Client::from_conf(
        dynamo::configuration(&shared(address))
            .interceptor(witness)
            .build(),
    )
}

fn shared(address: SocketAddr) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static("eu-central-1"))
        .endpoint_url(format!("http://{address}"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "test", "test", None, None, "tests",
        )))
        .build()
}

async fn create_tables(client: &Client) {
    client
        .create_table()
        .table_name(EVENTS_TABLE)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute("pk", ScalarAttributeType::S))
        .attribute_definitions(attribute("sk", ScalarAttributeType::N))
        .key_schema(key("pk", KeyType::Hash))
        .key_schema(key("sk", KeyType::Range))
        .send()
        .await
        .unwrap();
    create_catalogue(client).await;
}

async fn create_catalogue(client: &Client) {
    let index = GlobalSecondaryIndex::builder()
        .index_name("byUpdate")
        .key_schema(key("shard", KeyType::Hash))
        .key_schema(key("position", KeyType::Range))
        .projection(Projection::builder().projection_type(ProjectionType::All).build());
    client
        .create_table()
        .table_name(CATALOGUE_TABLE)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute("pk", ScalarAttributeType::S))
        .attribute_definitions(attribute("shard", ScalarAttributeType::S))
        .attribute_definitions(attribute("position", ScalarAttributeType::S))
        .key_schema(key("pk", KeyType::Hash))
        .global_secondary_indexes(index.build().unwrap())
        .send()
        .await
        .unwrap();
}

fn attribute(name: &str, kind: ScalarAttributeType) -> AttributeDefinition {
    AttributeDefinition::builder()
        .attribute_name(name)
        .attribute_type(kind)
        .build()
        .unwrap()
}

fn key(name: &str, kind: KeyType) -> KeySchemaElement {
    KeySchemaElement::builder()
        .attribute_name(name)
        .key_type(kind)
        .build()
        .unwrap()
}
