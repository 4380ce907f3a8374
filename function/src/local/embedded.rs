//! The store in this process: its API as a router, and its relay behind it.

use std::sync::Arc;

use axum::Router;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::announced::Announced;
use super::arguments::Topic;
use super::behind::Behind;
use super::data_file::DataFile;
use super::database::{Database, Durability};
use super::failure::Failure;
use super::follower::Follower;
use super::notifications::{FailureLog, Notifications};
use crate::http;
use crate::relay::Relay;
use crate::store::limits;

/// The store, running: whatever is sent to its router is answered as it would be over HTTP, and relayed afterwards. Dropped, its relay
/// ends as well.
#[derive(Debug)]
pub struct Embedded {
    router: Router,
    database: Database,
    end: oneshot::Sender<()>,
    following: JoinHandle<()>,
}

impl Embedded {
    /// A store in memory that announces into the log. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the database cannot be made.
    pub async fn in_memory() -> Result<Self, Failure> {
        Self::open(None, None).await
    }

    /// The store in `file`, or one in memory, that announces on `topic`, or into the log.
    pub(super) async fn open(
        file: Option<(DataFile, Durability)>,
        topic: Option<Topic>,
    ) -> Result<Self, Failure> {
        let behind = Arc::new(Behind::default());
        let database = Database::open(file, behind.clone())?;
        let (events, catalogue) = database.tables();
        let follower = Follower {
            behind,
            events: events.clone(),
            announced: Announced::new(database.connector(), database.catalogue_name()),
            relay: Relay {
                catalogue: catalogue.clone(),
                publisher: Notifications::to(topic).await,
                failure_queue: FailureLog,
            },
        };
        let (end, told_to_end) = oneshot::channel();
        Ok(Self {
            router: http::router(http::Store::new(events, catalogue)),
            database,
            end,
            following: tokio::spawn(follower.run(told_to_end, limits::SHUTDOWN_TIMEOUT)),
        })
    }

    /// Every route of the API.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Relays what is left, for a bounded time, and closes the database.
    pub async fn end(self) {
        // It listens as long as it runs.
        let _ = self.end.send(());
        if self.following.await.is_err() {
            tracing::error!("the relay panicked; what it had not announced, the next start announces");
        }
        self.database.close();
    }
}
