//! When the database does not answer as it should.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::Method;
use event_store_function::dynamo::{CatalogueTable, EventsTable, FeedTable};
use event_store_function::http::{Store, router};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{
    Answer, Api, CATALOGUE_TABLE, Database, EVENTS_TABLE, FEED_TABLE, client_for, json_request, send,
};

const EVENT_ID: &str = "0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10";
const EVENTS: &str = "/streams/order/2886e475-d5cc-40f7-aec5-401071388b3c/events";

fn api_on(address: SocketAddr) -> Router {
    let client = client_for(address);
    router(Store::new(
        EventsTable::new(client.clone(), EVENTS_TABLE),
        CatalogueTable::new(client.clone(), CATALOGUE_TABLE),
        FeedTable::new(client, FEED_TABLE),
    ))
}

async fn api_on_answer(answer: ResponseTemplate) -> (Router, MockServer) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    (api_on(*server.address()), server)
}

fn dynamo_error(status: u16, name: &str) -> ResponseTemplate {
    let body =
        json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{name}"), "message": "the secret cause"});
    ResponseTemplate::new(status).set_body_raw(body.to_string(), "application/x-amz-json-1.0")
}

async fn put(api: &Router, path: &str, event_id: Option<&str>) -> Answer {
    let mut event = json!({"eventType": "t", "payload": 1});
    if let Some(id) = event_id {
        event["eventId"] = id.into();
    }
    send(api, json_request(Method::PUT, path, json!({"event": event}))).await
}

fn told(answer: &Answer) -> (u16, Value, Option<&str>) {
    (
        answer.status.as_u16(),
        answer.json()["type"].clone(),
        answer.header("retry-after"),
    )
}

#[tokio::test]
async fn throttling_that_outlasts_the_retries_is_503_with_the_event_ids() {
    let (api, server) = api_on_answer(dynamo_error(400, "ProvisionedThroughputExceededException")).await;
    let answer = put(&api, &format!("{EVENTS}/1"), Some(EVENT_ID)).await;
    assert_eq!(told(&answer), (503, json!("throttled"), Some("1")));
    assert_eq!(answer.json()["details"], json!({"eventIds": [EVENT_ID]}));
    assert_eq!(server.received_requests().await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_failing_database_is_503() {
    let (api, _server) = api_on_answer(dynamo_error(500, "InternalServerError")).await;
    let answer = put(&api, &format!("{EVENTS}/1"), Some(EVENT_ID)).await;
    assert_eq!(told(&answer), (503, json!("store-unavailable"), Some("1")));
}

#[tokio::test]
async fn an_event_that_had_no_id_is_given_the_one_that_it_was_sent_with() {
    let (api, server) = api_on_answer(dynamo_error(500, "InternalServerError")).await;
    let answer = put(&api, &format!("{EVENTS}/1"), None).await;
    let id = answer.json()["details"]["eventIds"][0]
        .as_str()
        .unwrap()
        .to_owned();
    let sent = server.received_requests().await.unwrap();
    assert!(
        sent.iter()
            .all(|request| String::from_utf8_lossy(&request.body).contains(&id))
    );
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_503() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let api = api_on(address);
    assert_eq!(
        told(&put(&api, &format!("{EVENTS}/1"), None).await),
        (503, json!("store-unavailable"), Some("1"))
    );
    let read = send(&api, json_request(Method::GET, EVENTS, "")).await;
    assert_eq!(told(&read), (503, json!("store-unavailable"), Some("1")));
    assert_eq!(read.json()["details"], json!({}));
    let list = send(&api, json_request(Method::GET, "/streams/order", "")).await;
    assert_eq!(told(&list), (503, json!("store-unavailable"), Some("1")));
}

#[tokio::test]
async fn a_database_that_never_answers_is_503_in_time() {
    let (api, _server) = api_on_answer(ResponseTemplate::new(200).set_delay(Duration::from_mins(1))).await;
    let start = Instant::now();
    let answer = put(&api, &format!("{EVENTS}/1"), Some(EVENT_ID)).await;
    assert_eq!(told(&answer), (503, json!("store-unavailable"), Some("1")));
    assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_table_that_is_not_there_is_500_and_its_cause_is_not_told() {
    let (api, server) = api_on_answer(dynamo_error(400, "ResourceNotFoundException")).await;
    let answer = put(&api, &format!("{EVENTS}/1"), Some(EVENT_ID)).await;
    assert_eq!(told(&answer), (500, json!("internal"), None));
    assert!(!answer.text.contains("secret"), "{}", answer.text);
    assert_eq!(answer.json()["details"], json!({"eventIds": [EVENT_ID]}));
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_500() {
    for body in [r#"{"Items":[{"pk":{"S":"order/1"}}]}"#, r#"{"Items":7}"#] {
        let answer = ResponseTemplate::new(200).set_body_raw(body, "application/x-amz-json-1.0");
        let (api, _server) = api_on_answer(answer).await;
        let answer = send(&api, json_request(Method::GET, EVENTS, "")).await;
        assert!(answer.status.is_server_error(), "{body}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_acknowledged_once_it_is_retried() {
    let database = Database::start().await;
    let (address, lost) = losing_the_first_answer(database.address).await;
    let api = api_on(address);
    let answer = put(&api, &format!("{EVENTS}/1"), None).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("idempotency-replayed")),
        (201, Some("true"))
    );
    assert_eq!(lost.load(Ordering::SeqCst), 1);
    let page = send(&api, json_request(Method::GET, EVENTS, "")).await;
    assert_eq!(page.revisions(), [1]);
}

#[tokio::test]
async fn liveness_asks_no_database() {
    let api = Api::start().await;
    let answer = api.get("/liveness-check").await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["status"]),
        (200, &json!("ok"))
    );
    assert_eq!(api.database.witness.take(), Vec::<String>::new());
}

/// A way to the database on which the answer to the first request is lost, with the connection.
async fn losing_the_first_answer(database: SocketAddr) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let lost = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&lost);
    tokio::spawn(async move {
        while let Ok((caller, _)) = listener.accept().await {
            tokio::spawn(pass(caller, database, Arc::clone(&counter)));
        }
    });
    (address, lost)
}

async fn pass(caller: TcpStream, database: SocketAddr, lost: Arc<AtomicUsize>) {
    let (mut from_caller, mut to_caller) = caller.into_split();
    let (mut from_database, mut to_database) = TcpStream::connect(database).await.unwrap().into_split();
    let requests = tokio::spawn(async move { tokio::io::copy(&mut from_caller, &mut to_database).await });
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from_database.read(&mut bytes).await {
        if lost.fetch_max(1, Ordering::SeqCst) == 0 {
            break;
        }
        if to_caller.write_all(&bytes[..count]).await.is_err() {
            break;
        }
    }
    requests.abort();
}
