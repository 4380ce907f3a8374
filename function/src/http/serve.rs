//! Serves HTTP outside Lambda.
//!
//! No client can keep the server from the others, whatever it sends or fails to send: every phase of a
//! request has a deadline, and the number of connections is limited (`bounds`). Each connection publishes its
//! phase (`progress`) and is closed to make room while it has no request.

mod answering;
mod bodies;
mod bounds;
mod connection;
mod connections;
mod progress;
mod watched;

use std::io;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use bounds::Bounds;
use connections::Connections;

/// Serves `router` until `told_to_end` completes, then finishes the requests already begun, for at most
/// `patience`.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    told_to_end: impl Future<Output = ()>,
    patience: Duration,
) {
    serve_within(Bounds::USUAL, listener, router, told_to_end, patience).await;
}

async fn serve_within(
    bounds: Bounds,
    listener: TcpListener,
    router: Router,
    told_to_end: impl Future<Output = ()>,
    patience: Duration,
) {
    let mut connections = Connections::within(bounds);
    tokio::select! {
        never = connections.accept(&listener, &router) => match never {},
        () = told_to_end => {}
    }
    // New connections are refused at once instead of being left waiting.
    drop(listener);
    if tokio::time::timeout(patience, connections.end()).await.is_err() {
        tracing::warn!(?patience, "ending with requests unfinished");
    }
}

/// Completes when the process receives SIGTERM or SIGINT (Ctrl-C).
///
/// # Errors
/// When the process cannot install its signal handlers.
pub fn told_to_end() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(test)]
mod tests;
