//! The service as its callers see it.

use std::fmt::Write as _;

use event_store_client::decider::Executor;
use event_store_client::testing::{Fault, Faults, InMemoryStore};
use event_store_client::{Category, Client, RetryPolicy};
use futures::TryStreamExt;
use tokio::net::TcpListener;

use crate::http;
use crate::order::{OrderEvent, Orders};

const TRACE_PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// The service on a port of its own, and its store.
struct Service {
    address: String,
    orders: Category<OrderEvent>,
    callers: reqwest::Client,
}

impl Service {
    async fn start(client: Client) -> Self {
        // Another test may have chosen before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let orders = Category::new(client, "order".parse().unwrap());
        let executor = Executor::new(orders.clone(), Orders).cached(10);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, http::router(executor)).await });
        Self {
            address,
            orders,
            callers: reqwest::Client::new(),
        }
    }

    /// Asks for `path`, with a body if there is one, and tells what was answered.
    async fn ask(&self, path: &str, body: Option<&'static str>) -> String {
        let url = format!("{}/orders/{path}", self.address);
        let request = match body {
            None => self.callers.get(url),
            Some(body) => self
                .callers
                .post(url)
                .header("content-type", "application/json")
                .header("x-correlation-id", "conversation-7")
                .header("traceparent", TRACE_PARENT)
                .body(body),
        };
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        format!("{status} {}", answer.text().await.unwrap())
            .trim_end()
            .to_owned()
    }
}

#[tokio::test]
async fn an_order_is_placed_and_paid_and_what_cannot_be_is_refused() {
    let service = Service::start(InMemoryStore::new().client()).await;
    let mut told = String::new();
    for (path, body) in [
        ("A-1", None),
        (
            "A-1/pay",
            Some(r#"{"payment":"00000000-0000-0000-0000-000000000001","amount":1}"#),
        ),
        ("A-1/place", Some(r#"{"total":42}"#)),
        ("A-1/place", Some(r#"{"total":42}"#)),
        ("A-1/place", Some(r#"{"total":43}"#)),
        (
            "A-1/pay",
            Some(r#"{"payment":"00000000-0000-0000-0000-000000000002","amount":50}"#),
        ),
        (
            "A-1/pay",
            Some(r#"{"payment":"00000000-0000-0000-0000-000000000003","amount":20}"#),
        ),
        (
            "A-1/pay",
            Some(r#"{"payment":"00000000-0000-0000-0000-000000000003","amount":20}"#),
        ),
        (
            "A-1/pay",
            Some(r#"{"payment":"00000000-0000-0000-0000-000000000004","amount":22}"#),
        ),
        (
            "A-1/pay",
            Some(r#"{"payment":"00000000-0000-0000-0000-000000000004","amount":22}"#),
        ),
        ("A-1/cancel", Some("")),
        ("A-1", None),
        ("A-2", None),
    ] {
        let answer = service.ask(path, body).await;
        writeln!(told, "{path} {} -> {answer}", body.unwrap_or_default()).unwrap();
    }
    insta::assert_snapshot!(told, @r#"
    A-1  -> 404 there is no such order
    A-1/pay {"payment":"00000000-0000-0000-0000-000000000001","amount":1} -> 404 there is no such order
    A-1/place {"total":42} -> 200 {"status":"placed","total":42,"paid":0,"revision":1}
    A-1/place {"total":42} -> 200 {"status":"placed","total":42,"paid":0,"revision":1}
    A-1/place {"total":43} -> 409 the order is for `42` already
    A-1/pay {"payment":"00000000-0000-0000-0000-000000000002","amount":50} -> 409 only `42` is due
    A-1/pay {"payment":"00000000-0000-0000-0000-000000000003","amount":20} -> 200 {"status":"placed","total":42,"paid":20,"revision":2}
    A-1/pay {"payment":"00000000-0000-0000-0000-000000000003","amount":20} -> 200 {"status":"placed","total":42,"paid":20,"revision":2}
    A-1/pay {"payment":"00000000-0000-0000-0000-000000000004","amount":22} -> 200 {"status":"paid","total":42,"paid":42,"revision":3}
    A-1/pay {"payment":"00000000-0000-0000-0000-000000000004","amount":22} -> 200 {"status":"paid","total":42,"paid":42,"revision":3}
    A-1/cancel  -> 409 the order is `Paid`
    A-1  -> 200 {"status":"paid","total":42,"paid":42,"revision":3}
    A-2  -> 404 there is no such order
    "#);

    let events = service.orders.events(service.orders.id_of("A-1")).into_stream();
    let events: Vec<_> = events.try_collect().await.unwrap();
    assert_eq!(events.len(), 3);
    for recorded in events {
        let provenance = recorded.event.provenance();
        assert_eq!(provenance.correlation_id.as_deref(), Some("conversation-7"));
        assert_eq!(provenance.trace_parent.unwrap().as_str(), TRACE_PARENT);
    }
}

#[tokio::test]
async fn a_store_that_is_away_is_told_without_its_words() {
    let store = InMemoryStore::new();
    let faults = Faults::before(store.clone());
    let client = store
        .client_builder()
        .transport(faults.clone())
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let service = Service::start(client).await;
    faults.next([Fault::Unreachable]);
    assert_eq!(service.ask("A-1/place", Some(r#"{"total":42}"#)).await, "503");
    assert_eq!(
        service.ask("A-1/place", Some(r#"{"total":42}"#)).await,
        r#"200 {"status":"placed","total":42,"paid":0,"revision":1}"#
    );
}
