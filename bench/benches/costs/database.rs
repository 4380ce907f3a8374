//! DynamoDB, served by this process on loopback.

use std::net::SocketAddr;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use event_store_function::feed::Incarnation;
use event_store_function::relay::catalogue::CatalogueWriter as _;
use event_store_function::store::dynamo::{self, CatalogueTable, Client};
use event_store_function::store::{Consumed, Meter};
use event_store_types::{Stream, Timestamp};
use serde_json::json;
use tokio::net::TcpListener;
use uuid::Uuid;

use super::Result;

pub(crate) const EVENTS_TABLE: &str = "events";
pub(crate) const CATALOGUE_TABLE: &str = "catalogue";
pub(crate) const FEED_TABLE: &str = "feed";

/// Both tables, in memory.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) address: SocketAddr,
}

impl Database {
    /// Empty tables.
    pub(crate) async fn start() -> Result<Self> {
        let database = dynoxide::Database::memory()?;
        for table in [log(EVENTS_TABLE), catalogue(), log(FEED_TABLE)] {
            database.create_table(serde_json::from_value(table)?)?;
        }
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(dynoxide::server::serve_on(listener, database));
        Ok(Self { address })
    }

    /// Lets the catalogue list `count` streams, and gives what the last of them took.
    pub(crate) async fn list(&self, count: usize) -> Result<Consumed> {
        let catalogue = CatalogueTable::new(self.client(), CATALOGUE_TABLE);
        let feed = Incarnation::from(Uuid::new_v4());
        let mut last = Consumed::default();
        for _ in 0..count {
            let meter = Meter::default();
            let mut stream = Stream {
                stream_id: Uuid::new_v4().into(),
                stream_type: "order".parse()?,
                revision: 1.try_into()?,
                updated_at: Timestamp::now(),
            };
            catalogue.bring_forward(&stream, feed).await?;
            stream.revision = 2.try_into()?;
            stream.updated_at = Timestamp::now();
            catalogue
                .metered(meter.clone())
                .bring_forward(&stream, feed)
                .await?;
            last = meter.consumed();
        }
        Ok(last)
    }

    fn client(&self) -> Client {
        let shared = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .region(Region::from_static("eu-central-1"))
            .endpoint_url(format!("http://{}", self.address))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "test", "test", None, None, "bench",
            )))
            .build();
        Client::from_conf(dynamo::configuration(&shared).build())
    }
}

fn log(name: &str) -> serde_json::Value {
    json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "N"},
        ],
        "KeySchema": [
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
    })
}

fn catalogue() -> serde_json::Value {
    json!({
        "TableName": CATALOGUE_TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "shard", "AttributeType": "S"},
            {"AttributeName": "position", "AttributeType": "S"},
        ],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "GlobalSecondaryIndexes": [{
            "IndexName": "byUpdate",
            "KeySchema": [
                {"AttributeName": "shard", "KeyType": "HASH"},
                {"AttributeName": "position", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }],
    })
}
