//! Tables.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::stack::Key;

use super::CallError;

/// A table as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployedTable {
    pub name: String,
    pub arn: String,
    /// `ACTIVE`, `UPDATING`, …
    pub status: String,
    /// The key, partition key first.
    pub key: Vec<Key>,
    /// What its stream carries, when it has one that is on.
    pub stream_view: Option<String>,
    /// The ARN of its newest stream.
    pub stream_arn: Option<String>,
    /// Whether AWS refuses to delete it.
    pub deletion_protection: bool,
    /// How many items it holds. AWS counts every six hours or so.
    pub items: u64,
    /// How large it is in bytes, counted as often.
    pub bytes: u64,
}

impl DeployedTable {
    /// Whether the table takes changes.
    pub fn is_active(&self) -> bool {
        self.status == "ACTIVE"
    }

    /// Whether it is being deleted.
    pub fn is_going(&self) -> bool {
        self.status == "DELETING"
    }
}

/// As of when a table can be restored. Either end may not be told yet where its recovery was turned on just now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RestoreWindow {
    pub earliest: Option<Timestamp>,
    /// Some minutes ago.
    pub latest: Option<Timestamp>,
}

/// A setting that an import leaves as it was and that is brought to what the template says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableRepair {
    /// Point-in-time recovery.
    PointInTimeRecovery(bool),
    /// Protection from deletion.
    DeletionProtection(bool),
    /// A stream of the given view.
    Stream(String),
    /// Tags, added or given another value.
    Tags(BTreeMap<String, String>),
}

/// `DynamoDB`.
pub trait Tables {
    /// Describes a table; `None` when there is none of that name.
    async fn describe_table(&self, name: &str) -> Result<Option<DeployedTable>, CallError>;

    /// As of when a table can be restored; `None` where its point-in-time recovery is off.
    async fn point_in_time_recovery(&self, name: &str) -> Result<Option<RestoreWindow>, CallError>;

    /// Begins to restore a table as it was at a moment, or as late as it can be, into a new one. It has the items and the key, and no stream,
    /// tags, recovery or protection; it is `CREATING` for minutes or hours.
    async fn restore_table(&self, source: &str, target: &str, at: Option<Timestamp>)
    -> Result<(), CallError>;

    /// The tags of a table, by its ARN.
    async fn table_tags(&self, arn: &str) -> Result<BTreeMap<String, String>, CallError>;

    /// Begins to change one setting. The table may be `UPDATING` for a while.
    async fn repair_table(&self, table: &DeployedTable, repair: &TableRepair) -> Result<(), CallError>;

    /// Begins to delete a table and all that is in it. One that is not there, or is being deleted, is no error.
    async fn delete_table(&self, name: &str) -> Result<(), CallError>;
}
