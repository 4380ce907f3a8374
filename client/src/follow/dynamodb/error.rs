//! What can go wrong with a read model in DynamoDB.

use crate::BoxError;

/// A write that names no item, or nothing to do to it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a write to the table `{table}` lacks its `{attribute}`")]
#[non_exhaustive]
pub struct NoKey {
    /// The table.
    pub table: String,
    /// What is missing.
    pub attribute: String,
}

/// Why a checkpoint could not be loaded or moved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotKept {
    /// DynamoDB did not give the checkpoint.
    #[error("the checkpoint `{key}` cannot be loaded from the table `{table}`")]
    #[non_exhaustive]
    NotLoaded {
        /// The table.
        table: String,
        /// The checkpoint's key.
        key: String,
        /// Why.
        source: BoxError,
    },
    /// What stands at the checkpoint's key is none, or its view is of another form than the projection's: one that has
    /// changed needs a new name.
    #[error("the item `{key}` in the table `{table}` holds no `{attribute}` that can be read")]
    #[non_exhaustive]
    NotReadable {
        /// The table.
        table: String,
        /// The checkpoint's key.
        key: String,
        /// The attribute.
        attribute: &'static str,
        /// Why.
        source: Option<BoxError>,
    },
    /// The view cannot be written as JSON.
    #[error("the view of `{key}` cannot be written as JSON")]
    #[non_exhaustive]
    NotWritable {
        /// The checkpoint's key.
        key: String,
        /// Why.
        source: serde_json::Error,
    },
    /// One event writes one item twice, which DynamoDB does not take.
    #[error("one event of `{key}` updates an item that it writes already")]
    #[non_exhaustive]
    WrittenTwice {
        /// The checkpoint's key.
        key: String,
    },
    /// DynamoDB refused, or did not answer: then it may have written all the same.
    #[error("the commit of `{key}` failed{}", told(.reasons))]
    #[non_exhaustive]
    NotCommitted {
        /// The checkpoint's key.
        key: String,
        /// DynamoDB's reasons by write, the checkpoint's first, when it gave some.
        reasons: Vec<String>,
        /// Why.
        source: BoxError,
    },
}

fn told(reasons: &[String]) -> String {
    if reasons.is_empty() {
        return String::new();
    }
    format!(": `{}`", reasons.join("`, `"))
}
