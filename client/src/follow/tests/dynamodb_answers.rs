//! Answers of DynamoDB's that a database in process does not give.

use std::sync::{Arc, Mutex};

use event_store_types::Notification;
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::super::dynamodb::DynamoDb;
use super::super::{Reason, StreamError};
use super::dynamodb::{Orders, checkpoints, client};
use super::scripted::Store;
use super::{Projected, Projector};

/// A database that keeps nothing: there never is a checkpoint before the first commit that is written.
struct Database {
    /// What is answered to commits, in that order; afterwards they are written.
    answers: Vec<ResponseTemplate>,
    revision: Option<String>,
    /// The operation of each call, and for a commit the number of its writes.
    calls: Vec<(String, usize)>,
}

#[derive(Clone)]
struct Shared(Arc<Mutex<Database>>);

impl Respond for Shared {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let target = request.headers["x-amz-target"].to_str().unwrap();
        let operation = target.rsplit('.').next().unwrap().to_owned();
        let call: Value = request.body_json().unwrap();
        let mut database = self.0.lock().unwrap();
        let writes = call["TransactItems"].as_array().map_or(0, Vec::len);
        database.calls.push((operation.clone(), writes));
        if operation == "GetItem" {
            assert_eq!(call["ConsistentRead"], true);
            let item = database
                .revision
                .clone()
                .map(|revision| json!({"revision": {"N": revision}}));
            let body = item.map_or(json!({}), |item| json!({ "Item": item }));
            return ResponseTemplate::new(200).set_body_json(body);
        }
        if !database.answers.is_empty() {
            return database.answers.remove(0);
        }
        let put = if writes > 0 {
            &call["TransactItems"][0]["Put"]
        } else {
            &call
        };
        assert!(put["ConditionExpression"].is_string(), "{call}");
        database.revision = Some(put["Item"]["revision"]["N"].as_str().unwrap().to_owned());
        ResponseTemplate::new(200).set_body_json(json!({}))
    }
}

/// Projects events of these types, with commits answered so, and tells the calls.
async fn project(
    event_types: &[&str],
    answers: Vec<ResponseTemplate>,
) -> (Result<Projected, StreamError>, Vec<(String, usize)>) {
    let database = Shared(Arc::new(Mutex::new(Database {
        answers,
        revision: None,
        calls: Vec::new(),
    })));
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(database.clone())
        .mount(&server)
        .await;
    let store = Store::default();
    let announced: Vec<Notification> = event_types.iter().map(|name| store.append(1, name)).collect();
    let model = DynamoDb::new(client(server.uri()), checkpoints());
    let projector = Projector::new(store, Orders, model);
    let projected = projector.catch_up(announced.last().unwrap()).await;
    let calls = database.0.lock().unwrap().calls.clone();
    (projected, calls)
}

fn cancelled(reasons: &[&str]) -> ResponseTemplate {
    let reasons: Vec<Value> = reasons.iter().map(|code| json!({"Code": code})).collect();
    refused(
        "TransactionCanceledException",
        &json!({ "CancellationReasons": reasons }),
    )
}

fn refused(code: &str, more: &Value) -> ResponseTemplate {
    let mut body = json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "no"});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    ResponseTemplate::new(400).set_body_json(body)
}

fn names(calls: &[(String, usize)]) -> Vec<&str> {
    calls.iter().map(|(name, _)| name.as_str()).collect()
}

#[tokio::test]
async fn a_checkpoint_alone_is_one_put_and_with_rows_one_transaction() {
    let (projected, calls) = project(&["viewed", "viewed"], Vec::new()).await;
    assert_eq!(projected.unwrap().applied, 2);
    assert_eq!(names(&calls), ["GetItem", "PutItem"]);
    let (projected, calls) = project(&["viewed", "row", "row"], Vec::new()).await;
    assert_eq!(projected.unwrap().applied, 3);
    assert_eq!(names(&calls), ["GetItem", "TransactWriteItems"]);
    assert_eq!(calls[1].1, 3);
}

#[tokio::test]
async fn an_item_that_another_transaction_holds_is_tried_again() {
    for answer in [
        cancelled(&["TransactionConflict", "None"]),
        cancelled(&["None", "TransactionConflict"]),
        cancelled(&["ConditionalCheckFailed", "None"]),
        cancelled(&["ConditionalCheckFailed", "ThrottlingError"]),
    ] {
        let (projected, calls) = project(&["row"], vec![answer]).await;
        assert_eq!(projected.unwrap().applied, 1);
        assert_eq!(
            names(&calls),
            ["GetItem", "TransactWriteItems", "GetItem", "TransactWriteItems"]
        );
    }
    for code in ["TransactionConflictException", "ConditionalCheckFailedException"] {
        let (projected, calls) = project(&["viewed"], vec![refused(code, &json!({}))]).await;
        assert_eq!(projected.unwrap().applied, 1);
        assert_eq!(names(&calls), ["GetItem", "PutItem", "GetItem", "PutItem"]);
    }
}

#[tokio::test]
async fn what_is_too_large_together_is_committed_in_parts_and_named_when_it_is_too_large_alone() {
    let too_large = || refused("ValidationException", &json!({}));
    for (types, answer) in [
        (["row"; 4], too_large()),
        (["row"; 4], cancelled(&["None", "ValidationError"])),
        (["viewed"; 4], too_large()),
    ] {
        let (projected, calls) = project(&types, vec![answer]).await;
        assert_eq!(projected.unwrap().applied, 4);
        assert_eq!(
            calls.iter().filter(|(name, _)| name != "GetItem").count(),
            3,
            "four, two, two"
        );
    }
    let (projected, _) = project(&["row", "row"], vec![too_large(), too_large()]).await;
    assert!(matches!(projected.unwrap_err().reason, Reason::NotCommitted(_)));
}

#[tokio::test]
async fn a_commit_that_fails_is_an_error_and_not_tried_as_if_somebody_were_faster() {
    for answer in [
        cancelled(&["None", "ThrottlingError"]),
        cancelled(&["None", "ConditionalCheckFailed"]),
        refused("ProvisionedThroughputExceededException", &json!({})),
        ResponseTemplate::new(500),
    ] {
        let (projected, calls) = project(&["row"], vec![answer]).await;
        assert!(matches!(projected.unwrap_err().reason, Reason::NotCommitted(_)));
        assert_eq!(names(&calls), ["GetItem", "TransactWriteItems"]);
    }
}
