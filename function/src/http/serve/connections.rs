//! The connections of a server: how they are accepted, how many there may be, and how they end.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{Id, JoinSet};
use tokio::time::sleep;

use super::bounds::Bounds;
use super::connection;
use super::progress::Progress;

/// The open connections. Dropping this closes them all at once.
#[derive(Debug)]
pub(super) struct Connections {
    bounds: Bounds,
    /// The current maximum. It is lowered when the system has no resources for another connection, and
    /// restored once at most half of it is open.
    most: usize,
    tasks: JoinSet<()>,
    open: HashMap<Id, Arc<Progress>>,
    /// Whether the last attempt to accept a connection failed.
    is_failing: bool,
}

/// One in this many connections is given up when resources run out, to leave room for the database's files
/// and for outgoing calls.
const LEFT_TO_OTHERS: usize = 16;

impl Connections {
    pub(super) fn within(bounds: Bounds) -> Self {
        Self {
            bounds,
            most: bounds.connections,
            tasks: JoinSet::new(),
            open: HashMap::new(),
            is_failing: false,
        }
    }

    /// Accepts and serves connections for ever.
    pub(super) async fn accept(&mut self, listener: &TcpListener, router: &Router) -> Infallible {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                Some(ended) = self.tasks.join_next_with_id() => {
                    self.forget(ended);
                    continue;
                }
            };
            match accepted {
                Ok((socket, _)) => {
                    self.make_room().await;
                    self.serve(socket, router);
                }
                Err(error) => self.failed(&error).await,
            }
        }
    }

    /// Closes the connections without a request now, and the others after their responses.
    pub(super) async fn end(&mut self) {
        for progress in self.open.values() {
            progress.ask_to_close();
        }
        while let Some(ended) = self.tasks.join_next_with_id().await {
            self.forget(ended);
        }
    }

    fn serve(&mut self, socket: TcpStream, router: &Router) {
        if std::mem::take(&mut self.is_failing) {
            tracing::info!("accepting connections again");
        }
        let progress = Arc::new(Progress::begun());
        let running = connection::run(socket, router.clone(), progress.clone(), self.bounds);
        let task = self.tasks.spawn(running);
        self.open.insert(task.id(), progress);
    }

    /// Waits until there is room for another connection. The one that has been without a request for longest
    /// is closed.
    async fn make_room(&mut self) {
        while self.open.len() >= self.most {
            self.close_longest_without_request();
            tokio::select! {
                Some(ended) = self.tasks.join_next_with_id() => self.forget(ended),
                // The connection may be busy with a request that began meanwhile.
                () = sleep(self.bounds.recovery) => {}
            }
        }
    }

    fn close_longest_without_request(&self) {
        let without_request = self.open.values().filter_map(|progress| {
            let since = progress.without_request_since()?;
            Some((since, progress))
        });
        if let Some((_, longest)) = without_request.min_by_key(|(since, _)| *since) {
            longest.ask_to_close();
        }
    }

    /// Handles a connection that could not be accepted, through its own fault or because the system has no
    /// resources.
    async fn failed(&mut self, error: &io::Error) {
        if is_of_the_connection(error) {
            return;
        }
        self.most = (self.open.len() - self.open.len() / LEFT_TO_OTHERS).max(1);
        if !std::mem::replace(&mut self.is_failing, true) {
            tracing::warn!(
                error = error as &dyn std::error::Error,
                most = self.most,
                "cannot accept another connection: keeping fewer open"
            );
        }
        // A pending connection that cannot be accepted stays in the queue: retrying at once would loop for
        // ever.
        sleep(self.bounds.recovery).await;
        self.make_room().await;
    }

    fn forget(&mut self, ended: Result<(Id, ()), tokio::task::JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(panicked) => {
                tracing::error!(
                    error = &panicked as &dyn std::error::Error,
                    "a connection panicked"
                );
                panicked.id()
            }
        };
        self.open.remove(&id);
        if self.open.len() <= self.most / 2 {
            self.most = self.bounds.connections;
        }
    }
}

/// Whether the failure concerns this one connection only: it was gone before it was accepted.
fn is_of_the_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}
