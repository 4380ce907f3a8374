//! Serving HTTP outside Lambda.
//!
//! Nothing that a client does, or leaves undone, takes the server from the others: what a request may take is bounded in time, and so
//! are connections in number (`bounds`). Each connection tells what it is at (`progress`), and gives way when it is at nothing.

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

/// Serves `router` until `told_to_end`; the requests that have been begun by then are finished, for as long as
/// `patience` lasts.
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
    // Whoever comes now is refused, and not kept waiting.
    drop(listener);
    if tokio::time::timeout(patience, connections.end()).await.is_err() {
        tracing::warn!(?patience, "ending with requests unfinished");
    }
}

/// Ends when the process is told to end: by SIGTERM, or by SIGINT, which is Ctrl-C.
///
/// # Errors
/// When the process cannot listen to its signals.
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
