//! The API, called without a socket.

use std::fmt::Display;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use event_store_function::http::{Store, router};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{Database, contract};

/// The API on a database of its own.
pub(crate) struct Api {
    pub(crate) database: Database,
    pub(crate) router: Router,
}

/// What the API answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Api {
    pub(crate) async fn start() -> Self {
        let database = Database::start().await;
        let router = router(Store::new(
            database.events(),
            database.catalogue(),
            database.feed(),
        ));
        Self { database, router }
    }

    /// The same database behind a process that remembers nothing.
    pub(crate) fn restarted(&self) -> Router {
        router(Store::new(
            self.database.events(),
            self.database.catalogue(),
            self.database.feed(),
        ))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        get(&self.router, path).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Display) -> Answer {
        send(&self.router, json_request(Method::POST, path, body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: impl Display) -> Answer {
        send(&self.router, json_request(Method::PUT, path, body)).await
    }

    /// Creates a stream of type `order` that holds `count` events, each with its revision as its payload.
    pub(crate) async fn order_with(&self, count: u64) -> String {
        let created = self
            .post(
                "/streams/order",
                json!({"initialEvent": {"eventType": "placed", "payload": 1}}),
            )
            .await;
        assert_eq!(created.status, 201, "{}", created.text);
        let id = created.json()["stream"]["streamId"].as_str().unwrap().to_owned();
        for revision in 2..=count {
            let event = json!({"event": {"eventType": "changed", "payload": revision}});
            let appended = self
                .put(&format!("/streams/order/{id}/events/{revision}"), event)
                .await;
            assert_eq!(appended.status, 201, "{}", appended.text);
        }
        id
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The revisions of a page of events.
    pub(crate) fn revisions(&self) -> Vec<u64> {
        let page = self.json();
        let events = page["eventPage"]["events"].as_array().unwrap();
        events
            .iter()
            .map(|event| event["revision"].as_u64().unwrap())
            .collect()
    }
}

pub(crate) async fn get(router: &Router, path: &str) -> Answer {
    send(router, Request::get(path).body(Body::empty()).unwrap()).await
}

pub(crate) fn json_request(method: Method, path: &str, body: impl Display) -> Request<Body> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json");
    request.body(Body::from(body.to_string())).unwrap()
}

/// Sends a request, and holds the answer against the API's document.
pub(crate) async fn send(router: &Router, request: Request<Body>) -> Answer {
    let (method, path) = (request.method().clone(), request.uri().to_string());
    let (request, sent) = kept(request).await;
    let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    let answer = Answer {
        status: parts.status,
        headers: parts.headers,
        text: String::from_utf8(bytes.to_vec()).unwrap(),
    };
    contract::hold(&method, &path, &sent, &answer);
    answer
}

/// A request, and its body if that is there as a whole: one that is streamed stays so.
async fn kept(request: Request<Body>) -> (Request<Body>, Bytes) {
    if request.body().size_hint().exact().is_none() {
        return (request, Bytes::new());
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    (Request::from_parts(parts, Body::from(bytes.clone())), bytes)
}
