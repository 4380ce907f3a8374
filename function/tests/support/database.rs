//! DynamoDB for the SDK and for processes.

use std::net::SocketAddr;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use event_store_function::dynamo::{self, CatalogueTable, EventsTable, FeedTable};
use event_store_function::feed::Incarnation;
use uuid::Uuid;

use super::{CATALOGUE_TABLE, DynamoDb, EVENTS_TABLE, FEED_TABLE, Witness, serve};

/// All tables, empty, in a DynamoDB of their own.
pub(crate) struct Database {
    pub(crate) address: SocketAddr,
    pub(crate) dynamodb: DynamoDb,
    pub(crate) witness: Witness,
    pub(crate) client: Client,
}

impl Database {
    pub(crate) async fn start() -> Self {
        Self::answering_after(Duration::ZERO).await
    }

    /// A database that has done what it was asked for some time before it says so.
    pub(crate) async fn answering_after(delay: Duration) -> Self {
        let witness = Witness::default();
        let dynamodb = DynamoDb::with_tables();
        let address = serve(dynamodb.clone(), witness.clone(), delay).await;
        Self {
            address,
            dynamodb,
            witness,
            client: client_for(address),
        }
    }

    /// Throws the catalogue away, and leaves an empty one in its place.
    pub(crate) fn make_catalogue_anew(&self) {
        self.dynamodb.make_catalogue_anew();
    }

    pub(crate) fn events(&self) -> EventsTable {
        EventsTable::new(self.client.clone(), EVENTS_TABLE)
    }

    pub(crate) fn catalogue(&self) -> CatalogueTable {
        CatalogueTable::new(self.client.clone(), CATALOGUE_TABLE)
    }

    pub(crate) fn feed(&self) -> FeedTable {
        FeedTable::new(self.client.clone(), FEED_TABLE)
    }
}

/// A test that sent what the witness did not let pass fails, whatever else it found.
impl Drop for Database {
    fn drop(&mut self) {
        let refused = self.witness.take_refused();
        if !std::thread::panicking() {
            assert_eq!(refused, Vec::<String>::new(), "could have changed an event");
        }
    }
}

/// A feed to which what tests list belongs.
pub(crate) fn a_feed() -> Incarnation {
    Incarnation::from(Uuid::nil())
}

/// A client as in production, on whatever answers at `address`.
pub(crate) fn client_for(address: SocketAddr) -> Client {
    let endpoint = format!("http://{address}");
    Client::from_conf(dynamo::configuration(&environment(&endpoint)).build())
}

/// What the environment of a process says that has its DynamoDB at `endpoint`.
pub(crate) fn environment(endpoint: &str) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::from_static("eu-central-1"))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "test", "test", None, None, "tests",
        )))
        .build()
}
