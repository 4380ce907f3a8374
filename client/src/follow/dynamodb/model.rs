//! The read model.

use std::marker::PhantomData;

use aws_sdk_dynamodb::Client;
use serde::Serialize;
use serde::de::DeserializeOwned;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::super::{Advance, CheckpointKey, Checkpoints, Committed, Kept, Loaded, ReadModel};
use super::commit::PutCheckpoint;
use super::{Changes, NotKept, Table, checkpoint, kept};
use crate::BoxError;

/// A read model in DynamoDB. Cheap to clone.
///
/// `View` is what is kept of each stream beside its checkpoint, as JSON: nothing, unless it is named. An item holds
/// 400 KB.
#[derive(Debug)]
pub struct DynamoDb<View = ()> {
    client: Client,
    checkpoints: Table,
    view: PhantomData<fn() -> View>,
}

impl<View> Clone for DynamoDb<View> {
    fn clone(&self) -> Self {
        Self::new(self.client.clone(), self.checkpoints.clone())
    }
}

impl<View> DynamoDb<View> {
    /// The most writes of one transaction.
    const MOST_WRITES: usize = 100;

    /// A read model with its checkpoints in the table `checkpoints`. Projections of other names may share the table.
    pub fn new(client: Client, checkpoints: Table) -> Self {
        Self {
            client,
            checkpoints,
            view: PhantomData,
        }
    }
}

impl<View: Default + DeserializeOwned + Send + Serialize> DynamoDb<View> {
    /// Loads the view of a stream as it is committed; `None` when no event of the stream is in the read model.
    ///
    /// # Errors
    /// See [`NotKept`].
    pub async fn view(&self, key: &CheckpointKey<'_>) -> Result<Option<View>, NotKept> {
        let loaded = self.load(key).await?;
        Ok(loaded.checkpoint.map(|_| loaded.changes.view))
    }
}

impl<View: Default + DeserializeOwned + Send + Serialize> ReadModel for DynamoDb<View> {
    type Changes = Changes<View>;
    type Error = NotKept;

    async fn load(&self, key: &CheckpointKey<'_>) -> Result<Loaded<Changes<View>>, NotKept> {
        let found = self
            .client
            .get_item()
            .table_name(self.checkpoints.name())
            .set_key(Some(checkpoint::item_key(&self.checkpoints, &key.to_string())))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| NotKept::NotLoaded {
                table: self.checkpoints.name().to_owned(),
                key: key.to_string(),
                source: error.into(),
            })?;
        checkpoint::read(&self.checkpoints, key, found.item())
    }

    async fn commit(
        &self,
        key: &CheckpointKey<'_>,
        advance: Advance,
        changes: Changes<View>,
    ) -> Result<Committed, NotKept> {
        let is_one_event = advance.events() <= 1;
        if changes.has_met() {
            if is_one_event {
                let key = key.to_string();
                return Err(NotKept::WrittenTwice { key });
            }
            return Ok(Committed::TooMuch);
        }
        let (view, writes) = changes.into_parts();
        if writes.len() >= Self::MOST_WRITES {
            return Ok(Committed::TooMuch);
        }
        let put = PutCheckpoint {
            table: self.checkpoints.name(),
            item: checkpoint::item(&self.checkpoints, key, advance.to, &view)?,
            from: advance.from,
        };
        let committed = if writes.is_empty() {
            put.alone(&self.client).await
        } else {
            put.with(writes, &self.client).await
        };
        committed.or_else(|failure| failure.settle(key, is_one_event))
    }
}

impl<View> Checkpoints for DynamoDb<View> {
    fn kept<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Kept>, BoxError>> {
        kept::load(&self.client, &self.checkpoints, key).boxed()
    }

    fn keep<'a>(&'a self, key: &'a str, kept: Kept) -> BoxFuture<'a, Result<Committed, BoxError>> {
        kept::save(&self.client, &self.checkpoints, key, kept).boxed()
    }
}
