//! The witness that stands before DynamoDB in each test: whether it lets nothing pass that could change an event.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, DeleteRequest, Put, PutRequest, TransactWriteItem, WriteRequest,
};

use crate::support::{Api, CATALOGUE_TABLE, Database, EVENTS_TABLE};

/// What the witness answers with.
const DENIED: Option<&str> = Some("AccessDeniedException");

fn key() -> [(String, AttributeValue); 2] {
    [
        ("pk".into(), AttributeValue::S("order/1".into())),
        ("sk".into(), AttributeValue::N("1".into())),
    ]
}

#[tokio::test]
async fn a_put_passes_only_on_the_condition_that_nothing_is_there() {
    let database = Database::start().await;
    let put = || {
        let put = database.client.put_item().table_name(EVENTS_TABLE);
        put.set_item(Some(key().into()))
    };
    for condition in [
        None,
        Some("attribute_not_exists(sk) OR attribute_exists(sk)"),
        Some("attribute_exists(pk)"),
    ] {
        let refused = put()
            .set_condition_expression(condition.map(Into::into))
            .send()
            .await;
        assert_eq!(refused.unwrap_err().code(), DENIED);
    }
    assert_eq!(database.witness.take_refused().len(), 3);
    put()
        .condition_expression("attribute_not_exists(pk)")
        .send()
        .await
        .unwrap();
    assert_eq!(database.witness.take_refused(), Vec::<String>::new());
}

#[tokio::test]
async fn nothing_that_updates_deletes_or_writes_in_bulk_passes() {
    let database = Database::start().await;
    let client = &database.client;
    let update = client
        .update_item()
        .table_name(EVENTS_TABLE)
        .set_key(Some(key().into()))
        .update_expression("REMOVE events");
    assert_eq!(update.send().await.unwrap_err().code(), DENIED);
    let delete = client
        .delete_item()
        .table_name(EVENTS_TABLE)
        .set_key(Some(key().into()));
    assert_eq!(delete.send().await.unwrap_err().code(), DENIED);
    let delete = client.delete_table().table_name(EVENTS_TABLE);
    assert_eq!(delete.send().await.unwrap_err().code(), DENIED);
    for write in [
        WriteRequest::builder().put_request(
            PutRequest::builder()
                .set_item(Some(key().into()))
                .build()
                .unwrap(),
        ),
        WriteRequest::builder().delete_request(
            DeleteRequest::builder()
                .set_key(Some(key().into()))
                .build()
                .unwrap(),
        ),
    ] {
        let batch = client.batch_write_item();
        let batch = batch.request_items(EVENTS_TABLE, vec![write.build()]);
        assert_eq!(batch.send().await.unwrap_err().code(), DENIED);
    }
    let put = Put::builder()
        .table_name(EVENTS_TABLE)
        .set_item(Some(key().into()))
        .condition_expression("attribute_not_exists(pk)");
    let delete = Delete::builder()
        .table_name(EVENTS_TABLE)
        .set_key(Some(key().into()));
    for item in [
        TransactWriteItem::builder().put(put.build().unwrap()),
        TransactWriteItem::builder().delete(delete.build().unwrap()),
    ] {
        let transaction = client.transact_write_items().transact_items(item.build());
        assert_eq!(transaction.send().await.unwrap_err().code(), DENIED);
    }
    let statement = client
        .execute_statement()
        .statement("DELETE FROM \"events\" WHERE pk = 'order/1' AND sk = 1");
    assert_eq!(statement.send().await.unwrap_err().code(), DENIED);
    let operations: Vec<String> = database
        .witness
        .take_refused()
        .iter()
        .map(|request| request.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(
        operations,
        [
            "UpdateItem",
            "DeleteItem",
            "DeleteTable",
            "BatchWriteItem",
            "BatchWriteItem",
            "TransactWriteItems",
            "TransactWriteItems",
            "ExecuteStatement"
        ]
    );
}

#[tokio::test]
async fn the_catalogue_may_be_changed_but_not_together_with_events() {
    let database = Database::start().await;
    let delete_from = |tables: &[&str]| {
        let key = DeleteRequest::builder().key("pk", AttributeValue::S("order/1".into()));
        let write = WriteRequest::builder()
            .delete_request(key.build().unwrap())
            .build();
        let requests = tables.iter().map(|table| ((*table).into(), vec![write.clone()]));
        let batch = database.client.batch_write_item();
        batch.set_request_items(Some(requests.collect())).send()
    };
    delete_from(&[CATALOGUE_TABLE]).await.unwrap();
    let refused = delete_from(&[CATALOGUE_TABLE, EVENTS_TABLE]).await;
    assert_eq!(refused.unwrap_err().code(), DENIED);
    assert_eq!(database.witness.take_refused().len(), 1);
    let delete = database.client.delete_item().table_name(CATALOGUE_TABLE);
    delete
        .key("pk", AttributeValue::S("order/1".into()))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
#[should_panic(expected = "could have changed an event")]
async fn a_test_that_tries_fails_even_if_it_does_not_look_at_the_answer() {
    let api = Api::start().await;
    let put = api.database.client.put_item().table_name(EVENTS_TABLE);
    let _ = put.set_item(Some(key().into())).send().await;
}
