//! A feed that cannot be read: nothing is passed over, and an operator learns of it, by a line of the log that names the item, and by the
//! metric that an alarm watches.

use event_store_function::telemetry::{self, Metric};

use super::*;
use crate::binary::request;
use crate::support::{Database, FEED_TABLE, Process};

/// Reads the feed through the API's program, which must fail, and gives what it logs of the request and what it measures.
async fn failed_reading(database: &Database) -> (Value, Value) {
    let mut process = Process::start(database.address, &[("PORT", "0")]);
    let serving = process.line_with("address").await;
    let answer = request(serving["address"].as_str().unwrap(), "GET", "/feed", "").await;
    assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
    let line = process.line_with("status").await;
    (line, process.line_with("_aws").await)
}

fn assert_measured(measured: &Value) {
    let declared = &measured["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(
        (&declared["Namespace"], &declared["Dimensions"]),
        (&json!(telemetry::NAMESPACE), &json!([[telemetry::DIMENSION]]))
    );
    let name = Metric::FeedFaults.name();
    let metrics = declared["Metrics"].as_array().unwrap();
    assert!(
        metrics.contains(&json!({"Name": name, "Unit": "Count"})),
        "{measured}"
    );
    assert_eq!(
        (&measured[telemetry::DIMENSION], &measured[name]),
        (&json!("events"), &json!(1.0))
    );
}

#[tokio::test]
async fn a_page_that_is_none_is_named_and_measured() {
    let database = Database::start().await;
    database.feed().begin(a_feed()).await.unwrap();
    let lane = format!("{}/0", a_feed());
    let request = json!({
        "TableName": FEED_TABLE,
        "Item": {"pk": {"S": lane}, "sk": {"N": "1"}, "writer": {"S": Uuid::nil()}, "entries": {"S": "?"}},
    });
    let put = database
        .dynamodb
        .answer("PutItem", request.to_string().as_bytes());
    assert_eq!(put.status, 200, "{}", put.body);
    let (logged, measured) = failed_reading(&database).await;
    let error = logged["error"].as_str().unwrap();
    assert!(
        error.contains(&format!("`entries` of the item `{lane} 1`")),
        "{error}"
    );
    assert_measured(&measured);
}

#[tokio::test]
async fn a_page_that_names_what_the_log_does_not_hold_is_measured_with_the_commit() {
    let database = Database::start().await;
    let stream = format!("order/{}", Uuid::nil());
    let types = vec!["placed".parse().unwrap()];
    let entry = Entry::commit(stream.parse().unwrap(), 7.try_into().unwrap(), types).unwrap();
    let page = Page {
        writer: Writer::from(Uuid::nil()),
        entries: vec![entry],
    };
    let feed = database.feed();
    feed.begin(a_feed()).await.unwrap();
    feed.put_page(a_feed(), PageNumber::FIRST, &page).await.unwrap();
    let (logged, measured) = failed_reading(&database).await;
    let error = logged["error"].as_str().unwrap();
    assert!(
        error.contains(&format!("revision `7` of stream `{stream}`")),
        "{error}"
    );
    assert_measured(&measured);
}

#[tokio::test]
async fn what_cannot_be_read_fails_and_nothing_is_passed_over() {
    let api = Api::start().await;
    let (order, entries) = stream(&api, "order", &[1, 1]).await;
    // The log has two events, and the feed says three.
    put(&api, [vec![entries[0].clone()], vec![range(&order, 2, 3)]]).await;
    let first = api.get("/feed?limit=2").await;
    assert_eq!(events(&first), expected("order", 1..=2));
    let after = next(&first);
    for _ in 0..2 {
        let failed = api.get(&format!("/feed?after={after}")).await;
        assert_eq!(
            (failed.status.as_u16(), failed.json()["type"].clone()),
            (500, "internal".into())
        );
    }
    // Neither is a page that is none.
    let lane = format!("{}/0", a_feed());
    let item = json!({"pk": {"S": lane}, "sk": {"N": "3"}, "writer": {"S": "?"}, "entries": {"S": "?"}});
    let request = json!({
        "TableName": FEED_TABLE,
        "Item": item,
        "ConditionExpression": "attribute_not_exists(pk)",
    });
    let answer = api
        .database
        .dynamodb
        .answer("PutItem", request.to_string().as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.body);
    let failed = api
        .get(&format!("/feed?after={}", at(a_feed(), 3, 0, None)))
        .await;
    assert_eq!(failed.status, 500);
}
