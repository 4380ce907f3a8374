//! Examples of the client's library, run as programs against the API in this process.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use event_store_client::Client;
use event_store_client::types::{Event, ExpectedRevision, NewEvent, StreamId, StreamType};
use event_store_function::local::Embedded;
use futures::TryStreamExt as _;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::Command;

/// A store on its own port, and its address.
async fn serve() -> (Embedded, String) {
    let store = Embedded::in_memory().await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = store.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (store, address)
}

#[tokio::test]
async fn the_program_that_the_readme_begins_with_appends_projects_and_queries() {
    let program = include_str!("../../client/examples/first_steps/main.rs");
    let readme = include_str!("../../client/README.md");
    assert!(
        readme.contains(&format!("```rust\n{program}```")),
        "the README shows the program as it is"
    );

    let (store, address) = serve().await;
    let output = Command::new(env!("CARGO_BIN_EXE_first-steps-under-test"))
        .env("EVENT_STORE_URL", &address)
        .output()
        .await
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        told.starts_with("order ") && told.ends_with(": 2 due\n"),
        "{told}"
    );
    assert_eq!(told.lines().count(), 1);
    store.end().await;
}

#[tokio::test]
async fn a_process_manager_that_is_killed_again_and_again_does_everything_once() {
    const ORDERS: usize = 40;
    let (store, address) = serve().await;
    let client = Client::builder(&address).build().unwrap();
    let (order, stock): (StreamType, StreamType) = ("order".parse().unwrap(), "stock".parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let manager = || {
        Command::new(env!("CARGO_BIN_EXE_order-fulfilment-under-test"))
            .env("EVENT_STORE_URL", &address)
            .env("CHECKPOINTS", folder.path().join("kept"))
            .kill_on_drop(true)
            .spawn()
            .unwrap()
    };
    // The stock of each of the two items is enough for ten of its twenty orders.
    for item in ["tea", "milk"] {
        let id = StreamId::from_name(&stock, item);
        let received = event("goods-received", &json!({"quantity": 20}));
        client
            .append(&stock, id, ExpectedRevision::NoStream, received)
            .await
            .unwrap();
    }
    let mut kills = 0;
    for number in 0..ORDERS {
        let item = if number % 2 == 0 { "tea" } else { "milk" };
        let placed = event("order-placed", &json!({"item": item, "quantity": 2}));
        let id = StreamId::from_name(&order, &number.to_string());
        client
            .append(&order, id, ExpectedRevision::NoStream, placed)
            .await
            .unwrap();
        if number % 4 == 0 {
            let mut process = manager();
            // Long enough to start, too short to finish.
            tokio::time::sleep(Duration::from_millis(60 + 13 * number as u64 % 90)).await;
            process.kill().await.unwrap();
            kills += 1;
        }
    }
    assert_eq!(kills, 10);
    let _last = manager();
    let closed = async {
        loop {
            let mut closed = BTreeMap::<String, usize>::new();
            for number in 0..ORDERS {
                let id = StreamId::from_name(&order, &number.to_string());
                let events = history(&client, &order, id).await;
                assert!(events.len() <= 2, "an order is closed once: {events:?}");
                if let [_, last] = &events[..] {
                    assert!(last.provenance().causation_id.is_some());
                    *closed.entry(last.event_type.to_string()).or_default() += 1;
                }
            }
            if closed.values().sum::<usize>() == ORDERS {
                return closed;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let closed = tokio::time::timeout(Duration::from_mins(2), closed)
        .await
        .unwrap();
    assert_eq!(
        closed,
        BTreeMap::from([("order-cancelled".into(), 20), ("order-confirmed".into(), 20)])
    );
    for item in ["tea", "milk"] {
        let events = history(&client, &stock, StreamId::from_name(&stock, item)).await;
        let of = |name: &str| {
            events
                .iter()
                .filter(|event| event.event_type.as_str() == name)
                .count()
        };
        assert_eq!(
            (events.len(), of("goods-reserved"), of("goods-lacking")),
            (21, 10, 10),
            "{item}"
        );
    }
    assert!(Path::new(&folder.path().join("kept/fulfilment.json")).exists());
    store.end().await;
}

#[tokio::test]
async fn a_trace_goes_from_a_request_through_an_event_to_what_reacts_to_it() {
    let (store, address) = serve().await;
    let output = Command::new(env!("CARGO_BIN_EXE_traced-under-test"))
        .env("EVENT_STORE_URL", &address)
        .output()
        .await
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let told = String::from_utf8(output.stdout).unwrap();
    // The trace, the span, and its parent span.
    let spans: Vec<(&str, &str, &str)> = told
        .lines()
        .map(|line| {
            let (trace, line) = line.split_once(' ').unwrap();
            let (span, parent) = line.split_once(" in ").unwrap();
            (trace, span.trim(), parent)
        })
        .collect();
    let of = |name: &str| spans.iter().find(|(_, span, _)| *span == name).copied();
    let (trace, _, parent) = of("order").expect(&told);
    assert_eq!((trace.len(), parent), (32, "-"), "{told}");
    assert_eq!(
        of("send invoice"),
        Some((trace, "send invoice", "order")),
        "{told}"
    );
    assert!(spans.contains(&(trace, "request", "order")), "{told}");
    store.end().await;
}

fn event(event_type: &str, payload: &Value) -> NewEvent {
    NewEvent::of(event_type.parse().unwrap(), payload).unwrap()
}

async fn history(client: &Client, stream_type: &StreamType, id: StreamId) -> Vec<Event> {
    client
        .events(stream_type, id)
        .into_stream()
        .try_collect()
        .await
        .unwrap()
}
