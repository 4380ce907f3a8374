//! Tables.

use std::collections::BTreeMap;

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

    /// Whether point-in-time recovery is on.
    async fn point_in_time_recovery(&self, name: &str) -> Result<bool, CallError>;

    /// The tags of a table, by its ARN.
    async fn table_tags(&self, arn: &str) -> Result<BTreeMap<String, String>, CallError>;

    /// Begins to change one setting. The table may be `UPDATING` for a while.
    async fn repair_table(&self, table: &DeployedTable, repair: &TableRepair) -> Result<(), CallError>;

    /// Begins to delete a table and all that is in it. One that is not there, or is being deleted, is no error.
    async fn delete_table(&self, name: &str) -> Result<(), CallError>;
}
