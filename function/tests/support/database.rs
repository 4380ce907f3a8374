//! DynamoDB for the SDK and for processes: served on loopback, with a witness before it.

use std::net::SocketAddr;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use event_store_function::store::dynamo::{self, CatalogueTable, EventsTable};
use tokio::net::TcpListener;

use super::{CATALOGUE_TABLE, DynamoDb, EVENTS_TABLE, Witness};

/// Both tables, empty, in a DynamoDB of their own.
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
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let witness = Witness::default();
        let dynamodb = DynamoDb::with_tables();
        let served = served(dynamodb.clone(), witness.clone(), delay);
        tokio::spawn(async move { axum::serve(listener, served).await });
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

fn served(database: DynamoDb, witness: Witness, delay: Duration) -> Router {
    Router::new().fallback(move |headers: HeaderMap, request: Bytes| async move {
        let target = headers["x-amz-target"].to_str().unwrap();
        let operation = target.rsplit('.').next().unwrap();
        let answer = match witness.admit(operation, &request) {
            Ok(()) => database.answer(operation, &request),
            Err(refusal) => refusal,
        };
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let status = StatusCode::from_u16(answer.status).unwrap();
        let response: Response = (
            status,
            [(CONTENT_TYPE, "application/x-amz-json-1.0")],
            answer.body,
        )
            .into_response();
        response
    })
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
        .region(Region::from_static("eu-central-1"))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "test", "test", None, None, "tests",
        )))
        .build()
}
