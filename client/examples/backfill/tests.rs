//! A history is in the store once, however often and however far it was brought in.

use event_store_client::testing::{Fault, Faults, InMemoryStore};
use event_store_client::types::{ExpectedRevision, StreamId};

use super::*;

fn written(streams: usize, events: usize) -> Written {
    Written { streams, events }
}

async fn types(client: &Client, number: &str) -> Vec<String> {
    let order: StreamType = "order".parse().unwrap();
    let events = client.events(&order, StreamId::from_name(&order, number));
    let types = events
        .into_stream()
        .map_ok(|event| event.event_type.as_str().to_owned());
    types.try_collect().await.unwrap()
}

#[tokio::test]
async fn a_second_run_appends_nothing() {
    let client = InMemoryStore::new().client();
    assert_eq!(backfill(&client, SAMPLE).await.unwrap(), written(3, 7));
    assert_eq!(backfill(&client, SAMPLE).await.unwrap(), written(3, 0));
    assert_eq!(types(&client, "A-3").await, ["placed", "paid-in", "paid-in"]);
}

#[tokio::test]
async fn a_run_that_was_interrupted_is_continued_by_the_next() {
    let client = InMemoryStore::new().client();
    let beginning: Vec<&str> = SAMPLE.lines().take(3).collect();
    assert_eq!(
        backfill(&client, &beginning.join("\n")).await.unwrap(),
        written(2, 3)
    );
    assert_eq!(backfill(&client, SAMPLE).await.unwrap(), written(3, 4));
    assert_eq!(types(&client, "A-2").await, ["placed", "cancelled"]);
}

#[tokio::test]
async fn an_answer_that_is_lost_appends_nothing_twice() {
    let store = InMemoryStore::new();
    let faults = Faults::before(store.clone());
    let client = store.client_builder().transport(faults.clone()).build().unwrap();
    // The end of each of three streams is looked for, and then they are written.
    faults.pass(3);
    faults.next([Fault::AnswerLost, Fault::AnswerLost]);
    assert_eq!(backfill(&client, SAMPLE).await.unwrap(), written(3, 7));
    assert_eq!(store.take_notifications().len(), 7);
}

#[tokio::test]
async fn a_stream_that_others_write_to_is_not_touched() {
    let client = InMemoryStore::new().client();
    let order: StreamType = "order".parse().unwrap();
    let placed = NewEvent::of("placed".parse().unwrap(), &()).unwrap();
    let id = StreamId::from_name(&order, "A-1");
    client
        .append(&order, id, ExpectedRevision::NoStream, placed)
        .await
        .unwrap();
    let error = backfill(&client, SAMPLE).await.unwrap_err();
    assert!(error.to_string().ends_with("was it written to since?"), "{error}");
    assert_eq!(types(&client, "A-1").await, ["placed"]);
}

#[test]
fn a_line_that_cannot_be_read_is_named() {
    let history = format!("{}\n{{\"order\":\"A-1\"}}", SAMPLE.lines().next().unwrap());
    let error = histories(&history, &"order".parse().unwrap()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 2: missing field `type` at line 1 column 15"
    );
}
