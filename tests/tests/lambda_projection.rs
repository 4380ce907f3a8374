//! The client's example `lambda_projection`, run as a program: between a scripted Lambda runtime, the API in this process, and a
//! DynamoDB in this process.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, SystemTime};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use event_store_client::Client;
use event_store_client::types::{ExpectedRevision, NewEvent, StreamId, StreamType};
use event_store_function::local::Embedded;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::Command;
use wiremock::matchers::{path, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

#[tokio::test]
async fn a_batch_is_brought_into_the_read_model_and_only_what_is_malformed_comes_again() {
    let store = Embedded::in_memory().await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = store.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let client = Client::builder(&address).build().unwrap();
    let paid = append(&client, "A-1", &[("placed", 100), ("paid-in", 100)]).await;
    let placed = append(&client, "A-2", &[("placed", 7)]).await;
    let (database, rows) = database().await;

    // The queue's messages come late and twice, and in both forms; one belongs to another application.
    let enveloped = json!({"Type": "Notification", "Message": body(placed, 1)}).to_string();
    let messages = [
        ("1", body(paid, 2)),
        ("2", body(paid, 1)),
        ("3", "not a notification".into()),
        ("4", enveloped.clone()),
        ("5", enveloped),
    ];
    let runtime = runtime(&messages).await;
    let told = run(&runtime, &address, &database).await;
    assert_eq!(told, json!({"batchItemFailures": [{"itemIdentifier": "3"}]}));

    assert_eq!(
        row(&rows, format!("order#{paid}"), ["status", "due"]).await,
        ["paid", "0"]
    );
    assert_eq!(
        row(&rows, format!("order#{placed}"), ["status", "due"]).await,
        ["placed", "7"]
    );
    assert_eq!(row(&rows, "all".into(), ["placed", "paid"]).await, ["107", "100"]);
    store.end().await;
}

#[tokio::test]
async fn a_variable_that_is_not_set_is_named() {
    let output = Command::new(env!("CARGO_BIN_EXE_lambda-projection-under-test"))
        .env_remove("EVENT_STORE_URL")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_REGION", "eu-central-1")
        .output()
        .await
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(
        told.contains("`EVENT_STORE_URL`: environment variable not found"),
        "{told}"
    );
}

/// Appends events, each with an amount in cents, to a new stream.
async fn append(client: &Client, number: &str, events: &[(&str, u64)]) -> StreamId {
    let order: StreamType = "order".parse().unwrap();
    let id = StreamId::from_name(&order, number);
    let events: Vec<NewEvent> = events
        .iter()
        .map(|(event_type, cents)| {
            let payload = json!({"total": cents, "amount": cents});
            NewEvent::of(event_type.parse().unwrap(), &payload).unwrap()
        })
        .collect();
    client
        .append(&order, id, ExpectedRevision::NoStream, events)
        .await
        .unwrap();
    id
}

fn body(stream: StreamId, revision: u64) -> String {
    json!({"StreamId": stream, "StreamType": "order", "StreamRevision": revision.to_string()}).to_string()
}

/// Two attributes of a row, as text.
async fn row(rows: &aws_sdk_dynamodb::Client, key: String, attributes: [&str; 2]) -> [String; 2] {
    let asked = rows
        .get_item()
        .table_name("orders")
        .key("pk", AttributeValue::S(key));
    let found = asked.send().await.unwrap().item.unwrap();
    attributes.map(|name| match &found[name] {
        AttributeValue::S(text) | AttributeValue::N(text) => text.clone(),
        other => panic!("{name} is {other:?}"),
    })
}

/// A database with the table `orders`: its address, and a client of it.
async fn database() -> (String, aws_sdk_dynamodb::Client) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(dynoxide::server::serve_on(
        listener,
        dynoxide::Database::memory().unwrap(),
    ));
    let credentials = Credentials::new("test", "test", None, None, "test");
    let configuration = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new("eu-central-1"))
        .endpoint_url(&address)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    let client = aws_sdk_dynamodb::Client::new(&configuration);
    let attribute = AttributeDefinition::builder()
        .attribute_name("pk")
        .attribute_type(ScalarAttributeType::S);
    let key = KeySchemaElement::builder()
        .attribute_name("pk")
        .key_type(KeyType::Hash);
    client
        .create_table()
        .table_name("orders")
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute.build().unwrap())
        .key_schema(key.build().unwrap())
        .send()
        .await
        .unwrap();
    (address, client)
}

/// A Lambda runtime with one invocation, about a queue's messages by their ids.
async fn runtime(messages: &[(&str, String)]) -> MockServer {
    let records = messages
        .iter()
        .map(|(id, body)| json!({"messageId": id, "body": body, "eventSource": "aws:sqs"}));
    let event = json!({"Records": records.collect::<Vec<_>>()});
    let deadline = SystemTime::now() + Duration::from_secs(30);
    let deadline = deadline
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_millis();
    let server = MockServer::start().await;
    let next = "/2018-06-01/runtime/invocation/next";
    let invocation = ResponseTemplate::new(200)
        .insert_header("lambda-runtime-aws-request-id", "request-1")
        .insert_header("lambda-runtime-deadline-ms", deadline.to_string())
        .insert_header(
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:1:function:orders",
        )
        .set_body_json(event);
    let once = Mock::given(path(next)).respond_with(invocation).up_to_n_times(1);
    once.mount(&server).await;
    let nothing_more = ResponseTemplate::new(200).set_delay(Duration::from_mins(1));
    Mock::given(path(next))
        .respond_with(nothing_more)
        .mount(&server)
        .await;
    Mock::given(path_regex(
        "^/2018-06-01/runtime/invocation/request-1/(response|error)$",
    ))
    .respond_with(ResponseTemplate::new(202))
    .mount(&server)
    .await;
    server
}

/// Runs the function until it has answered, and returns the answer.
async fn run(runtime: &MockServer, store: &str, database: &str) -> Value {
    let mut function = Command::new(env!("CARGO_BIN_EXE_lambda-projection-under-test"))
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", runtime.address().to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "orders")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "group")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
        .env("AWS_REGION", "eu-central-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_ENDPOINT_URL", database)
        .env("EVENT_STORE_URL", store)
        .env("TABLE", "orders")
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let answered = async {
        loop {
            let requests = runtime.received_requests().await.unwrap();
            if let Some(answer) = requests
                .iter()
                .find(|request| request.url.path().contains("request-1"))
            {
                assert!(answer.url.path().ends_with("/response"), "{answer:?}");
                return answer.body_json().unwrap();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let answer = tokio::time::timeout(Duration::from_secs(30), answered)
        .await
        .unwrap();
    function.kill().await.unwrap();
    answer
}
