//! The stores that claims are tested on.

use std::fmt;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response};
use bytes::Bytes;
use event_store_client::testing::{Faults, InMemoryStore};
use event_store_client::transport::{self, NoAnswer, Transport};
use event_store_client::{Client, RetryPolicy};
use event_store_function::local::Embedded;
use futures::future::BoxFuture;
use std::time::Duration;
use tower::ServiceExt as _;

/// A store whose answers can be lost on demand.
#[derive(Debug)]
pub struct Subject {
    /// A client of the store.
    pub client: Client,
    /// The faults between the client and the store.
    pub faults: Faults,
    /// Keeps the store's parts alive.
    _store: Option<Embedded>,
}

impl Subject {
    /// The in-memory store that the client library provides for tests.
    pub fn in_memory() -> Self {
        Self::behind(InMemoryStore::new(), None)
    }

    /// The API's own router and the relay, over a DynamoDB in this process.
    ///
    /// # Panics
    /// The database cannot be created.
    pub async fn embedded() -> Self {
        let store = Embedded::in_memory()
            .await
            .expect("a database can be made in memory");
        Self::behind(InProcess::to(store.router()), Some(store))
    }

    fn behind(transport: impl Transport + 'static, store: Option<Embedded>) -> Self {
        let faults = Faults::before(transport);
        let brief = RetryPolicy::default().first_pause(Duration::from_millis(1));
        let client = Client::builder("http://in-process.invalid")
            .transport(faults.clone())
            .retry(brief)
            .build()
            .expect("the base URL is one");
        Self {
            client,
            faults,
            _store: store,
        }
    }
}

/// Passes requests to a router in this process, instead of sending them.
pub struct InProcess(Router);

impl InProcess {
    /// Passes requests to `router`.
    pub fn to(router: Router) -> Self {
        Self(router)
    }
}

impl Transport for InProcess {
    fn send(&self, request: transport::Request) -> BoxFuture<'_, Result<Response<Bytes>, NoAnswer>> {
        let mut path = request.url.path().to_owned();
        if let Some(query) = request.url.query() {
            path.extend(["?", query]);
        }
        let mut sent = Request::builder().method(request.method).uri(path);
        if let Some(headers) = sent.headers_mut() {
            *headers = request.headers;
        }
        let sent = sent.body(Body::from(request.body));
        let router = self.0.clone();
        Box::pin(async move {
            let Ok(response) = router.oneshot(sent.map_err(NoAnswer::unsent)?).await;
            let (head, body) = response.into_parts();
            let body = to_bytes(body, usize::MAX).await.map_err(NoAnswer::lost)?;
            Ok(Response::from_parts(head, body))
        })
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("InProcess")
    }
}
