//! A DynamoDB that answers at once, without a socket.

use std::collections::HashMap;
use std::sync::Arc;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use event_store_bench::StreamCalls;
use event_store_bench::call::PAYLOAD_BYTES;
use event_store_function::dynamo::{self, CatalogueTable, Client, EventsTable, FeedTable};
use event_store_function::http::{Store, router};
use serde_json::{Value, json};
use uuid::{Uuid, uuid};

use super::sdk::SdkShare;

/// The answer to each operation of DynamoDB.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dynamo {
    answers: Arc<HashMap<&'static str, Answer>>,
}

/// A response.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    status: u16,
    body: String,
}

impl Answer {
    /// The answer to a put that was written.
    pub(crate) fn written() -> Self {
        Self::ok(&json!({"ConsumedCapacity": {"TableName": "events", "CapacityUnits": 1.0}}))
    }

    /// The answer to a put that was refused because of this commit.
    pub(crate) fn refused(there: &Value) -> Self {
        Self {
            status: 400,
            body: json!({
                "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
                "message": "The conditional request failed",
                "Item": there,
            })
            .to_string(),
        }
    }

    /// The answer to a query: these items, and no more.
    pub(crate) fn items(items: &[Value]) -> Self {
        Self::ok(&json!({
            "Count": items.len(),
            "ScannedCount": items.len(),
            "Items": items,
            "ConsumedCapacity": {"TableName": "events", "CapacityUnits": 1.0},
        }))
    }

    fn ok(body: &Value) -> Self {
        Self {
            status: 200,
            body: body.to_string(),
        }
    }
}

impl Dynamo {
    /// Answers the named operations.
    pub(crate) fn answering(answers: impl IntoIterator<Item = (&'static str, Answer)>) -> Self {
        Self {
            answers: Arc::new(answers.into_iter().collect()),
        }
    }

    /// The API on this database, with the share of the SDK recorded.
    pub(crate) fn api(self, share: SdkShare) -> axum::Router {
        let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "bench");
        let shared = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::from_static("eu-central-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(self)
            .build();
        let client = Client::from_conf(dynamo::configuration(&shared).interceptor(share).build());
        let store = Store::new(
            EventsTable::new(client.clone(), "events"),
            CatalogueTable::new(client.clone(), "catalogue"),
            FeedTable::new(client, "feed"),
        );
        router(store.measured_as("events"))
    }
}

impl HttpClient for Dynamo {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Dynamo {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default();
        let (status, body) = match (self.answers.get(operation), asked_about(&request)) {
            (None, _) => (500, String::new()),
            // The store rejects a commit of a stream for which it has not asked.
            (Some(answer), Some(stream)) => (answer.status, answer.body.replace(STREAM, stream)),
            (Some(answer), None) => (answer.status, answer.body.clone()),
        };
        let status = StatusCode::try_from(status).unwrap_or_else(|_| unreachable!("they are statuses"));
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
    }
}

/// The stream that a request names, unless it is the one whose commits are answered.
fn asked_about(request: &HttpRequest) -> Option<&str> {
    let text = std::str::from_utf8(request.body().bytes()?).ok()?;
    let begin = text.find("\"order/")? + 1;
    let stream = text.get(begin..begin + STREAM.len())?;
    (stream != STREAM).then_some(stream)
}

/// The stream whose commits are answered.
const STREAM: &str = "order/2886e475-d5cc-40f7-aec5-401071388b3c";

/// The calls about that stream.
pub(crate) fn stream() -> StreamCalls {
    StreamCalls::of(uuid!("2886e475-d5cc-40f7-aec5-401071388b3c"))
}

/// A commit of `count` events, the first of them at `first`, as an item of the events table.
pub(crate) fn commit(first: usize, count: usize) -> Value {
    let event = || {
        json!({"M": {
            "id": {"S": Uuid::now_v7()},
            "type": {"S": "changed"},
            "payload": {"S": format!("\"{}\"", "x".repeat(PAYLOAD_BYTES - 2))},
        }})
    };
    let events: Vec<Value> = std::iter::repeat_with(event).take(count).collect();
    json!({
        "pk": {"S": STREAM},
        "sk": {"N": first.to_string()},
        "last": {"N": (first + count - 1).to_string()},
        "createdAt": {"S": MOMENT},
        "events": {"L": events},
    })
}

/// A stream as an item of the catalogue.
pub(crate) fn listed() -> Value {
    let id = Uuid::new_v4();
    json!({
        "pk": {"S": format!("order/{id}")},
        "revision": {"N": "18"},
        "updatedAt": {"S": MOMENT},
        "shard": {"S": "order#0"},
        "position": {"S": format!("{MOMENT}#{id}")},
    })
}

const MOMENT: &str = "2025-01-25T10:11:12.000000Z";
