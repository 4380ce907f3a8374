//! What events are brought into.

use std::path::Path;

use event_store_client::types::Event;
use event_store_function::dynamo::{self, EventsTable};
use event_store_function::local::{self, Hint as _};
use event_store_function::store::StreamKey;
use event_store_function::store::import::{self, ImportError, Imported};
use event_store_function::store::tails::Tails;

use super::failure::{Failure, Kind};

/// Where events go.
pub(super) enum Destination {
    /// A folder, whose feed and listing are made here, too.
    Folder(Box<local::Importing>),
    /// A table, whose relay is told by DynamoDB.
    Table(EventsTable, Tails),
}

impl Destination {
    pub(super) async fn folder(path: &Path) -> Result<Self, Failure> {
        local::Importing::open(path)
            .await
            .map(|folder| Self::Folder(Box::new(folder)))
            .map_err(of_folder)
    }

    pub(super) async fn table(name: String) -> Self {
        let client = dynamo::connect(&event_store_function::aws::environment().await);
        Self::Table(EventsTable::new(client, name), Tails::new())
    }

    /// Brings in events of one moment, whose revisions follow each other, behind all that was brought in before.
    pub(super) async fn import(&self, stream: &StreamKey, events: &[Event]) -> Result<Imported, Failure> {
        if let Self::Folder(folder) = self {
            folder.relay_before(stream).await.map_err(of_folder)?;
        }
        self.import_anywhere(stream, events).await
    }

    /// The same, in whatever order the feed will have it.
    pub(super) async fn import_anywhere(
        &self,
        stream: &StreamKey,
        events: &[Event],
    ) -> Result<Imported, Failure> {
        let imported = match self {
            Self::Folder(folder) => folder.import(stream, events).await,
            Self::Table(table, tails) => import::import(table, tails, stream, events).await,
        };
        imported.map_err(|error| match error {
            ImportError::Store(error) => {
                Failure::new(Kind::Failed, error).hint("begin the import again: what is there is passed over")
            }
            error => Failure::new(Kind::Failed, error),
        })
    }

    pub(super) async fn end(self) -> Result<(), Failure> {
        match self {
            Self::Folder(folder) => folder.end().await.map_err(of_folder),
            Self::Table(..) => Ok(()),
        }
    }
}

fn of_folder(error: local::Failure) -> Failure {
    let hint = error.hint();
    Failure::new(Kind::Failed, error).hint(hint)
}
