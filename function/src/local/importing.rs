//! Imports events into a folder that no store is serving.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use event_store_types::Event;

use super::announced::Announced;
use super::behind::Behind;
use super::condition::Condition;
use super::data_folder::DataFolder;
use super::database::{Database, Durability};
use super::failure::Failure;
use super::follower::Follower;
use super::notifications::{FailureLog, Notifications};
use super::once::Once;
use crate::dynamo::EventsTable;
use crate::relay::Relay;
use crate::relay::feeder::Feeder;
use crate::store::StreamKey;
use crate::store::import::{ImportError, Imported, import};
use crate::store::tails::Tails;

/// The maximum number of commits that are relayed at once. A stream with more continues after the others.
const COMMITS_AT_ONCE: usize = 100;

/// A data folder, opened for an import. The feed receives the events in the order of the import, and they are
/// announced to nobody.
pub struct Importing {
    events: EventsTable,
    tails: Tails,
    follower: Follower,
    behind: Arc<Behind>,
    database: Database,
    /// The number of commits that may not have been relayed.
    waiting: AtomicUsize,
}

impl Importing {
    /// Opens a folder, and creates it if it does not exist. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// When it cannot be opened, is damaged, is being served, or what an earlier process left undone cannot be repaired.
    pub async fn open(folder: &Path) -> Result<Self, Failure> {
        let folder = DataFolder::claim(folder)?.whole()?;
        let behind = Arc::new(Behind::default());
        let condition = Condition::of(&folder);
        let opened = Some((folder, Durability::Kill));
        let database = Database::open(opened, behind.clone(), Some(condition.clone()))?;
        let (events, catalogue, feed) = database.tables();
        let follower = Follower {
            behind: behind.clone(),
            events: events.clone(),
            announced: Announced::new(database.connector(), database.catalogue_name()),
            relay: Relay {
                feeder: Feeder::new(feed),
                catalogue,
                publisher: Once::by(Notifications::to(None).await),
                failure_queue: FailureLog,
            },
            condition: Some(condition),
        };
        let importing = Self {
            events,
            tails: Tails::new(),
            follower,
            behind,
            database,
            waiting: AtomicUsize::new(0),
        };
        importing.follower.repair_once().await.map_err(Failure::Relay)?;
        importing.relay().await?;
        Ok(importing)
    }

    /// Imports events that share one time and have consecutive revisions.
    ///
    /// # Errors
    /// When the database fails, or the events cannot form one commit.
    pub async fn import(&self, stream: &StreamKey, events: &[Event]) -> Result<Imported, ImportError> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        import(&self.events, &self.tails, stream, events).await
    }

    /// Has what was brought in come into the feed and the listing, before what `stream` gets next. Streams are relayed in their order: as long
    /// as they are brought in in that order, they may be relayed together.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn relay_before(&self, stream: &StreamKey) -> Result<(), Failure> {
        if self.waiting.load(Ordering::Relaxed) >= COMMITS_AT_ONCE || self.behind.reaches_beyond(stream) {
            self.relay().await?;
        }
        Ok(())
    }

    /// Relays everything into the feed and the listing, and closes the folder.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end(self) -> Result<(), Failure> {
        let relayed = self.relay().await;
        self.database.close();
        relayed
    }

    async fn relay(&self) -> Result<(), Failure> {
        loop {
            let streams: BTreeSet<StreamKey> = self.behind.take();
            if streams.is_empty() {
                self.waiting.store(0, Ordering::Relaxed);
                return Ok(());
            }
            if let Some(cause) = self.follower.round(streams).await {
                return Err(Failure::Relay(cause));
            }
        }
    }
}
