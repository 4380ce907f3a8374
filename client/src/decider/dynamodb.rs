//! Snapshots in DynamoDB.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::AttributeValue;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Snapshot, SnapshotError, SnapshotKey, Snapshots};
use crate::follow::dynamodb::Table;

/// The revision of the last event in the state.
const REVISION: &str = "revision";
/// The state as JSON.
const STATE: &str = "state";
/// Where snapshots stand in a table with a sort key.
const SORT_KEY: &str = "snapshot";

/// Snapshots in a DynamoDB table, one item a stream: the state as JSON, of at most 400 KB.
///
/// Any table with a text as its partition key will do, one with read models among them: keys are `snapshot/<folding>/<stream type>/<stream id>`.
/// The folding names decider and version of the state, so that a state of another form is another item. Needed are `dynamodb:GetItem` and
/// `dynamodb:PutItem`.
#[derive(Clone, Debug)]
pub struct DynamoSnapshots {
    client: Client,
    table: Table,
}

impl DynamoSnapshots {
    /// Snapshots in `table`.
    pub fn new(client: Client, table: Table) -> Self {
        Self { client, table }
    }

    fn item_key(&self, key: &SnapshotKey) -> HashMap<String, AttributeValue> {
        let SnapshotKey {
            folding,
            stream_type,
            stream_id,
        } = key;
        let text = format!("snapshot/{folding}/{stream_type}/{stream_id}");
        self.table.text_key(text, SORT_KEY)
    }

    async fn find<State: DeserializeOwned>(
        &self,
        key: &SnapshotKey,
    ) -> Result<Option<Snapshot<State>>, SnapshotError> {
        let found = self
            .client
            .get_item()
            .table_name(self.table.name())
            .set_key(Some(self.item_key(key)))
            .send()
            .await?;
        let Some(item) = found.item else {
            return Ok(None);
        };
        let revision = item.get(REVISION).and_then(|value| value.as_n().ok());
        let state = item.get(STATE).and_then(|value| value.as_s().ok());
        let (revision, state) = revision.zip(state).ok_or("the item holds no snapshot")?;
        Ok(Some(Snapshot::new(
            serde_json::from_str(state)?,
            revision.parse()?,
        )))
    }

    async fn put<State: Serialize>(
        &self,
        key: &SnapshotKey,
        snapshot: Snapshot<State>,
    ) -> Result<(), SnapshotError> {
        let mut item = self.item_key(key);
        let revision = AttributeValue::N(snapshot.revision.to_string());
        item.insert(REVISION.into(), revision.clone());
        item.insert(
            STATE.into(),
            AttributeValue::S(serde_json::to_string(&snapshot.state)?),
        );
        let put = self
            .client
            .put_item()
            .table_name(self.table.name())
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#revision) OR #revision < :revision")
            .expression_attribute_names("#revision", REVISION)
            .expression_attribute_values(":revision", revision);
        match put.send().await {
            Ok(_) => Ok(()),
            // A later one is there.
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl<State: DeserializeOwned + Serialize + Send + 'static> Snapshots<State> for DynamoSnapshots {
    fn load<'a>(
        &'a self,
        key: &'a SnapshotKey,
    ) -> BoxFuture<'a, Result<Option<Snapshot<State>>, SnapshotError>> {
        self.find(key).boxed()
    }

    fn save<'a>(
        &'a self,
        key: &'a SnapshotKey,
        snapshot: Snapshot<State>,
    ) -> BoxFuture<'a, Result<(), SnapshotError>> {
        self.put(key, snapshot).boxed()
    }
}
