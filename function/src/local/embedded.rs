//! The store in this process: its API as a router, and its relay.

use std::sync::Arc;

use axum::Router;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::announced::Announced;
use super::arguments::Topic;
use super::behind::Behind;
use super::condition::{Condition, guarding};
use super::data_folder::{Check, DataFolder, State};
use super::database::{Database, Durability};
use super::failure::Failure;
use super::follower::Follower;
use super::notifications::{FailureLog, Notifications};
use super::once::Once;
use crate::http;
use crate::relay::Relay;
use crate::relay::feeder::Feeder;
use crate::store::limits;

/// The running store. Its router answers requests as over HTTP, and its commits are relayed afterwards.
/// Dropping it also stops the relay.
#[derive(Debug)]
pub struct Embedded {
    router: Router,
    database: Database,
    end: oneshot::Sender<()>,
    following: JoinHandle<()>,
    watching: Option<JoinHandle<()>>,
    checking: Option<Check>,
}

impl Embedded {
    /// A store in memory that announces into the log. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the database cannot be created.
    pub async fn in_memory() -> Result<Self, Failure> {
        Self::open(None, None).await
    }

    /// The store in the folder `file`, or one in memory, that announces on `topic`, or into the log.
    pub(super) async fn open(
        file: Option<(DataFolder, Durability)>,
        topic: Option<Topic>,
    ) -> Result<Self, Failure> {
        let behind = Arc::new(Behind::default());
        let condition = file.as_ref().map(|(folder, _)| Condition::of(folder));
        let name = file.as_ref().map_or_else(
            || Uuid::new_v4().to_string(),
            |(folder, _)| folder.id().to_owned(),
        );
        // A database that was closed properly is checked while it is served: appends overwrite nothing.
        let unchecked = file.as_ref().and_then(|(folder, _)| {
            (*folder.state() == State::Unchecked).then(|| folder.location().to_owned())
        });
        let database = Database::open(file, behind.clone(), condition.clone())?;
        let checking = match (unchecked, condition.clone()) {
            (Some(location), Some(condition)) => {
                let check = Check::begin(&location, move |damage| condition.is_damaged(damage));
                Some(check.map_err(Failure::Thread)?)
            }
            _ => None,
        };
        let (events, catalogue, feed) = database.tables();
        let follower = Follower {
            behind,
            events: events.clone(),
            announced: Announced::new(database.connector(), database.catalogue_name()),
            relay: Relay {
                feeder: Feeder::new(feed.clone()),
                catalogue: catalogue.clone(),
                publisher: Once::by(Notifications::to(topic).await),
                failure_queue: FailureLog,
            },
            condition: condition.clone(),
        };
        let (end, told_to_end) = oneshot::channel();
        let router = http::router(http::Store::new(events, catalogue, feed).named(&name).streaming());
        Ok(Self {
            router: match &condition {
                Some(condition) => guarding(router, condition.clone()),
                None => router,
            },
            watching: condition.map(|condition| tokio::spawn(condition.watch())),
            database,
            checking,
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
        // The relay listens for as long as it runs.
        let _ = self.end.send(());
        if self.following.await.is_err() {
            tracing::error!("the relay panicked; what it had not announced, the next start announces");
        }
        if let Some(watching) = self.watching {
            watching.abort();
        }
        // Ends before the database, which could not be closed while the check has it open.
        if let Some(checking) = self.checking {
            checking.end();
        }
        self.database.close();
    }
}
