//! DynamoDB over HTTP.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;

use super::{DynamoDb, Witness};

/// Serves `database` on loopback, with `witness` before it. What is asked is done `delay` before it is answered.
pub(crate) async fn serve(database: DynamoDb, witness: Witness, delay: Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answering = move |headers: HeaderMap, request: Bytes| async move {
        let target = headers["x-amz-target"].to_str().unwrap();
        let operation = target.rsplit('.').next().unwrap();
        let answer = match witness.admit(operation, &request) {
            Ok(()) => database.answer(operation, &request),
            Err(refusal) => refusal,
        };
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let status = StatusCode::from_u16(answer.status).unwrap();
        (
            status,
            [(CONTENT_TYPE, "application/x-amz-json-1.0")],
            answer.body,
        )
    };
    let router = Router::new().fallback(answering);
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}
